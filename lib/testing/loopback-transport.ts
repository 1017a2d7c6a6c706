import { Buffer } from 'node:buffer';

import {
  assertResumable,
  ConsumerMixin,
  type ConsumerState,
  consumerState,
  type IConsumer,
  type IProtocol,
  type IPullProducer,
  type IPushProducer,
  isOwnProtocol,
  inOneLine,
  isUnableToUnregister,
  type ITCPTransport,
  type PipeAddress,
  stateOf,
  takeProducer,
  tellToPause,
} from '../twisted/core/index.js';
import { assertBytes, piecesOf } from '../base/bytes.js';
import { tellOfProducer } from '../base/diagnostics.js';

/** Bytes under way above which a push producer is paused, as on a TCP transport. */
const BUFFER_SIZE = 65536;

/** The next step of a close, once the bytes of an end have been delivered. */
type Ending = 'none' | 'half' | 'close' | 'abort';

/**
 * One end of a loopback, as its protocol sees it: buffers the bytes that the protocol writes until
 * the loopback delivers them to the other end.
 *
 * @see Twisted: `twisted.protocols.loopback._LoopbackTransport`
 */
export class LoopbackTransport
  extends ConsumerMixin()
  implements ITCPTransport, IConsumer, IPushProducer
{
  /** Whether bytes can be written. */
  connected = true;
  /** Whether `loseConnection` was called. */
  disconnecting = false;
  /** Whether the connection is over. */
  disconnected = false;

  private writeDisconnecting = false;
  private writeDisconnected = false;
  private aborted = false;
  private paused = false;
  private noDelay = false;
  private keepAlive = false;

  private pieces: Buffer[] = [];
  private taken = 0;
  private bytes = 0;
  private deliveredSinceAsked = false;

  /**
   * @param protocol - The protocol at this end.
   * @param wake - Asks the loopback to look at its ends, soon but not now.
   */
  constructor(
    readonly protocol: IProtocol,
    private readonly wake: () => void,
  ) {
    super();
  }

  /** Whether this end takes the bytes of the other end: it does while it is not paused. */
  get reads(): boolean {
    return !this.paused;
  }

  /** The step of a close to do now, after all bytes that could be delivered were delivered. */
  get ending(): Ending {
    if (this.aborted) return 'abort';
    if (this.disconnecting && (this.writeDisconnected || this.isDrained())) return 'close';
    const endsHalf = this.writeDisconnecting && !this.writeDisconnected && this.isDrained();
    return endsHalf ? 'half' : 'none';
  }

  /** Whether a close was requested that waits for no producer. */
  get closes(): boolean {
    return this.disconnecting && !this.waits;
  }

  private isDrained(): boolean {
    return !this.hasPieces && !this.waits;
  }

  /** Whether a close waits for the registered producer. */
  private get waits(): boolean {
    const { producer } = this;
    if (producer === null || isUnableToUnregister(producer, this)) return false;
    // Our own protocol has asked for the close; but before the close, it must be resumed.
    const isPushing = this.streamingProducer && !this.producerPaused;
    return !(isPushing && isOwnProtocol(producer, this.protocol));
  }

  /** Whether bytes are under way. */
  get hasPieces(): boolean {
    return this.taken < this.pieces.length;
  }

  /** Takes the next piece under way, to deliver it. */
  takePiece(): Buffer {
    const piece = this.pieces[this.taken] as Buffer;
    this.taken += 1;
    this.bytes -= piece.length;
    this.deliveredSinceAsked = true;
    if (!this.hasPieces) this.dropPieces();
    return piece;
  }

  private dropPieces(): void {
    this.pieces = [];
    this.taken = 0;
    this.bytes = 0;
  }

  /** Whether all bytes are delivered, so that the producer may go on. */
  get wantsMore(): boolean {
    return this.deliveredSinceAsked && !this.hasPieces;
  }

  /**
   * Asks a pull producer for more, or resumes a paused push producer.
   *
   * @throws the error that the producer throws.
   */
  resumeProducer(): void {
    this.deliveredSinceAsked = false;
    if (this.producer === null || (this.streamingProducer && !this.producerPaused)) return;
    this.producerPaused = false;
    tellOfProducer('resumed', this, this.producer);
    return this.producer.resumeProducing(); // Returned: it may be a promise that rejects later.
  }

  /** The write half has ended. */
  endWriting(): void {
    this.writeDisconnected = true;
  }

  /**
   * The connection is over: from now on writing does nothing.
   *
   * @returns a function that stops the producer; it throws the error that the producer throws.
   */
  disconnect(): () => void {
    const { producer } = this;
    this.connected = false;
    this.disconnected = true;
    this.producer = null;
    this.dropPieces();
    return () => {
      if (producer === null) return undefined;
      tellOfProducer('stopped', this, producer);
      return producer.stopProducing();
    };
  }

  /**
   * Sends a copy of `data`, as one piece. Does nothing once the connection is over or the write
   * half has ended.
   *
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   * @throws the error that the producer's `pauseProducing` throws; the bytes were taken.
   */
  write(data: Uint8Array): void {
    assertBytes(data);
    this.send(Buffer.from(data));
  }

  /**
   * Sends a copy of all of `data`, as one piece.
   *
   * @throws InvalidArgTypeError: a piece is not bytes, or `data` is not a sequence; nothing was
   *   written.
   * @throws the error that the producer's `pauseProducing` throws; the bytes were taken.
   */
  writeSequence(data: Iterable<Uint8Array>): void {
    this.send(Buffer.concat(piecesOf(data)));
  }

  private send(piece: Buffer): void {
    if (!this.connected || this.writeDisconnected || this.aborted || piece.length === 0) return;
    this.pieces.push(piece);
    this.bytes += piece.length;
    this.wake();
    if (this.producerPaused || this.bytes <= BUFFER_SIZE) return;
    if (this.producer !== null && this.streamingProducer) {
      this.producerPaused = true;
      tellToPause(this, this.producer as IPushProducer);
    }
  }

  /** Closes both ends once all bytes are delivered and the registered producer has unregistered. */
  loseConnection(): void {
    if (!this.connected) return;
    if (!this.disconnecting) this.askBeforeClose();
    this.disconnecting = true;
    this.wake();
  }

  /**
   * Ends the write half once all bytes are delivered and the registered producer has unregistered.
   */
  loseWriteConnection(): void {
    if (!this.writeDisconnecting) this.askBeforeClose();
    this.writeDisconnecting = true;
    this.wake();
  }

  /**
   * As in Twisted, a pull producer is asked once more, also if it has yet to answer: it may have
   * waited for the close to unregister.
   */
  private askBeforeClose(): void {
    if (!this.writeDisconnected) this.deliveredSinceAsked = true;
  }

  /** Drops the bytes that are under way from this end, and closes both ends, soon but not now. */
  abortConnection(): void {
    if (!this.connected) return;
    this.aborted = true;
    this.disconnecting = true;
    this.wake();
  }

  /** Goes on with a close; called when the producer unregisters. */
  override startWriting(): void {
    this.wake();
  }

  /**
   * Takes data from `producer`. It needs only `resumeProducing`: a stand-in in a test may lack the
   * methods that the test never calls, as in Twisted.
   *
   * @throws InvalidArgTypeError: `producer` can't be resumed, or `streaming` was left out; nothing
   *   has changed.
   * @throws ProducerAlreadyRegisteredError: nothing has changed.
   * @throws any error that the producer throws.
   */
  override registerProducer(producer: IPushProducer, streaming: boolean): void;
  override registerProducer(producer: IPullProducer, streaming: false): void;
  override registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    assertResumable(producer, streaming);
    takeProducer(this, producer, streaming);
  }

  override unregisterProducer(): void {
    super.unregisterProducer();
    this.wake();
  }

  /** As a producer: takes no more bytes from the other end until it is resumed. */
  pauseProducing(): void {
    this.paused = true;
  }

  /** As a producer: takes the bytes of the other end again. */
  resumeProducing(): void {
    this.paused = false;
    this.wake();
  }

  /** As a producer: its consumer is lost, so it closes too. */
  stopProducing(): void {
    this.loseConnection();
  }

  /** The address of an end in memory. */
  getPeer(): PipeAddress {
    return { type: 'PIPE' };
  }

  /** The address of an end in memory. */
  getHost(): PipeAddress {
    return { type: 'PIPE' };
  }

  /** The last value of `setTcpNoDelay`. */
  getTcpNoDelay(): boolean {
    return this.noDelay;
  }

  /** Changes only the result of `getTcpNoDelay`. */
  setTcpNoDelay(enabled: boolean): void {
    this.noDelay = enabled;
  }

  /** The last value of `setTcpKeepAlive`. */
  getTcpKeepAlive(): boolean {
    return this.keepAlive;
  }

  /** Changes only the result of `getTcpKeepAlive`. */
  setTcpKeepAlive(enabled: boolean): void {
    this.keepAlive = enabled;
  }

  /** @internal The state of this, for `explain`. */
  [consumerState](): ConsumerState {
    return {
      state: stateOf(this),
      producer: this.producer,
      streaming: this.streamingProducer,
      paused: this.producerPaused,
      buffered: this.bytes,
      isReadingPaused: this.paused && this.connected,
    };
  }

  /** One short line for `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return inOneLine(this);
  }
}

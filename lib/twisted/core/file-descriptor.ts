/**
 * Twisted's write half: buffers bytes, pauses and resumes the producer, and closes once everything
 * is sent. It does not know where the bytes go: a reactor calls `doWrite`, and a subclass writes
 * the bytes in `writeSomeData`.
 */
import { cleanClose } from './clean-close.js';
import { type ConsumerState, consumerState, inOneLine, stateOf } from './explain.js';
import { tellOfConnection } from '../../base/diagnostics.js';
import { MethodNotImplementedError, OutOfRangeError } from '../../base/errors.js';
import { ConnectionLost } from './errors.js';
import type {
  IConsumer,
  IHalfCloseableDescriptor,
  IPushProducer,
  IReadWriteDescriptor,
} from './interfaces.js';
import { callbackRejected } from './heed.js';
import { tellToPause, tellToResume, tellToStop } from './producer-calls.js';
import { ReadDescriptor } from './read-descriptor.js';
import { asError, isError } from '../../base/as-error.js';
import { SendBuffer } from './send-buffer.js';
import { isUnableToUnregister } from './unable-to-unregister.js';
import { assertBytes, piecesOf } from '../../base/bytes.js';

/**
 * The base class of objects that write to a descriptor and read from it.
 *
 * A subclass implements `writeSomeData`, and `doRead` if it reads, and sets `connected` once it is
 * connected. It may override any method; its `connectionLost` must call `super`. Fields and methods
 * have Twisted's names without the leading underscore; those with an underscore in Twisted are
 * `protected`.
 *
 * @see Twisted: `twisted.internet.abstract.FileDescriptor`
 */
export abstract class FileDescriptor
  extends ReadDescriptor
  implements IConsumer, IReadWriteDescriptor, IHalfCloseableDescriptor
{
  /** Whether `loseWriteConnection` was called. */
  protected writeDisconnecting = false;
  /** Whether the write half has ended. */
  protected writeDisconnected = false;

  /**
   * Bytes above which the buffer is full and a push producer is paused; 65536 by default. (A
   * `WritableConsumer` and a `DuplexTransport` have a `highWaterMark` in its place.)
   */
  declare bufferSize: number;
  /**
   * Buffered bytes above which new writes are not yet joined to the block that is being sent;
   * 131072 by default. (A `WritableConsumer` and a `DuplexTransport` send no such blocks.)
   */
  declare SEND_LIMIT: number;
  /**
   * Whether a close waits for a push producer that isn't paused, as Twisted documents: `true` by
   * default; `false` makes it behave as Twisted's TCP transports do (twisted/twisted#6461).
   */
  declare waitsForProducer: boolean;

  static {
    // On the prototype, so that a subclass's getter or field, or a value set on an instance, wins.
    this.prototype.bufferSize = 65536;
    this.prototype.SEND_LIMIT = 131072;
    this.prototype.waitsForProducer = true;
  }

  /** Made by the first write, because a subclass may buffer its data elsewhere. */
  declare private sendBuffer?: SendBuffer;

  /**
   * The connection is over, for any reason. Override it to clean up, and call
   * `super.connectionLost`.
   *
   * @param reason - Why.
   * @throws the error that the producer's `stopProducing` throws; all work is done.
   */
  override connectionLost(reason: Error): void {
    this.disconnected = true;
    this.connected = false;
    const { producer } = this;
    this.producer = null; // Differs from Twisted: the producer is forgotten before it is stopped.
    try {
      if (producer !== null) tellToStop(this, producer);
    } finally {
      this.stopReading();
      this.stopWriting();
      tellOfConnection('lost', this, reason);
    }
  }

  /** @internal A callback that is an async function has rejected. That counts as an exception. */
  [callbackRejected](reason: unknown): void {
    if (!this.disconnected) this.connectionLost(asError(reason)); // The caller logs what it throws.
  }

  /**
   * Writes as much of `data` as can be written at once. Override it. (A `WritableConsumer` and a
   * `DuplexTransport` never call it: they write to their stream.)
   *
   * @returns the bytes taken, possibly 0; or an error (or a negative number) if the connection is
   *   lost.
   * @throws MethodNotImplementedError unless overridden.
   */
  writeSomeData(_data: Buffer): number | Error {
    throw new MethodNotImplementedError(this, 'writeSomeData');
  }

  /**
   * There is room to write: sends, and when everything is sent, asks the producer for more or goes
   * on with a close that waited for this.
   *
   * @returns an error if the connection is lost or done.
   * @throws OutOfRangeError: `writeSomeData` returned more bytes than it was given, or `NaN`.
   * @throws the error that `writeSomeData` or the producer throws.
   */
  doWrite(): Error | undefined {
    const buffer = this.buffer();
    const data = buffer.next(this.SEND_LIMIT);
    const sent = this.writeSomeData(data);
    if (isError(sent)) return sent;
    if (sent < 0) return new ConnectionLost();
    if (!(sent <= data.length)) {
      throw new OutOfRangeError('writeSomeData()', `at most ${data.length} bytes`, sent);
    }
    buffer.advance(sent);
    return buffer.isEmpty ? this.sendBufferEmptied() : undefined;
  }

  /**
   * Everything is sent: asks a pull producer, resumes a paused producer, or else goes on with a
   * close.
   *
   * @returns the value of `postLoseConnection` or `closeWriteConnection`, if it was called.
   */
  protected sendBufferEmptied(): Error | undefined {
    this.stopWriting();
    const { producer } = this;
    if (producer !== null && !this.isBeyondUnregistering(producer)) {
      if (!this.streamingProducer || this.producerPaused) {
        this.producerPaused = false;
        tellToResume(this, producer);
        return undefined;
      }
      if (!this.isClosing || this.waitFor(producer)) return undefined;
    }
    if (this.disconnecting) return this.postLoseConnection();
    if (this.writeDisconnecting) {
      this.writeDisconnected = true;
      return this.closeWriteConnection();
    }
    return undefined;
  }

  /**
   * Whether a close, if it was requested, would wait for ever for `producer` to unregister. Differs
   * from Twisted, which resumes such a producer and then never closes.
   */
  protected isBeyondUnregistering(producer: object): boolean {
    return this.isClosing && isUnableToUnregister(producer, this);
  }

  /**
   * A close can go on, but `producer`, a push producer that isn't paused, is still registered. A
   * subclass may let it write what it buffers first.
   *
   * @returns whether the close waits for it to unregister.
   */
  protected waitFor(_producer: object): boolean {
    return this.waitsForProducer;
  }

  /** Whether a close or a half close was requested. */
  protected get isClosing(): boolean {
    return this.disconnecting || this.writeDisconnecting;
  }

  /**
   * Called when everything is sent after `loseConnection`. Override it to close in another way.
   *
   * @returns the value that `doWrite` returns.
   */
  protected postLoseConnection(): Error | undefined {
    return cleanClose();
  }

  /**
   * Called when everything is sent after `loseWriteConnection`. Override it to end the write half.
   *
   * @returns the value that `doWrite` returns.
   */
  protected closeWriteConnection(): Error | undefined {
    return undefined;
  }

  /** The write half is lost: the connection is over, unless a subclass can go on. */
  writeConnectionLost(reason: Error): void {
    this.connectionLost(reason);
  }

  /** Whether more than `bufferSize` bytes are buffered. */
  protected isSendBufferFull(): boolean {
    return (this.sendBuffer?.size ?? 0) > this.bufferSize;
  }

  /** Pauses the producer if it pushes and the buffer is full. */
  protected maybePauseProducer(): void {
    if (this.producer !== null && this.streamingProducer && this.isSendBufferFull()) {
      this.producerPaused = true;
      tellToPause(this, this.producer as IPushProducer);
    }
  }

  /** Buffers `data` until `doWrite`. */
  protected bufferData(data: Uint8Array): void {
    this.buffer().append(data);
  }

  private buffer(): SendBuffer {
    return (this.sendBuffer ??= new SendBuffer());
  }

  /**
   * Writes bytes. They are buffered until they can be sent. Does nothing once the connection is
   * over or the write half has ended.
   *
   * @param data - Must not change until it has been sent.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   * @throws the error that the producer's `pauseProducing` throws; the bytes were taken.
   */
  write(data: Uint8Array): void {
    assertBytes(data);
    if (!this.connected || this.writeDisconnected || data.length === 0) return;
    this.bufferData(data);
    this.pauseThenWrite();
  }

  /**
   * Writes each of `data`, in order, as one write.
   *
   * @param data - Pieces that must not change until they have been sent.
   * @throws InvalidArgTypeError: `data` is not a sequence, or a piece is not bytes; nothing was
   *   written.
   * @throws the error that the producer's `pauseProducing` throws; the bytes were taken.
   */
  writeSequence(data: Iterable<Uint8Array>): void {
    this.writeAll(piecesOf(data));
  }

  /** @internal Writes each of `pieces`, which are checked, as one write. */
  protected writeAll(pieces: readonly Uint8Array[]): void {
    if (!this.connected || this.writeDisconnected || pieces.length === 0) return;
    for (const piece of pieces) this.bufferData(piece);
    this.pauseThenWrite();
  }

  /** Pauses first, then calls `startWriting`, even if the pause throws. */
  protected pauseThenWrite(): void {
    try {
      this.maybePauseProducer();
    } finally {
      this.startWriting();
    }
  }

  /**
   * Closes once everything is sent and the registered producer has unregistered. Input is no longer
   * read. Bytes that are written before the close may still be sent. Called again, does nothing.
   */
  override loseConnection(): void {
    if (!this.connected || this.disconnecting) return;
    tellOfConnection('closing', this);
    const { writeDisconnected } = this;
    this.disconnecting = !writeDisconnected;
    this.stopReading();
    if (writeDisconnected) {
      this.stopWriting();
      this.connectionLost(cleanClose());
    } else {
      this.startWriting();
    }
  }

  /**
   * Ends the write half once everything is sent and the registered producer has unregistered. Bytes
   * that are written before that end may still be sent.
   */
  loseWriteConnection(): void {
    if (!this.writeDisconnecting && this.connected) tellOfConnection('closing', this);
    this.writeDisconnecting = true;
    this.startWriting();
  }

  override unregisterProducer(): void {
    super.unregisterProducer();
    // Differs from Twisted: a half close waits for the producer too, so it must go on here.
    if (
      this.waitsForProducer &&
      this.connected &&
      !this.disconnecting &&
      this.writeDisconnecting &&
      !this.writeDisconnected
    ) {
      this.startWriting();
    }
  }

  /** Asks the reactor to stop calling `doWrite`. */
  stopWriting(): void {
    this.reactor.removeWriter(this);
  }

  /** Asks the reactor to call `doWrite` whenever there is room to write. */
  override startWriting(): void {
    this.reactor.addWriter(this);
  }

  /** The producer has lost its own connection: forgets it and closes. */
  stopConsuming(): void {
    this.unregisterProducer();
    return this.loseConnection(); // Returned: a subclass's own may be an async function.
  }

  /** @internal The state of this, for `explain`. */
  [consumerState](): ConsumerState {
    return {
      state: this.connectionState(),
      producer: this.producer,
      streaming: this.streamingProducer,
      paused: this.producerPaused,
      buffered: this.sendBuffer?.size ?? 0,
      full: this.bufferSize,
    };
  }

  /** One short line for `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return inOneLine(this);
  }

  /** Where the connection is between its beginning and its end, in a word or two. */
  private connectionState(): string {
    if (!this.connected || this.disconnecting) return stateOf(this);
    if (this.writeDisconnected) return 'half closed';
    return this.writeDisconnecting ? 'half closing' : 'open';
  }
}

/** A Node stream that is written to, as a Twisted consumer. */
import {
  assertProducer,
  ConnectionLost,
  type IPullProducer,
  type IPushProducer,
  type ConsumerState,
  consumerState,
  hasForgotten,
  tellToStop,
} from '../../twisted/core/index.js';
import { onAbort } from '../../base/abort-signal.js';
import { tellOfConnection } from '../../base/diagnostics.js';
import {
  assertUnwritten,
  assertWritable,
  highWaterMarkOf,
  isDestroyed,
  isHandshaking,
  keepsNothing,
  lengthOf,
  missesDrain,
  takesObjects,
  tellLoss,
  UNTOLD_HIGH_WATER_MARK,
  type WritableLike,
} from '../any-stream/index.js';
import { fromWebWritable, isWebWritable, type WebWritableLike } from '../web/index.js';
import { ClosingDescriptor } from './closing-descriptor.js';
import { GatheredWrites } from './gathered-writes.js';
import { ObjectWrites } from './object-writes.js';
import { StreamReactor } from './stream-reactor.js';
import {
  assertWritableConsumerOptions,
  type WritableConsumerOptions,
} from './writable-consumer-options.js';

/**
 * Any Node writable as a consumer: writes go to the stream, and the producer is paused while the
 * stream has enough.
 *
 * The buffer is the bytes that are buffered here plus the stream's `writableLength`. A push
 * producer is paused when it reaches `highWaterMark` and resumed on the stream's `drain`; a pull
 * producer is asked again when the stream takes more and something was written since it was last
 * asked.
 *
 * Small writes are copied as they come, and those of one turn reach the stream as one chunk. A
 * write of 4096 bytes (1024, to a stream other than a socket that can send several chunks at once)
 * or more is passed on uncopied, so it must not be changed until it has been sent. A stream in
 * object mode gets each write as it is, of any value but `null`, and the buffer counts objects.
 *
 * @example
 * ```ts
 * const consumer = new WritableConsumer(socket);
 * consumer.registerProducer(producer, true);
 * consumer.loseConnection(); // Ends the stream once the producer has unregistered.
 * await consumer.closed; // ConnectionDone
 * ```
 *
 * @typeParam Data - The type of the objects for a stream in object mode; any other takes bytes.
 * @see Twisted: `twisted.internet.abstract.FileDescriptor`
 */
export class WritableConsumer<Data = Uint8Array> extends ClosingDescriptor<Data> {
  /** Bytes (objects, of a stream in object mode) from which on the buffer is full. */
  readonly highWaterMark: number;

  private writes: GatheredWrites | ObjectWrites | undefined;

  /**
   * @param writable - Any stream that is written to, a WHATWG `WritableStream` among them. It is
   *   driven by this consumer from now on: do not write to it or end it directly.
   * @param options - See {@link WritableConsumerOptions}.
   * @throws InvalidArgTypeError: `writable` is not a writable stream, or an option is misspelt or of
   *   the wrong kind.
   * @throws InvalidStateError: another adapter writes to `writable`, or it is a WHATWG stream that
   *   is locked.
   * @throws OutOfRangeError: `highWaterMark` is not a whole number of at least 0, or `closeTimeout` is
   *   not a number of at least 0.
   * @throws the reason of the signal: it has aborted already, and the stream was left alone.
   */
  constructor(writable: WritableLike | WebWritableLike, options: WritableConsumerOptions = {}) {
    assertWritableConsumerOptions(options);
    options.signal?.throwIfAborted(); // First: to wrap a WHATWG stream is to lock it.
    const stream = isWebWritable(writable) ? fromWebWritable(writable) : writable;
    assertWritable(stream);
    assertUnwritten(stream);
    super(new StreamReactor(stream));
    this.highWaterMark = options.highWaterMark ?? highWaterMarkOf(stream) ?? UNTOLD_HIGH_WATER_MARK;
    if (takesObjects(stream)) {
      this.takesObjects = true;
      this.writes = new ObjectWrites();
    }
    if (options.waitsForProducer !== undefined) this.waitsForProducer = options.waitsForProducer;
    if (options.closeTimeout !== undefined) this.closeTimeout = options.closeTimeout;
    // One without `autoDestroy` that has failed takes what is written, and keeps it for ever.
    if (isDestroyed(stream) || stream.errored) {
      this.disconnected = true;
      tellLoss(stream, (cause) => this.tellClosed(new ConnectionLost(undefined, { cause })));
    } else {
      this.connected = true;
    }
    if (isHandshaking(stream)) {
      // A close that was asked for before has its limit from `connect` on, and goes on at `secure`.
      for (const step of ['connect', 'secure']) stream.on(step, () => this.goOnClosing());
    }
    this.reactor.attach(this);
    if (this.disconnected) this.reactor.detach();
    else tellOfConnection('made', this);
    if (options.signal !== undefined) {
      onAbort(options.signal, () => this.abortConnection(), this.closed);
    }
  }

  /**
   * Takes data from `producer`. A stream whose write half has ended, or that is disconnected, only
   * stops it.
   *
   * @throws InvalidArgTypeError: `producer` lacks a method; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: nothing has changed.
   * @throws the error that the producer throws.
   */
  override registerProducer(producer: IPushProducer, streaming: boolean): void;
  override registerProducer(producer: IPullProducer, streaming: false): void;
  override registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    if (this.producer === null) {
      this.hasAnswered = false;
      if (this.writeDisconnected) {
        assertProducer(producer, streaming);
        tellToStop(this, producer);
        return;
      }
    }
    super.registerProducer(producer as IPushProducer, streaming);
    this.limitClose();
  }

  override write(data: Uint8Array | Data): void {
    const { writes } = this;
    if (writes !== undefined && writes.appendIfSpare(data)) {
      this.hasAnswered = true; // An earlier write of this turn left room: the stream isn't asked.
    } else {
      super.write(data);
      this.leaveSpare();
    }
  }

  /** Lets later writes fill the free part of the buffer, until `doWrite` empties it. */
  private leaveSpare(): void {
    const { writes } = this;
    if (writes === undefined) return;
    const room = this.highWaterMark - this.writableLength - 1;
    const leaves =
      room > 0 && // First, because it is false after each large write.
      !this.writeDisconnected &&
      !this.producerPaused &&
      this.reactor.isWanted &&
      this.writesAtOnce &&
      lengthOf(this.stream) !== undefined;
    writes.spare = leaves ? room : 0;
  }

  /** Stops asking for `doWrite`: from now on the next write has to ask again. */
  override stopWriting(): void {
    if (this.writes !== undefined) this.writes.spare = 0;
    super.stopWriting();
  }

  protected override bufferData(data: Uint8Array): void {
    if (!this.takesObjects && data.length === 0) return;
    this.hasAnswered = true;
    this.writes ??= new GatheredWrites(this.stream);
    this.writes.append(data);
    this.writes.spare = 0; // It was counted before this.
  }

  /**
   * Bytes (objects, of a stream in object mode) that wait, here and in the stream. A stream that
   * can't tell counts as empty.
   */
  get writableLength(): number {
    const inStream = lengthOf(this.stream) ?? 0;
    return this.writes === undefined ? inStream : inStream + this.writes.size;
  }

  /**
   * Whether anything that was written has yet to be handed to the stream.
   *
   * @internal
   */
  get holdsWrites(): boolean {
    return this.writes !== undefined && this.writes.size > 0;
  }

  /** Whether the buffered bytes have reached `highWaterMark`. */
  protected override isSendBufferFull(): boolean {
    if (this.writableLength >= this.highWaterMark) return true;
    return lengthOf(this.stream) === undefined && this.reactor.isBlocked;
  }

  /**
   * Whether `writeAtOnce` may be used: a subclass that overrides these methods decides what is
   * written, and when, and what it keeps.
   *
   * @internal
   */
  get writesAtOnce(): boolean {
    return (
      !this.takesObjects &&
      this.write === plain.write &&
      this.bufferData === plain.bufferData &&
      this.doWrite === plain.doWrite &&
      this.sendHeld === plain.sendHeld &&
      this.takeHeld === plain.takeHeld &&
      this.isSendBufferFull === plain.isSendBufferFull &&
      this.maybePauseProducer === plain.maybePauseProducer &&
      this.pauseThenWrite === plain.pauseThenWrite &&
      this.startWriting === plain.startWriting
    );
  }

  /**
   * As `write`, for a push producer that gives its chunks one by one, so that there is nothing to
   * gather: a stream that is idle gets a large one at once, which saves the way through the next
   * tick.
   *
   * @internal
   */
  writeAtOnce(data: Buffer): void {
    const { reactor } = this;
    if (!this.isLargeAndFirst(data) || !reactor.isReady || this.drainComesTooSeldom()) {
      this.write(data);
    } else {
      this.closeTimer?.moved();
      const hasRoom = reactor.sendAtOnce(data, this.highWaterMark);
      if (!hasRoom && this.isSendBufferFull()) this.pauseThenWrite();
    }
  }

  private isLargeAndFirst(data: Uint8Array): boolean {
    const writes = (this.writes ??= new GatheredWrites(this.stream));
    if (data.length < writes.large || writes.size > 0) return false;
    return this.connected && !this.writeDisconnected;
  }

  /** Hands all buffered bytes to the stream, at once and in order. */
  override doWrite(): Error | undefined {
    if (this.reactor.isDropped) return undefined;
    if (this.holdsWrites) {
      this.closeTimer?.moved();
      const error = this.sendHeld();
      if (error !== undefined) return error;
      // User code may have run: a `write` of the stream is whatever its owner made it.
      if (!this.reactor.isFree || this.holdsWrites) return undefined;
    }
    const { writes } = this;
    // First: what the producer then writes may go to that memory.
    if (writes?.taken !== undefined) writes.forgetTaken(this[hasForgotten]());
    return this.sendBufferEmptied();
  }

  /** @internal Whether no code uses any bytes that were written. */
  [hasForgotten](): boolean {
    return !this.holdsWrites && this.writesAtOnce && keepsNothing(this.stream);
  }

  /** Hands the buffered bytes to the stream. */
  protected sendHeld(): Error | undefined {
    // If only what `write` answers tells that the stream has enough, each chunk is to be answered.
    const one = lengthOf(this.stream) === undefined;
    return this.reactor.send(this.takeHeld(one), this.drainComesTooSeldom());
  }

  protected override takeHeld(one = false): unknown[] {
    return this.writes?.take(one) ?? [];
  }

  /**
   * Whether our buffer is full before the stream's own is: `drain` tells of the stream's own only.
   * Also, whether the stream may miss its `drain`.
   */
  private drainComesTooSeldom(): boolean {
    const { highWaterMark, stream } = this;
    if (missesDrain(stream)) return true;
    return highWaterMark < (highWaterMarkOf(stream) ?? 0) && lengthOf(stream) !== undefined;
  }

  /** The event for which the buffered bytes wait, for `explain`. */
  private get drainEvent(): string | undefined {
    const { stream, reactor } = this;
    if (stream.connecting === true) return 'the connection';
    if (!reactor.isBlocked) return undefined;
    return reactor.isMoving ? 'the TLS handshake' : 'drain';
  }

  /** Pauses the producer if it pushes and the buffer is full, once for each time that it fills. */
  protected override maybePauseProducer(): void {
    // Differs from Twisted: a producer that counts its pauses would need as many resumes.
    if (!this.producerPaused) super.maybePauseProducer();
  }

  /** @internal The state of this, for `explain`. */
  override [consumerState](): ConsumerState {
    const { reactor } = this;
    const { state, ...told } = super[consumerState]();
    return {
      ...told,
      state: reactor.isDropped && !this.disconnected ? 'aborting' : state,
      owesAnswer: !this.streamingProducer && !this.hasAnswered,
      buffered: this.writableLength,
      full: this.highWaterMark,
      unit: this.takesObjects ? 'objects' : 'bytes',
      drain: this.drainEvent,
      isReadingPaused: reactor.input?.isStopped,
      waitsFor: reactor.writeHalf === 'ending' ? 'waits for the stream to finish' : undefined,
      reason: this.reason,
    };
  }

  protected override release(reason: Error): void {
    super.release(reason);
    this.writes = undefined;
  }
}

/** The methods of a consumer that no subclass has changed. */
const plain = WritableConsumer.prototype as WritableConsumer;

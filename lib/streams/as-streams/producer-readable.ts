/**
 * A Twisted producer, as a Node stream that is read from.
 *
 * The demand of the reader:
 *
 * ```text
 *   none ──_read──▶ wanted ──passOnDemand──▶ passed on ──write──▶ none
 *                    │  ▲                        │
 *                rest│  │the loop has turned     │forgetProducer: the next one is asked
 *                    ▼  │                        │
 *                  resting            wanted ◀───┘
 * ```
 */
import { Readable } from '#stream';

import { assertNotNull } from '../../base/arguments.js';
import {
  alreadyRegistered,
  assertProducer,
  callbackRejected,
  type IFailableConsumer,
  type IFinishableConsumer,
  type IPullProducer,
  type IPushProducer,
  type ConsumerState,
  consumerState,
  tellToPause,
  tellToResume,
  tellToStop,
} from '../../twisted/core/index.js';
import { tellOfProducer } from '../../base/diagnostics.js';
import { checkedBuffer } from '../../base/bytes.js';
import { asError } from '../../base/as-error.js';
import {
  assertProducerReadableOptions,
  READABLE_OPTIONS,
  type ProducerReadableOptions,
} from './producer-readable-options.js';
import { destroyFor, forgetEnd, leaveAndCallBack } from './destroying.js';
import { optionsOfBase } from './stream-options.js';
import { spendTurn } from '../../base/turn.js';
import { nextTick, setImmediate } from '../../base/timers.js';

/**
 * A `Readable` that is a consumer: it is read to get the data that a producer writes to it.
 *
 * A push producer is paused when the buffer is full and resumed when the reader wants more. A pull
 * producer is asked once each time the reader wants more. Destroying the stream, which breaking out
 * of `for await` and an `AbortSignal` do, stops the producer; one that registers later is stopped
 * at once, as is one that registers after the end.
 *
 * Data is not copied: it must not be changed until it has been read. In object mode it may be of
 * any kind but `null`, and the buffer is counted in objects.
 *
 * @example
 * ```ts
 * const readable = new ProducerReadable();
 * const sent = new FileSender().beginFileTransfer(file, readable);
 * await Promise.all([sent, pipeline(readable, createGzip(), createWriteStream('file.gz'))]);
 * ```
 *
 * @typeParam Data - The type of the objects in object mode; without it, bytes.
 * @see Twisted: `twisted.internet.interfaces.IConsumer`
 */
export class ProducerReadable<Data = Uint8Array>
  extends Readable
  implements IFinishableConsumer<Uint8Array | Data>, IFailableConsumer
{
  /** The registered producer, or `null`. */
  producer: IPushProducer | IPullProducer | null = null;
  /** Whether the producer is owed a `resumeProducing`. */
  producerPaused = false;
  /** Whether the producer was registered as a push producer. */
  streamingProducer = false;

  private readonly endsWithProducer: boolean;
  /** Whether no more data may come. */
  private dataEnded = false;
  private demand: 'none' | 'wanted' | 'resting' | 'passed on' = 'none';
  /** Whether the producer is asked from inside `read`. */
  private inRead = false;

  /**
   * @param options - See {@link ProducerReadableOptions}.
   * @throws InvalidArgTypeError: an option is of the wrong kind, or misspelt.
   * @throws OutOfRangeError: `highWaterMark` is not a whole number of at least 0.
   */
  constructor(options: ProducerReadableOptions = {}) {
    assertProducerReadableOptions(options);
    super(optionsOfBase(options, READABLE_OPTIONS));
    this.endsWithProducer = options.end ?? true;
  }

  /**
   * Takes data from `producer`. A pull producer is asked at once if the reader waits; a push
   * producer is paused at once if the buffer is full; after the end, or once the stream is
   * destroyed, either is only stopped.
   *
   * @throws InvalidArgTypeError: `producer` lacks a method; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: nothing has changed.
   * @throws the error that the producer throws.
   */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    assertProducer(producer, streaming);
    if (this.producer !== null) throw alreadyRegistered(producer, this.producer);
    if (this.isOver) {
      tellToStop(this, producer);
      return;
    }
    this.producer = producer;
    this.streamingProducer = Boolean(streaming);
    tellOfProducer('registered', this, producer);
    if (streaming && this.isFull) this.pauseProducer();
    else this.passOnDemand();
  }

  /**
   * Forgets the producer and, unless told otherwise by `{ end: false }`, ends the stream. Does
   * nothing if there is none, so that one that was stopped may still unregister.
   */
  unregisterProducer(): void {
    const { producer } = this;
    if (producer === null) return;
    this.forgetProducer();
    tellOfProducer('unregistered', this, producer);
    if (this.endsWithProducer) this.endData();
  }

  /**
   * Makes `data` readable. Does nothing after the end, or once the stream is destroyed.
   *
   * @param data - Must not be changed until it has been read.
   * @throws InvalidArgTypeError: `data` is not bytes, or in object mode is `null`; nothing was
   *   written.
   * @throws the error that the producer's `pauseProducing`, or a listener for `data`, throws; the
   *   data was taken.
   */
  write(data: Uint8Array | Data): void {
    let chunk: unknown = data;
    if (this.readableObjectMode) assertNotNull(data, 'data');
    else chunk = checkedBuffer(data);
    if (this.isOver) return;
    this.demand = 'none'; // First: a listener for the data may want more at once.
    if (!this.push(chunk)) this.pauseProducer();
    else if (this.readableEncoding !== null || (chunk as Buffer | undefined)?.length === 0)
      this.readMore();
  }

  /**
   * The last write was an answer. But if it was empty, or all of it is kept until a character is
   * whole, no listener is called that would want more. Otherwise Node asks for more by itself, and
   * this asks for nothing else.
   */
  private readMore(): void {
    nextTick(() => {
      if (!this.isOver) this.read(0); // Not after the end: it would emit `end` to no reader.
    });
  }

  /** The data is complete: ends the stream, and forgets a producer that is still registered. */
  finish(): void {
    this.forgetProducer();
    this.endData();
  }

  /**
   * The registered producer has failed: destroys the stream, because its reader would take its end
   * for the end of the data. With `{ end: false }` that is not so, and another producer may go on.
   *
   * @param reason - Why.
   */
  producerFailed(reason: Error): void {
    const { producer } = this;
    if (producer === null || !this.endsWithProducer) return;
    this.forgetProducer(); // It knows; it need not be stopped.
    this.destroy(reason);
    // But a proxy that has bytes of a failed producer left does not unregister now, as it should.
    this.producer = producer;
    nextTick(() => {
      if (this.producer !== producer) return;
      this.producer = null;
      leaveAndCallBack(
        () => tellToStop(this, producer),
        reason,
        () => {},
      );
    });
  }

  /**
   * As of any `Readable`.
   *
   * @param size - Bytes to read; everything that there is if left out.
   */
  override read(size?: number): ReturnType<Readable['read']> {
    try {
      return super.read(size);
    } finally {
      // Node calls `_read` before it takes what it reads from the buffer. A producer that answered
      // then would fill a full buffer further, so it is asked here.
      const { inRead } = this;
      this.inRead = true;
      this.passOnDemandOrFail();
      this.inRead = inRead;
    }
  }

  /**
   * Node takes whatever has a `write` for writable as well, and waits for that half to finish.
   *
   * @internal
   */
  get writableFinished(): boolean {
    return true;
  }

  /** @internal */
  override _read(): void {
    this.demand = 'wanted';
    this.passOnDemandOrFail();
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const { producer } = this;
    this.forgetProducer();
    forgetEnd(this);
    const leave = (): void => {
      // A signal that has aborted destroys the stream before our fields are there.
      if (producer) tellToStop(this, producer);
    };
    leaveAndCallBack(leave, error, callback);
  }

  /**
   * Whether values of any kind can be written.
   *
   * @internal
   */
  get takesObjects(): boolean {
    return this.readableObjectMode;
  }

  /** Whether nothing can be written any more. */
  private get isOver(): boolean {
    return this.dataEnded || this.destroyed;
  }

  /**
   * @internal A callback of the producer that is an async function has failed: as if it had thrown.
   */
  [callbackRejected](reason: unknown): void {
    this.destroy(asError(reason));
  }

  /** @internal The state of this, for `explain`. */
  [consumerState](): ConsumerState {
    return {
      state: this.destroyed ? 'lost' : this.dataEnded ? 'ended' : 'open',
      producer: this.dataEnded ? undefined : this.producer,
      streaming: this.streamingProducer,
      paused: this.producerPaused,
      owesAnswer: !this.streamingProducer && this.demand === 'passed on',
      buffered: this.readableLength,
      full: this.readableHighWaterMark,
      unit: this.readableObjectMode ? 'objects' : 'bytes',
      drain: this.isFull ? 'the reader' : undefined,
    };
  }

  private get isFull(): boolean {
    return this.readableLength > 0 && this.readableLength >= this.readableHighWaterMark;
  }

  private endData(): void {
    if (this.isOver) return;
    this.dataEnded = true;
    // At once, the end would have listeners read on before `read` has returned what comes before.
    if (this.inRead) nextTick(() => this.push(null));
    else this.push(null);
  }

  private forgetProducer(): void {
    this.producer = null;
    this.producerPaused = false;
    // The next producer is asked for the data that this one was asked for and did not give.
    if (this.demand === 'passed on') this.demand = 'wanted';
  }

  /** Pauses the producer if it pushes, once for each time that the buffer fills. */
  private pauseProducer(): void {
    if (this.producer === null || !this.streamingProducer || this.producerPaused) return;
    this.producerPaused = true;
    tellToPause(this, this.producer as IPushProducer);
  }

  private passOnDemandOrFail(): void {
    try {
      this.passOnDemand();
    } catch (thrown) {
      destroyFor(this, thrown);
    }
  }

  /**
   * Asks a pull producer, or resumes a paused one, once for each time that the reader wants more.
   */
  private passOnDemand(): void {
    const { producer } = this;
    if (this.demand !== 'wanted' || producer === null || this.isFull) return;
    if (!spendTurn()) {
      this.rest();
      return;
    }
    this.demand = 'passed on';
    if (!this.streamingProducer || this.producerPaused) {
      this.producerPaused = false;
      tellToResume(this, producer);
    }
  }

  /**
   * Lets timers and I/O have their turn: a producer in memory would keep them from it to its end.
   */
  private rest(): void {
    this.demand = 'resting';
    setImmediate(() => {
      if (this.demand !== 'resting') return;
      this.demand = 'wanted';
      this.passOnDemandOrFail();
    });
  }
}

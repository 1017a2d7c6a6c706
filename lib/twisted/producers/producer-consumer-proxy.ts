/** A proxy with a buffer of limited size, which pauses its producer when that is full. */
import { BasicProducerConsumerProxy } from './basic-producer-consumer-proxy.js';
import { DEEPEST } from './deepest.js';
import { AskCounter } from '../../base/ask-counter.js';
import { OutOfRangeError } from '../../base/errors.js';
import {
  type ConsumerState,
  consumerState,
  heed,
  type IConsumer,
  type IPullProducer,
  type IPushProducer,
  tellToPause,
  tellToResume,
} from '../core/index.js';

/** The bytes of one call of `writeSomeData`. */
interface Handover {
  readonly data: Buffer;
  /** How many of these bytes the consumer has got so far. */
  given: number;
  /** How many of these bytes were written; `null` while that isn't known. */
  sent: number | null;
}

/**
 * Pauses a push producer when `bufferSize` bytes are buffered, and resumes it when fewer are. It
 * does not pass the consumer's own pauses on. It asks a pull producer when the consumer asks and
 * nothing is buffered.
 *
 * A subclass may override `writeSomeData` to write less than it is given. The rest is buffered, and
 * later writes queue behind it.
 *
 * @see Twisted: `twisted.protocols.pcp.ProducerConsumerProxy`
 */
export class ProducerConsumerProxy extends BasicProducerConsumerProxy {
  /** Bytes from which on the buffer is full; 65536 by default. */
  declare bufferSize: number;

  static {
    // On the prototype, so that a subclass's getter or field, or a value set on an instance, wins.
    this.prototype.bufferSize = 2 ** 16;
  }

  /** Whether the producer is owed a `resumeProducing`. */
  producerPaused = false;
  /** Whether the last producer has unregistered. */
  unregistered = false;

  /**
   * The bytes that `writeSomeData` has, until it is known how many it writes. No other bytes may
   * overtake them.
   */
  private handover: Handover | null = null;
  /** Whether the consumer asked when we could not answer, so that we answer as soon as we can. */
  private askedMeanwhile = false;
  /** How many calls of `answer` are under way, each inside the one before. */
  private answers = 0;
  /**
   * Whether the producer unregistered during a call of `writeSomeData`, so that we unregister after
   * it.
   */
  private unregisterAfterwards = false;
  /** How many calls of `flush` are under way, each inside the one before. */
  private flushes = 0;
  // Declared only: few proxies are asked so.
  /** Counts the calls of a consumer that asks again from inside our question to the producer. */
  declare private askedAgain?: AskCounter;

  /**
   * Registers with `consumer`, as a push producer unless `iAmStreaming` says otherwise.
   *
   * @param consumer - The consumer to write to; `null` if there is none, or not yet.
   * @throws InvalidArgTypeError: `consumer` lacks a method.
   * @throws ProducerAlreadyRegisteredError: `consumer` has a producer.
   */
  constructor(consumer: IConsumer | null) {
    super(null);
    if (consumer !== null) this.attach(consumer);
  }

  /** Stops writing. The producer may go on until the buffer is full. */
  override pauseProducing(): void {
    this.paused = true;
  }

  /**
   * Writes the buffered bytes. Then resumes a paused producer if there is room again, or asks a
   * pull producer if there was nothing to write.
   *
   * @throws the error that the consumer or the producer throws.
   * @throws InvalidStateError: the consumer asks in a loop that does not wait for the answer, or
   *   pulling proxies that are each other's producers ask in a circle.
   */
  override resumeProducing(): void {
    this.paused = false;
    if (this.handover === null && this.answers < DEEPEST) this.answer();
    else this.askedMeanwhile = true;
  }

  private answer(): void {
    this.answers += 1;
    try {
      let sent: number;
      do {
        this.askedMeanwhile = false;
        sent = this.flush();
        if (sent === 0 && !this.iAmStreaming) this.outstandingPull = true;
        this.resumeOrAskProducer(sent === 0);
        if (this.askedMeanwhile && this.outstandingPull) this.countAskedAgain();
      } while (this.hasMoreToDo(sent));
    } finally {
      this.answers -= 1;
    }
  }

  /** @throws InvalidStateError: proxies that ask each other in a circle would never return. */
  private countAskedAgain(): void {
    this.askedAgain ??= new AskCounter();
    const error = this.askedAgain.count();
    if (error !== undefined) throw error;
  }

  /**
   * Resumes a push producer that we paused, or asks a pull producer for more.
   *
   * @param nothingSent - Whether the buffered bytes, if there were any, stayed in the buffer.
   */
  protected resumeOrAskProducer(nothingSent: boolean): void {
    const { producer } = this;
    if (producer === null) return;
    if (this.producerPaused && this.bufferedBytes < this.bufferSize) {
      this.producerPaused = false;
      tellToResume(this, producer);
    } else if (nothingSent && this.outstandingPull) {
      tellToResume(this, producer);
    }
  }

  /**
   * Writes the buffered bytes.
   *
   * @returns the bytes that were written.
   */
  private flush(): number {
    if (this.buffer.length === 0) return 0;
    let sent: number;
    this.flushes += 1;
    try {
      sent = this.handOver(this.takeBuffer());
    } finally {
      this.flushes -= 1;
    }
    if (this.unregistered && sent > 0 && this.buffer.length === 0 && this.flushes === 0) {
      this.leaveConsumer();
    }
    return sent;
  }

  /**
   * Writes to the consumer, or buffers `data` until the consumer allows it. Pauses a push producer
   * while the buffer is full.
   *
   * @param data - Must not change until the consumer allows it.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   * @throws the error that the consumer, or the producer's `pauseProducing`, throws; the bytes were
   *   taken.
   */
  override write(data: Uint8Array): void {
    super.write(data);
    if (this.producerIsStreaming && this.bufferedBytes >= this.bufferSize) {
      this.producerPaused = true;
      tellToPause(this, this.producer as IPushProducer);
    }
  }

  protected override mayPass(bytes: number): boolean {
    return this.handover === null && super.mayPass(bytes);
  }

  protected override deliver(_consumer: IConsumer, data: Buffer): void {
    const sent = this.handOver(data);
    if (this.unregisterAfterwards && this.buffer.length === 0) this.leaveConsumer();
    if (this.answers === 0 && this.hasMoreToDo(sent)) this.answer();
  }

  /** Whether there is more to do at once after a handover that wrote `sent` bytes. */
  private hasMoreToDo(sent: number): boolean {
    if (this.paused) return false;
    return this.askedMeanwhile || (this.iAmStreaming && sent > 0 && this.buffer.length > 0);
  }

  /**
   * Calls `writeSomeData`; the bytes that it does not write are buffered, before all others.
   *
   * @returns the bytes that were written.
   */
  private handOver(data: Buffer): number {
    const handover: Handover = { data, given: 0, sent: null };
    this.handover = handover;
    this.outstandingPull = false;
    try {
      this.settle(this.writeSomeData(data));
    } finally {
      // Unless that is known, it threw. The consumer has the bytes that it got, although it threw.
      this.settle(Math.min(handover.given, data.length));
    }
    return handover.sent as number;
  }

  /**
   * Tells how many of the bytes of this `writeSomeData` call will be written, and buffers the
   * others. If `writeSomeData` writes only a part of them through the consumer, it calls this
   * before it calls the consumer, so that the state is right when the consumer calls back. Called
   * again, does nothing.
   *
   * @throws OutOfRangeError: `sent` is not a whole number from 0 to the number of bytes.
   */
  protected settle(sent: number): void {
    const { handover } = this;
    if (handover === null) return;
    const { data } = handover;
    this.handover = null;
    if (!Number.isInteger(sent) || sent < 0 || sent > data.length) {
      handover.sent = data.length;
      throw new OutOfRangeError(
        'writeSomeData()',
        `a number of bytes, at most ${data.length}`,
        sent,
      );
    }
    handover.sent = sent;
    if (sent < data.length) {
      const rest = data.subarray(sent);
      this.buffer.unshift(rest);
      this.bufferedBytes += rest.length;
    }
  }

  /**
   * Writes as much of `data` to the consumer as may be written now. Override it to write less.
   *
   * @returns the bytes that were written.
   */
  protected writeSomeData(data: Buffer): number {
    const { consumer, handover } = this;
    if (consumer === null) return 0;
    if (data === handover?.data) this.settle(data.length);
    else if (handover !== null) handover.given += data.length;
    heed(consumer.write(data), consumer, 'write', this);
    return data.length;
  }

  /**
   * Takes data from `producer`. A pull producer is asked at once.
   *
   * The producer that is registered already may register again, as the other kind.
   *
   * @throws InvalidArgTypeError: `producer` lacks a method; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: another is registered; nothing has changed.
   * @throws the error that the producer throws.
   */
  override registerProducer(producer: IPushProducer, streaming: boolean): void;
  override registerProducer(producer: IPullProducer, streaming: false): void;
  override registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    const isNew = this.producer !== producer;
    super.registerProducer(producer, streaming);
    this.unregistered = false;
    this.unregisterAfterwards = false;
    if (isNew) this.producerPaused = false; // Differs from Twisted: a pause is owed to one producer.
    if (!streaming) tellToResume(this, producer);
  }

  /** Forgets the producer, and unregisters from the consumer when nothing is buffered any more. */
  override unregisterProducer(): void {
    this.forgetProducer();
    this.unregistered = true;
    if (this.buffer.length > 0 || this.flushes > 0) return;
    if (this.handover !== null) this.unregisterAfterwards = true;
    else this.leaveConsumer();
  }

  /** The last producer is gone and nothing is buffered: unregisters from the consumer. */
  protected leaveConsumer(): void {
    this.unregisterAfterwards = false;
    const { consumer } = this;
    heed(consumer?.unregisterProducer(), consumer, 'unregisterProducer', this);
  }

  /** @internal */
  override [consumerState](): ConsumerState {
    return {
      ...super[consumerState](),
      paused: this.producerPaused,
      full: this.bufferSize,
    };
  }
}

/**
 * Stands between a producer and a consumer. It is the producer's consumer and the consumer's
 * producer.
 */
import { Buffer } from 'node:buffer';

import { tellOfProducer } from '../../base/diagnostics.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import {
  alreadyRegistered,
  assertConsumer,
  assertProducer,
  type IConsumer,
  type IFailableConsumer,
  type IFinishableConsumer,
  type IPullProducer,
  type IPushProducer,
  isFailableConsumer,
  isFinishableConsumer,
  callbackRejected,
  type ConsumerState,
  consumerState,
  endOwner,
  heed,
  inOneLine,
  stateOf,
  tellToPause,
  tellToResume,
  tellToStop,
} from '../core/index.js';
import { checkedBuffer } from '../../base/bytes.js';

/**
 * Passes everything on, both ways. While it is paused (or, as a pull producer, before it is asked),
 * it buffers the bytes that are written, without limit, and then passes them on as one write.
 *
 * @see Twisted: `twisted.protocols.pcp.BasicProducerConsumerProxy`
 */
export class BasicProducerConsumerProxy
  implements IPushProducer, IFinishableConsumer, IFailableConsumer
{
  /** The consumer; `null` if there is none, or if it has stopped us. */
  consumer: IConsumer | null = null;
  /** The producer that writes to us, or `null`. */
  producer: IPushProducer | IPullProducer | null = null;
  /** Whether `producer` pushes; `null` if there is none. */
  producerIsStreaming: boolean | null = null;
  /** As a pull producer: whether we were asked, and have yet to write. */
  outstandingPull = false;
  /** Whether the consumer has paused us. */
  paused = false;
  /** Whether the consumer has stopped us. */
  stopped = false;

  /** The buffered writes, in order. Every write counts, an empty one too. */
  protected buffer: Buffer[] = [];
  /** Bytes in `buffer`. */
  protected bufferedBytes = 0;

  /** The value of `iAmStreaming` with which we registered; `null` before. */
  private registeredAsStreaming: boolean | null = null;

  /**
   * Registers with `consumer`, as a push producer unless `iAmStreaming` says otherwise.
   *
   * @param consumer - The consumer to write to; `null` if there is none, or not yet.
   * @throws InvalidArgTypeError: `consumer` lacks a method.
   * @throws ProducerAlreadyRegisteredError: `consumer` has a producer.
   */
  constructor(consumer: IConsumer | null) {
    if (consumer !== null) this.attach(consumer);
  }

  /**
   * Whether we are a push producer to the consumer. Override it with a getter, because the
   * constructor reads it before fields of a subclass exist. (If a subclass has it as a field
   * nevertheless, we register again, with the right value, before anything is written.)
   */
  get iAmStreaming(): boolean {
    return true;
  }

  set iAmStreaming(value: boolean) {
    Object.defineProperty(this, 'iAmStreaming', { value, writable: true, configurable: true });
  }

  /**
   * Sets `consumer` and registers with it. The library's own subclasses pass `null` to `super` and
   * call this when their fields exist, because a consumer may call back at once.
   *
   * @throws InvalidArgTypeError: `consumer` lacks a method; nothing has changed.
   * @throws the error that `consumer.registerProducer` throws.
   */
  protected attach(consumer: IConsumer): void {
    assertConsumer(consumer);
    this.consumer = consumer;
    this.registerWith(consumer);
  }

  private registerWith(consumer: IConsumer): void {
    const { iAmStreaming } = this;
    this.registeredAsStreaming = iAmStreaming;
    const returned: unknown = consumer.registerProducer(this.asProducer(), iAmStreaming);
    heed(returned, consumer, 'registerProducer', this);
  }

  /** The producer that registers with the consumer. */
  protected asProducer(): IPushProducer {
    return this;
  }

  /**
   * Registers again if `iAmStreaming` has changed, as happens when a subclass has it as a field.
   */
  private correctRegistration(): void {
    const { consumer, registeredAsStreaming } = this;
    if (consumer === null || registeredAsStreaming === null) return;
    if (registeredAsStreaming === this.iAmStreaming) return;
    heed(consumer.unregisterProducer(), consumer, 'unregisterProducer', this);
    this.registerWith(consumer);
  }

  /** Stops writing, and pauses the producer. */
  pauseProducing(): void {
    this.paused = true;
    const { producer } = this;
    // As in Twisted, a pull producer is paused too, if it has the method.
    if (isPausable(producer)) tellToPause(this, producer);
  }

  /** Writes the buffered bytes, then resumes or asks the producer. */
  resumeProducing(): void {
    this.paused = false;
    if (this.buffer.length > 0) {
      const { consumer } = this;
      if (consumer !== null) heed(consumer.write(this.takeBuffer()), consumer, 'write', this);
    } else if (!this.iAmStreaming) {
      this.outstandingPull = true;
    }
    const { producer } = this;
    if (producer !== null) tellToResume(this, producer);
  }

  /** @internal A callback that is an async function has rejected: the transfer has failed. */
  [callbackRejected](reason: unknown): void {
    endOwner(this.consumer, reason);
  }

  /** Forgets the consumer and stops the producer. Later writes are dropped. */
  stopProducing(): void {
    this.stopped = true;
    this.consumer = null;
    if (this.producer !== null) tellToStop(this, this.producer);
  }

  /**
   * Writes to the consumer, or buffers `data` until the consumer allows it.
   *
   * @param data - Must not change until the consumer allows it.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   * @throws the error that the consumer throws; the bytes were given to it.
   */
  write(data: Uint8Array): void {
    const bytes = checkedBuffer(data);
    const { iAmStreaming } = this;
    if (iAmStreaming !== this.registeredAsStreaming) this.correctRegistration();
    const { consumer } = this;
    if (this.paused || !(iAmStreaming || this.outstandingPull)) {
      this.hold(bytes);
    } else if (consumer !== null) {
      if (this.mayPass(bytes.length)) {
        this.outstandingPull = false;
        this.deliver(consumer, bytes);
      } else {
        this.hold(bytes);
      }
    }
  }

  /** Whether a write of `_bytes` may go straight to the consumer, which is ready for it. */
  protected mayPass(_bytes: number): boolean {
    return this.buffer.length === 0;
  }

  /** Gives the consumer the bytes that need not be buffered. */
  protected deliver(consumer: IConsumer, data: Buffer): void {
    heed(consumer.write(data), consumer, 'write', this);
  }

  /** Puts `data` after the buffered bytes. */
  protected hold(data: Buffer): void {
    this.buffer.push(data);
    this.bufferedBytes += data.length;
  }

  /** Drops the buffered bytes. */
  protected clearBuffer(): void {
    this.buffer = [];
    this.bufferedBytes = 0;
  }

  /** All buffered bytes, in one piece; nothing is buffered after that. */
  protected takeBuffer(): Buffer {
    const { buffer, bufferedBytes } = this;
    this.clearBuffer();
    return buffer.length === 1 ? (buffer[0] as Buffer) : Buffer.concat(buffer, bufferedBytes);
  }

  /**
   * The producer is done: tells the consumer, then unregisters.
   *
   * @throws InvalidArgTypeError: the consumer has no `finish`; nothing has changed.
   * @throws the error that the consumer throws; all is done.
   */
  finish(): void {
    const { consumer } = this;
    if (consumer !== null) assertFinishable(consumer);
    try {
      heed(consumer?.finish(), consumer, 'finish', this);
    } finally {
      this.unregisterProducer();
    }
  }

  /**
   * Takes data from `producer`. The producer is not asked before the consumer asks.
   *
   * The producer that is registered may register again, as the other kind.
   *
   * @throws InvalidArgTypeError: `producer` lacks a method; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: another is registered; nothing has changed.
   */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    assertProducer(producer, streaming);
    // Differs from Twisted, where another producer replaces the registered one.
    if (this.producer !== null && this.producer !== producer) {
      throw alreadyRegistered(producer, this.producer);
    }
    this.correctRegistration();
    const isNew = this.producer === null;
    this.producer = producer;
    this.producerIsStreaming = Boolean(streaming);
    if (isNew) tellOfProducer('registered', this, producer);
  }

  /** Forgets the producer, and unregisters from the consumer. */
  unregisterProducer(): void {
    this.forgetProducer();
    const { consumer } = this;
    heed(consumer?.unregisterProducer(), consumer, 'unregisterProducer', this);
  }

  /** Forgets the producer, without calling it or the consumer. */
  protected forgetProducer(): void {
    const { producer } = this;
    this.producer = null;
    this.producerIsStreaming = null;
    if (producer !== null) tellOfProducer('unregistered', this, producer);
  }

  /**
   * The producer has failed and will unregister: tells the consumer, if it has `producerFailed`.
   *
   * @param reason - Why.
   */
  producerFailed(reason: Error): void {
    const { consumer } = this;
    if (consumer !== null && isFailableConsumer(consumer)) {
      heed(consumer.producerFailed(reason), consumer, 'producerFailed', this);
    }
  }

  /** @internal The state of this, for `explain`. */
  [consumerState](): ConsumerState {
    return {
      state: this.stopped ? 'lost' : stateOf(this),
      producer: this.producer,
      streaming: this.producerIsStreaming === true,
      isPassive: true,
      buffered: this.bufferedBytes,
      drain: this.bufferedBytes > 0 ? 'the consumer' : undefined,
    };
  }

  /** One short line for `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return inOneLine(this);
  }
}

function isPausable(producer: IPullProducer | null): producer is IPushProducer {
  return typeof (producer as IPushProducer | null)?.pauseProducing === 'function';
}

/** @throws InvalidArgTypeError: `consumer` has no `finish`. */
export function assertFinishable(consumer: IConsumer): asserts consumer is IFinishableConsumer {
  if (!isFinishableConsumer(consumer)) {
    throw new InvalidArgTypeError('consumer', 'a finishable consumer (with finish)', consumer);
  }
}

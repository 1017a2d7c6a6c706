/** A consumer that passes on no more than a bucket takes. */
import { assertFinishable, ProducerConsumerProxy } from '../producers/index.js';
import { assertBucket, type Bucket, bytesTakenBy, letDrip } from './bucket.js';
import { BucketQueue, type Waiter } from './bucket-queue.js';
import {
  assertProducer,
  type ConsumerState,
  consumerState,
  heed,
  type IConsumer,
  type IFinishableConsumer,
  type IPullProducer,
  type IPushProducer,
  isFailableConsumer,
  tellToStop,
} from '../core/index.js';
import { asError } from '../../base/as-error.js';
import { log } from '../../base/log.js';
import { assertBytes } from '../../base/bytes.js';

/**
 * Writes to its consumer at the pace of a bucket. To the consumer it is a pull producer; for its
 * own producer it buffers `bufferSize` bytes.
 *
 * When the consumer asks and the bucket has no room, it answers later: it waits in line with others
 * that share the bucket or a parent of it. While there is more to send, it waits until there is
 * room for a packet that is worth sending.
 *
 * It is registered with the consumer until its producer has unregistered and everything is sent,
 * and again when another producer registers, or bytes are written. As long as it is registered, it
 * counts in the bucket's `refcount`.
 *
 * @example
 * ```ts
 * const bucket = Object.assign(new Bucket(), { maxburst: 10_000, rate: 1_000 });
 * await new FileSender().beginFileTransfer('picture.png', new ShapedConsumer(consumer, bucket));
 * ```
 *
 * @see Twisted: `twisted.protocols.htb.ShapedConsumer`
 */
export class ShapedConsumer extends ProducerConsumerProxy {
  /** The bucket that limits it. */
  readonly bucket: Bucket;

  /** Whether we are registered with the consumer, and counted by the bucket. */
  private attached = false;
  /** Whether the consumer has asked since we last registered: then it has taken us. */
  private wasAsked = false;
  /**
   * Whether the consumer is owed a `finish`: our producer has finished, and some bytes are not sent
   * yet.
   */
  protected owesFinish = false;
  /** Whether nothing can be written any more. */
  protected isOver = false;
  /** The most bytes to write in this turn, because others wait too. */
  private share = Infinity;
  private bytesWritten = 0;
  private readonly waiter: Waiter;

  /**
   * Registers with `consumer`, as a pull producer.
   *
   * @param consumer - The consumer to write to; `null` if there is none, or not yet.
   * @param bucket - The bucket that limits it.
   * @throws InvalidArgTypeError: an argument, or a limit of `bucket` or of a parent of it, is of
   *   the wrong kind.
   * @throws OutOfRangeError: such a limit is out of range.
   * @throws ProducerAlreadyRegisteredError: `consumer` has a producer.
   */
  constructor(consumer: IConsumer | null, bucket: Bucket) {
    assertBucket(bucket);
    letDrip(bucket); // Throws if its limits are out of range.
    super(null);
    this.bucket = bucket;
    this.waiter = this.makeWaiter();
    if (consumer === null) this.setAttached(true);
    else this.attach(consumer);
  }

  private makeWaiter(): Waiter {
    return {
      bucket: this.bucket,
      waitingBytes: () => this.bufferedBytes,
      takeTurn: (share) => this.takeTurn(share),
      turnFailed: (error) => this.turnFailed(error),
    };
  }

  /** Always `false`: it is a pull producer. */
  override get iAmStreaming(): boolean {
    return false;
  }

  private get queue(): BucketQueue {
    return BucketQueue.of(this.bucket);
  }

  protected override attach(consumer: IConsumer): void {
    this.setAttached(true);
    this.outstandingPull = false;
    this.wasAsked = false;
    try {
      super.attach(consumer);
    } catch (error) {
      // Else the error comes from the question, and we are registered.
      if (!this.wasAsked) this.setAttached(false);
      throw error;
    }
  }

  private setAttached(attached: boolean): void {
    if (this.attached === attached) return;
    this.attached = attached;
    this.bucket.refcount += attached ? 1 : -1;
    if (!attached) this.queue.leave(this.waiter);
  }

  /**
   * Writes the buffered bytes, or asks the producer if nothing is buffered. While the bucket has no
   * room, it waits before it does either.
   *
   * @throws the error that the consumer or the producer throws.
   */
  override resumeProducing(): void {
    this.wasAsked = true;
    const { queue, waiter } = this;
    if (this.hasToSend && !queue.admits(waiter, this.bufferedBytes)) {
      this.paused = false;
      this.outstandingPull = true;
      queue.ask(waiter);
    } else {
      queue.leave(waiter);
      super.resumeProducing();
      this.waitIfAsked();
    }
  }

  private get hasToSend(): boolean {
    return this.buffer.length > 0 && this.consumer !== null;
  }

  /** As `resumeProducing`, when the bucket has room for us. */
  private takeTurn(share: number): number {
    const { bytesWritten } = this;
    this.share = share;
    try {
      super.resumeProducing();
    } finally {
      this.share = Infinity;
    }
    this.waitIfAsked();
    return this.bytesWritten - bytesWritten;
  }

  /** Waits for room if the consumer waits and bytes are buffered. */
  private waitIfAsked(): void {
    const { queue, waiter } = this;
    const isAsked = this.outstandingPull && !this.paused;
    if (isAsked && this.hasToSend && !queue.has(waiter)) queue.ask(waiter);
  }

  /** We have no caller that could catch `error`: we tell our consumer and stop our producer. */
  private turnFailed(error: unknown): void {
    log.err(error, 'A shaped consumer failed when it could go on');
    try {
      this.fail(asError(error));
    } catch (failure) {
      log.err(failure, 'A shaped consumer failed to end');
    }
  }

  /** Ends this, with an error. Override it to end more. */
  protected fail(reason: Error): void {
    const { consumer } = this;
    try {
      this.asProducer().stopProducing();
    } finally {
      if (consumer !== null) {
        if (isFailableConsumer(consumer)) {
          heed(consumer.producerFailed(reason), consumer, 'producerFailed', this);
        }
        heed(consumer.unregisterProducer(), consumer, 'unregisterProducer', this);
      }
    }
  }

  protected override resumeOrAskProducer(nothingSent: boolean): void {
    if (this.isOver) return; // The consumer has stopped us from inside our write.
    // A producer that is asked because the bucket is full would fill our buffer without limit.
    super.resumeOrAskProducer(nothingSent && this.buffer.length === 0);
  }

  /** Stops writing and waiting. The producer may go on until the buffer is full. */
  override pauseProducing(): void {
    super.pauseProducing();
    this.queue.leave(this.waiter);
  }

  /** Forgets the consumer and the buffered bytes, and stops the producer. */
  override stopProducing(): void {
    this.isOver = true;
    this.setAttached(false);
    this.clearBuffer();
    super.stopProducing();
  }

  /**
   * Writes to the consumer, or buffers `data` until it asks and the bucket has room. Pauses a push
   * producer while the buffer is full. Does nothing if `data` is empty, or if this was stopped or
   * has finished.
   *
   * @param data - Must not change until the consumer allows it.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   * @throws the error that the consumer, or the producer's `pauseProducing`, throws; the bytes were
   *   taken.
   */
  override write(data: Uint8Array): void {
    assertBytes(data);
    // Differs from Twisted: empty bytes would count as an answer, but the consumer would not ask
    // again.
    if (data.byteLength === 0 || this.isOver) return;
    try {
      super.write(data);
    } finally {
      this.waitIfAsked(); // Also if the producer's `pauseProducing` throws: the bytes were taken.
    }
  }

  protected override mayPass(bytes: number): boolean {
    return this.attached && super.mayPass(bytes) && this.queue.admits(this.waiter, bytes);
  }

  protected override hold(data: Buffer): void {
    super.hold(data);
    if (!this.attached && this.consumer !== null) this.attach(this.consumer);
  }

  protected override writeSomeData(data: Buffer): number {
    if (this.consumer === null) return 0;
    const bytes = bytesTakenBy(this.bucket, Math.min(data.length, this.share));
    this.settle(bytes);
    if (bytes === 0) {
      this.outstandingPull = true; // A bucket's own `add` took nothing, so we owe an answer.
      return 0;
    }
    this.bytesWritten += bytes;
    return super.writeSomeData(bytes < data.length ? data.subarray(0, bytes) : data);
  }

  /**
   * Takes data from `producer`. A pull producer is asked at once. If this was stopped, or has
   * finished, it only stops `producer`.
   *
   * @throws InvalidArgTypeError: `producer` lacks a method; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: another is registered, here or with the consumer;
   *   nothing has changed.
   * @throws the error that the producer throws.
   */
  override registerProducer(producer: IPushProducer, streaming: boolean): void;
  override registerProducer(producer: IPullProducer, streaming: false): void;
  override registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    assertProducer(producer, streaming);
    // In a loop, because a consumer may call back from inside `registerProducer` and make us
    // unregister.
    while (!this.attached && !this.isOver && this.consumer !== null) this.attach(this.consumer);
    if (!this.isOver && !this.owesFinish) super.registerProducer(producer, streaming);
    else if (this.producer !== producer) tellToStop(this, producer);
  }

  /**
   * The producer is done: tells the consumer, then unregisters, as soon as everything is sent.
   *
   * @throws InvalidArgTypeError: the consumer has no `finish`; nothing has changed.
   * @throws the error that the consumer throws; all is done.
   */
  override finish(): void {
    if (this.consumer !== null) assertFinishable(this.consumer);
    this.owesFinish = true;
    this.unregisterProducer();
  }

  protected override leaveConsumer(): void {
    const { consumer, owesFinish } = this;
    this.isOver ||= owesFinish;
    this.owesFinish = false;
    this.setAttached(false);
    try {
      if (owesFinish && consumer !== null) {
        // As `finish` has checked.
        heed((consumer as IFinishableConsumer).finish(), consumer, 'finish', this);
      }
    } finally {
      super.leaveConsumer();
    }
  }

  /** @internal */
  override [consumerState](): ConsumerState {
    const told = super[consumerState]();
    return this.queue.has(this.waiter) ? { ...told, drain: 'the bucket' } : told;
  }
}

/**
 * Lets chunks through to a consumer, one at a time and none while the consumer has paused us: the
 * write half of every stream of ours that stands in front of a consumer.
 */
import type { IConsumer, IPushProducer } from '../twisted/interfaces.js';
import { asError } from './as-error.js';
import { spendMoment } from './turn.js';

/** What a stream wants called when it may write on. */
export type WriteCallback = (error?: Error | null) => void;

export class ConsumerGate implements Pick<IPushProducer, 'pauseProducing' | 'resumeProducing'> {
  private consumer: Pick<IConsumer, 'write'> | null = null;
  private paused = false;
  /** Owed to the stream for the chunk in flight. */
  private callback: WriteCallback | null = null;
  /** The chunk in flight, while the consumer has not seen it. */
  private chunk: Uint8Array | null = null;
  /** Whether someone is at work who will look again by himself. */
  private busy = false;
  /** What everything fails with from now on. */
  private failure: Error | null = null;
  /** What a chunk fails with that the consumer has not seen. */
  private refusal: Error | null = null;

  /** Opens the way to `consumer`; a chunk that waits for it goes through now. */
  open(consumer: Pick<IConsumer, 'write'>): void {
    this.consumer = consumer;
    this.proceed();
  }

  /**
   * Passes `chunk` on as soon as the consumer lets us, and calls `callback` as soon as it would let
   * the next one through. Not to be called again before that.
   */
  write(chunk: Uint8Array, callback: WriteCallback): void {
    this.callback = callback;
    if (this.consumer !== null && !this.paused && this.failure === null) {
      this.pass(chunk, this.consumer);
    } else {
      this.chunk = chunk;
      this.proceed();
    }
  }

  /**
   * Lets nothing through from now on. The chunk in flight is to fail with `error`, and so is each
   * that still comes; but a stream that is being destroyed must have heard why before, so that is
   * left to `fail`.
   */
  close(error: Error): void {
    this.failure ??= error;
    this.busy = true;
  }

  /** Fails the chunk in flight, soon. */
  fail(): void {
    process.nextTick(() => this.passed());
  }

  /**
   * The consumer takes no more. A chunk that it was given counts as written, although it paused
   * us; what it has not seen fails with `error`.
   */
  finish(error: Error): void {
    this.refusal ??= error;
    this.consumer = null;
    this.resumeProducing();
  }

  pauseProducing(): void {
    this.paused = this.refusal === null;
  }

  resumeProducing(): void {
    this.paused = false;
    this.proceed();
  }

  private pass(chunk: Uint8Array, consumer: Pick<IConsumer, 'write'>): void {
    this.busy = true; // What the consumer calls from inside its `write` must not start another.
    try {
      consumer.write(chunk);
    } catch (thrown) {
      this.failure ??= asError(thrown);
    }
    if (spendMoment()) this.passed();
    else setImmediate(() => this.passed());
  }

  private passed(): void {
    this.busy = false;
    this.proceed();
  }

  /** Takes the chunk in flight as far as it can go now. */
  private proceed(): void {
    if (this.callback === null || this.busy) return;
    const { chunk, consumer, callback } = this;
    const error = this.failure ?? (chunk === null ? null : this.refusal);
    if (error === null) {
      if (this.paused) return;
      if (chunk !== null) {
        if (consumer === null) return;
        this.chunk = null;
        this.pass(chunk, consumer);
        return;
      }
    }
    this.callback = null;
    this.chunk = null;
    callback(error);
  }
}

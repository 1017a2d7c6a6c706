/** Lets a consumer that only knows push producers take data from a pull producer. */
import {
  cooperate,
  type CooperativeTask,
  type Cooperator,
  SchedulerError,
} from '../cooperation/index.js';
import {
  assertProducer,
  type IConsumer,
  type IPullProducer,
  type IPushProducer,
} from '../core/index.js';
import { nameOf } from '../../base/name-of.js';
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import { assertMethod } from '../../base/arguments.js';

/**
 * Asks a pull producer again and again, in turn with other tasks, while it is not paused.
 *
 * It needs the help of its consumer. When a pull producer registers, the consumer wraps it,
 * registers the wrapper, and calls `startStreaming`. When the producer unregisters, the consumer
 * calls `stopStreaming`.
 *
 * When the producer throws, the error goes to `log.err`, and the producer is unregistered from the
 * consumer. If `unregisterProducer` throws too, its error goes to `log.err`, and streaming ends.
 *
 * @see Twisted: `twisted.internet._producer_helpers._PullToPush`
 */
export class PullToPush implements IPushProducer {
  /** Whether streaming was stopped. */
  protected finished = false;
  /** The task that asks the producer; `null` before `startStreaming`. */
  protected coopTask: CooperativeTask | null = null;

  private readonly producer: IPullProducer;
  private readonly consumer: Pick<IConsumer, 'unregisterProducer'>;
  private readonly cooperator: Pick<Cooperator, 'cooperate'>;

  /**
   * @param pullProducer - The producer to ask.
   * @param consumer - The consumer that it writes to. Only its `unregisterProducer` is called, when
   *   the producer throws.
   * @param cooperator - Divides the time among this and other tasks; the shared cooperator of the
   *   program if left out.
   * @throws InvalidArgTypeError: an argument lacks a method.
   */
  constructor(
    pullProducer: IPullProducer,
    consumer: Pick<IConsumer, 'unregisterProducer'>,
    cooperator: Pick<Cooperator, 'cooperate'> = { cooperate },
  ) {
    assertProducer(pullProducer, false);
    assertMethod(consumer, 'consumer', 'unregisterProducer');
    assertMethod(cooperator, 'cooperator', 'cooperate');
    this.producer = pullProducer;
    this.consumer = consumer;
    this.cooperator = cooperator;
  }

  /**
   * Begins to ask the producer, at the cooperator's next tick. The consumer that registered this
   * calls it, once. Does nothing if this was stopped before.
   *
   * @throws the error that the cooperator's scheduler throws.
   */
  startStreaming(): void {
    // Differs from Twisted: a lost consumer stops a producer that registers, at once.
    if (this.finished && this.coopTask === null) return;
    this.coopTask = this.cooperator.cooperate(this.pull());
  }

  /** Asks the producer forever. */
  private *pull(): Generator<undefined, void, undefined> {
    for (;;) {
      try {
        whenRejected(this.producer.resumeProducing(), this.rejected);
      } catch (error) {
        if (!this.failed(error)) return;
      }
      yield;
    }
  }

  /** Treats a rejection as an exception; but the producer may have unregistered by now. */
  private readonly rejected = (error: unknown): void => {
    if (this.finished) log.err(error, `${nameOf(this.producer)} failed`);
    else this.failed(error);
  };

  /** @returns whether the consumer was told; it then calls `stopStreaming`. */
  private failed(error: unknown): boolean {
    log.err(error, `${nameOf(this.producer)} failed, producing will be stopped`);
    return this.unregister();
  }

  /** @returns whether the consumer was told. */
  private unregister(): boolean {
    const why = `${nameOf(this.consumer)} failed to unregister producer`;
    try {
      whenRejected(this.consumer.unregisterProducer(), (error) => {
        log.err(error, why);
        this.stopStreaming();
      });
      return true;
    } catch (error) {
      log.err(error, why);
      this.finished = true;
      return false;
    }
  }

  /**
   * Stops asking the producer. The consumer calls it when the producer unregisters. Called again,
   * does nothing.
   */
  stopStreaming(): void {
    if (this.finished) return;
    this.finished = true;
    this.coopTask?.stop();
  }

  /**
   * Stops asking the producer until it is resumed as often as it was paused.
   *
   * @throws SchedulerError: streaming has not started; or, with a subclass of this error, streaming
   *   is over.
   */
  pauseProducing(): void {
    this.streaming().pause();
  }

  /**
   * Takes back one pause.
   *
   * @throws NotPaused: it is not paused.
   * @throws SchedulerError: streaming has not started.
   */
  resumeProducing(): void {
    this.streaming().resume();
  }

  /**
   * Stops streaming, then the producer.
   *
   * @throws the error that the producer's `stopProducing` throws.
   */
  stopProducing(): void {
    this.stopStreaming();
    return this.producer.stopProducing(); // Returned: it may be a promise that rejects later.
  }

  private streaming(): CooperativeTask {
    if (this.coopTask === null) throw new SchedulerError('startStreaming() was not called.');
    return this.coopTask;
  }
}

/**
 * Lets chunks through to a consumer, one at a time and none while the consumer has paused us: the
 * write half of every stream of ours that stands in front of a consumer.
 *
 * A chunk on its way, and the reasons in `Why` that hold it back or end it:
 *
 * ```text
 *   write() ──▶ waits ──nothing holds the latch──▶ given to the consumer ──not passing, resting, paused──▶ called back
 *                 │                                            │
 *                 └──over, or stopped before it was given──────┴──over──▶ failed, as soon as the stream is told
 * ```
 */
import type { Writable } from '#stream';

import type { IConsumer, IPushProducer } from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { isThenable, whenRejected } from '../../base/rejection.js';
import { asError } from '../../base/as-error.js';
import { Latch } from '../../base/latch.js';
import { smallUnitsLeft } from '../../base/turn.js';
import { nextTick, setImmediate } from '../../base/timers.js';
import type { WriteCallback } from '../any-stream/index.js';
import { destroyFor, waitingIn } from './destroying.js';

/** Why a chunk may not go through. */
const enum Why {
  /** There is no consumer yet. */
  unopened = 1,
  /** The consumer has paused us. */
  paused = 2,
  /** A chunk is on its way to the consumer; the code that passes it on looks again afterwards. */
  passing = 4,
  /** The event loop has to turn first. */
  resting = 8,
  /** The consumer has stopped us. */
  stopped = 16,
  /** The stream is destroyed, or the consumer has failed: nothing goes through any more. */
  over = 32,
  /** The stream is being destroyed, and must be told why before a chunk may fail for it. */
  untold = 64,
}

/** The stream is not called back now, whatever became of the chunk. */
const NOT_NOW = Why.passing | Why.resting | Why.untold;

export class ConsumerGate implements Pick<IPushProducer, 'pauseProducing' | 'resumeProducing'> {
  private readonly latch = new Latch<Why>(Why.unopened);
  private consumer!: Pick<IConsumer, 'write'>;
  /** Owed to the stream for the chunk on its way, unless `write` has yet to return. */
  private callback: WriteCallback | null = null;
  /** The chunk that waits; `null`, which is never a chunk, once it was given to the consumer. */
  private chunk: unknown = null;
  /** Chunks that may pass before the time is to be asked. */
  private unitsLeft = 1;
  /** Whether a write was that of an async function, which may have yet to fail. */
  declare mayReject?: boolean; // Declared only: most consumers have none.
  /** The error of writes once the gate is over or stopped. */
  private failure: Error | null = null;

  /** @param stream - It is destroyed if the consumer's `write` is an async function and rejects. */
  constructor(private readonly stream: Writable) {}

  /** Opens the way to `consumer`; a chunk that waits goes through now. */
  open(consumer: Pick<IConsumer, 'write'>): void {
    this.consumer = consumer;
    this.latch.release(Why.unopened);
    this.proceed();
  }

  /**
   * Passes `chunk` on as soon as the consumer lets us, and calls `callback` as soon as it would let
   * the next one through. Not to be called again before that.
   */
  write(chunk: unknown, callback: WriteCallback): void {
    const { latch } = this;
    if (latch.isFree) {
      this.pass(chunk);
      if (latch.isFree) {
        callback();
        return;
      }
    } else {
      this.chunk = chunk;
    }
    this.callback = callback;
    this.proceed();
  }

  /** The chunk on its way, if the consumer has yet to be given it. */
  private get waiting(): [chunk: Buffer] | [] {
    return this.chunk === null ? [] : [this.chunk as Buffer];
  }

  /**
   * Sees to it that the consumer is given all that was written to `stream`, which is ours, also if
   * it is corked.
   *
   * @returns whether any bytes were still to come. (An empty chunk moves nothing, so nothing would
   *   come of waiting for it.)
   */
  handOver(stream: Writable): boolean {
    const isBuffering = [...this.waiting, ...waitingIn(stream)].some(({ length }) => length > 0);
    while (stream.writableCorked > 0) stream.uncork();
    return isBuffering;
  }

  /**
   * Gives the consumer all that waits, although it may have paused us: the stream is destroyed, and
   * nothing comes after this. Stops if the consumer has enough.
   *
   * @param consumer - The one that the gate is open to, or will be: it may be registering us.
   * @param behind - Chunks that wait in the stream behind the one on its way.
   * @throws the error that the consumer throws.
   */
  flush(consumer: Pick<IConsumer, 'write'>, behind: readonly unknown[]): void {
    const { chunk, latch } = this;
    this.chunk = null;
    for (const each of chunk === null ? behind : [chunk, ...behind]) {
      if (latch.isHeldBy(Why.stopped | Why.over)) return;
      this.heed(consumer.write(each as Uint8Array));
    }
  }

  /**
   * The stream is being destroyed: lets nothing through from now on. The chunk on its way fails
   * with `error`, and so does each that still comes, but not before `fail`: the stream must be told
   * why first.
   */
  close(error: Error): void {
    this.latch.hold(Why.untold);
    this.closeDestroyed(error);
  }

  /** As `close`, of a stream that was told already: the chunk that is passed on just now fails. */
  closeDestroyed(error: Error): void {
    this.failure ??= error;
    this.latch.hold(Why.over);
  }

  /** The stream was told why it is destroyed: fails the chunk on its way, in the next tick. */
  fail(): void {
    nextTick(() => {
      this.latch.release(Why.untold);
      this.rested(); // A chunk that fails need not wait until the event loop has turned.
    });
  }

  /**
   * The consumer has stopped us. A chunk that it was given counts as written, even if it paused us;
   * one that waits fails with `error`.
   */
  finish(error: Error): void {
    this.failure ??= error;
    this.latch.hold(Why.stopped);
    this.resumeProducing();
  }

  pauseProducing(): void {
    if (!this.latch.isHeldBy(Why.stopped)) this.latch.hold(Why.paused);
  }

  resumeProducing(): void {
    this.latch.release(Why.paused);
    this.proceed();
  }

  private consumerFailed(reason: unknown): void {
    if (this.failure !== null) log.err(reason, 'A consumer failed after its end');
    this.failure ??= asError(reason);
    this.latch.hold(Why.over);
  }

  /** Its `write` is an async function: the stream is destroyed, and so the chunk on its way fails. */
  private consumerRejected(reason: unknown): void {
    const isOver = this.failure !== null;
    this.consumerFailed(reason);
    if (!isOver) destroyFor(this.stream, reason);
  }

  private pass(chunk: unknown): void {
    const { latch } = this;
    latch.hold(Why.passing); // A call that the consumer makes from inside its `write` must not start another.
    try {
      const returned: unknown = this.consumer.write(chunk as Uint8Array);
      // Apart, as what follows: with closures in it this would not be compiled into the stream's
      // code.
      if (returned !== undefined) this.heed(returned);
    } catch (thrown) {
      this.consumerFailed(thrown);
    }
    if (--this.unitsLeft <= 0) this.askTime();
    latch.release(Why.passing);
  }

  private heed(returned: unknown): void {
    this.mayReject ||= isThenable(returned);
    whenRejected(returned, (reason) => this.consumerRejected(reason));
  }

  /** Lets timers and I/O have their turn if this one has lasted long enough. */
  private askTime(): void {
    this.unitsLeft = smallUnitsLeft();
    if (this.unitsLeft > 0) return;
    this.latch.hold(Why.resting);
    setImmediate(() => this.rested());
  }

  /** The event loop has turned: the chunk on its way, if there still is one, may go on. */
  private rested(): void {
    this.latch.release(Why.resting);
    this.proceed();
  }

  /** Takes the chunk on its way as far as it can go now. */
  private proceed(): void {
    const { latch } = this;
    if (this.callback === null || latch.isHeldBy(NOT_NOW)) return;
    if (this.chunk !== null && latch.isFree) {
      const { chunk } = this;
      this.chunk = null;
      this.pass(chunk);
      if (latch.isHeldBy(NOT_NOW)) return;
    }
    // Without bytes there is nothing that a consumer which has stopped us could lack.
    if (latch.isHeldBy(Why.stopped) && this.waiting[0]?.length === 0) this.chunk = null;
    const fails = latch.isHeldBy(this.chunk === null ? Why.over : Why.over | Why.stopped);
    if (!fails && (this.chunk !== null || latch.isHeldBy(Why.paused))) return;
    const { callback } = this;
    this.callback = null;
    callback(fails ? this.failure : null);
  }
}

/**
 * The checks of our streams when they give a chunk to a consumer, and nothing else: it may throw, return a
 * promise that rejects, or call back from inside `write`; and timers must not be late.
 */
import { performance } from 'node:perf_hooks';

import type { IConsumer, IPushProducer } from '../../library/index.js';

/** Milliseconds that a turn of the event loop lasts, and chunks between two looks at the clock. */
const TURN = 1;
const BETWEEN_LOOKS = 64;

type Callback = (error?: Error | null) => void;

export class CheckedWrites implements IPushProducer {
  private paused = false;
  private stopped = false;
  private passing = false;
  private waiting: Callback | null = null;
  private left = BETWEEN_LOOKS;
  private began = performance.now();

  write(consumer: Pick<IConsumer, 'write'>, chunk: Buffer, callback: Callback): void {
    this.passing = true;
    try {
      const returned: unknown = consumer.write(chunk);
      if (returned !== undefined) Promise.resolve(returned).catch(callback);
    } catch (thrown) {
      callback(thrown as Error);
      return;
    }
    this.passing = false;
    const isLate = --this.left === 0 && this.isLate();
    if (!isLate && !this.paused) {
      callback();
      return;
    }
    this.waiting = callback;
    if (isLate) setImmediate(() => this.rested());
  }

  private isLate(): boolean {
    this.left = BETWEEN_LOOKS;
    return performance.now() - this.began >= TURN;
  }

  private rested(): void {
    this.began = performance.now();
    this.goOn();
  }

  private goOn(): void {
    if (this.paused) return;
    const { waiting } = this;
    this.waiting = null;
    if (this.stopped) waiting?.(new Error('The consumer has stopped'));
    else waiting?.();
  }

  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    if (!this.passing) this.goOn();
  }

  stopProducing(): void {
    this.stopped = true;
    this.resumeProducing();
  }
}

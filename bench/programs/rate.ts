/** Counts calls: how many in the seconds after the warm-up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';

import { readOptions, say } from './options.js';

export interface RateOptions {
  readonly warmUp: number;
  readonly seconds: number;
}

/**
 * Says the rate at which `calls` grows by itself.
 *
 * @param intact - Says, at the end, whether the calls did what they should.
 */
export async function sayRate(calls: () => number, intact: () => boolean): Promise<never> {
  const { warmUp, seconds } = readOptions<RateOptions>();
  await sleep(warmUp * 1000);
  const before = { calls: calls(), time: performance.now() };
  await sleep(seconds * 1000);
  const perSecond = (calls() - before.calls) / ((performance.now() - before.time) / 1000);
  say({ perSecond, intact: intact() });
  process.exit();
}

/** Calls `batch` again and again, and lets the event loop turn in between. */
export function repeat(batch: () => void): void {
  batch();
  setImmediate(repeat, batch);
}

/** Counts the calls of the seconds after the warm-up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';

import type { Counted } from '../support/rates.js';
import { readOptions, say } from './options.js';

interface RateOptions {
  readonly warmUp: number;
  readonly seconds: number;
}

/**
 * Says how fast the count grows that `calls` returns.
 *
 * @param intact - Called at the end: whether the calls did what they should.
 */
export async function sayRate(calls: () => number, intact: () => boolean): Promise<never> {
  const { warmUp, seconds } = readOptions<RateOptions>();
  await sleep(warmUp * 1000);
  const before = { calls: calls(), time: performance.now(), usage: process.cpuUsage() };
  await sleep(seconds * 1000);
  const { user, system } = process.cpuUsage(before.usage);
  const counted: Counted = {
    count: calls() - before.calls,
    seconds: (performance.now() - before.time) / 1000,
    cpu: (user + system) / 1e6,
    intact: intact(),
  };
  say(counted);
  process.exit();
}

/** Calls `batch` again and again, once in each turn of the event loop. */
export function repeat(batch: () => void): void {
  batch();
  setImmediate(repeat, batch);
}

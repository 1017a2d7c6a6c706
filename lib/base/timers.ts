/**
 * The event loop's own calls and its clock, taken when this module loads. A test may fake them and put them back
 * before they fire: then all connections of the process that wait for them would wait for ever.
 * Durations that a user sets (a timeout, a rate) go by the timers of the moment, so that a test can
 * move time on.
 */
export const setImmediate = globalThis.setImmediate;
export const clearImmediate = globalThis.clearImmediate;
export const nextTick = process.nextTick.bind(process);

/** Milliseconds: Node calls a longer timer at once. */
export const LONGEST_TIMER = 2_147_483_647;

const hrtime = process.hrtime;

/**
 * Milliseconds, of a clock that only goes forward. It is as fast as `performance.now`; but where that is
 * named, Node loads the whole of `node:perf_hooks`.
 */
export function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/**
 * The event loop's own calls and its clock, taken when this module loads. A test may fake these
 * functions, and restore them before the fakes have fired: all connections of the process that wait
 * for a fake would then wait for ever. A duration that a user sets (a timeout, a rate) uses the
 * current global timers, so that a test can advance the time. (Not so those of `reactor`: there a test
 * gives a `Clock`.)
 */
export const setImmediate = globalThis.setImmediate;
export const clearImmediate = globalThis.clearImmediate;
export const nextTick = process.nextTick.bind(process);

/** Milliseconds. Node fires a longer timer at once. */
export const LONGEST_TIMER = 2_147_483_647;

/** `milliseconds` for a timer of Node's: the longest that there is, if that is shorter. */
export function timerDelay(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_TIMER);
}

const hrtime = process.hrtime;

/**
 * Milliseconds, of a clock that only goes forward. It is as fast as `performance.now`; but where
 * that is named, Node loads the whole of `node:perf_hooks`.
 */
export function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

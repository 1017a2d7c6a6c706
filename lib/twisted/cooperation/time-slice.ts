/** How long a `Cooperator` works before it lets the event loop turn. */
import { now } from '../../base/timers.js';

/** Milliseconds of work in a row. */
const MAX_SLICE = 10;
/** Most units from one reading of the clock to the next. */
const LONGEST_RUN = 16;
/** Milliseconds, a hundredth of a slice: after a run that took less, the next run may be longer. */
const SHORT = MAX_SLICE / 100;

/**
 * Begins a slice of 10 ms.
 *
 * Reading the clock costs more than a small unit of work. So the clock is read after the first
 * unit, then after runs that double up to 16 units while the units are small, and after each unit
 * once they take time.
 *
 * @returns a function that tells whether the slice is over; call it after each unit of work.
 * @see Twisted: `twisted.internet.task._Timer`
 */
export function timeSlice(): () => boolean {
  let reading = now();
  const end = reading + MAX_SLICE;
  let run = 1;
  let unitsLeft = 1;
  return () => {
    if (--unitsLeft > 0) return false;
    const previous = reading;
    reading = now();
    run = reading - previous < SHORT ? Math.min(run * 2, LONGEST_RUN) : 1;
    unitsLeft = run;
    return reading >= end;
  };
}

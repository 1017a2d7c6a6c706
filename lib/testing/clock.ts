import { assertFunction, itemsOf } from '../base/arguments.js';
import { logRejection } from '../base/rejection.js';
import { assertSeconds } from '../base/seconds.js';
import { DelayedCall, type IReactorTime } from '../twisted/cooperation/index.js';

/**
 * Time that passes only when a test says so.
 *
 * @see Twisted: `twisted.internet.task.Clock`
 */
export class Clock implements IReactorTime {
  /** The time now, in seconds. */
  rightNow = 0;

  /** The calls that are still to be made; {@link Clock.getDelayedCalls} copies it. */
  readonly calls: DelayedCall[] = [];

  /** Whether no call has moved since `calls` was sorted: ten thousand may wait. */
  #isSorted = true;

  /**
   * Its methods need no `this`, like bound methods in Python:
   * `protocol.callLater = clock.callLater`.
   */
  constructor() {
    this.seconds = this.seconds.bind(this);
    this.callLater = this.callLater.bind(this);
  }

  /** The time now, in seconds; it starts at 0. */
  seconds(): number {
    return this.rightNow;
  }

  /**
   * Calls `f` once the clock was advanced by `delay`. Calls for the same time are made in the order
   * in which they were added or moved to it.
   *
   * @param delay - In seconds from now. If it is below 0, the next `advance` makes the call.
   * @param f - The function to call.
   * @param args - The arguments to call it with.
   * @returns the call, which you can cancel or move.
   * @throws InvalidArgTypeError, OutOfRangeError: `delay` is not a number, or `f` is not a
   *   function; nothing has changed.
   */
  callLater<Args extends unknown[]>(
    delay: number,
    f: (...args: Args) => unknown,
    ...args: Args
  ): DelayedCall {
    assertSeconds(delay, 'delay');
    assertFunction(f, 'f');
    const time = this.seconds() + delay;
    const call = new DelayedCall(time, f as (...args: unknown[]) => unknown, args, {
      seconds: () => this.seconds(),
      forget: (cancelled) => this.calls.splice(this.calls.indexOf(cancelled), 1),
      moved: () => (this.#isSorted = false),
    });
    this.#sortCalls();
    this.calls.splice(this.#placeOf(call), 0, call);
    return call;
  }

  /** The calls that are still to be made, in a new array. */
  getDelayedCalls(): DelayedCall[] {
    return [...this.calls];
  }

  /**
   * Adds `amount` to the time, then makes the calls that are due, the earliest first, including
   * calls that are added meanwhile and are due too. During each call, the clock already shows the
   * new time.
   *
   * @param amount - In seconds.
   * @throws InvalidArgTypeError, OutOfRangeError: `amount` is not a number; nothing has changed.
   * @throws the error that a call throws; the calls after it are left for the next `advance`.
   */
  advance(amount: number): void {
    assertSeconds(amount, 'amount');
    this.rightNow += amount;
    for (;;) {
      this.#sortCalls();
      const [next] = this.calls;
      if (next === undefined || !(next.getTime() <= this.seconds())) return;
      this.calls.shift();
      logRejection(next.run(), 'A delayed call failed');
    }
  }

  /**
   * Advances by each of `timings`, one after the other.
   *
   * @param timings - In seconds.
   * @throws InvalidArgTypeError: `timings` is not iterable.
   * @throws the errors that {@link Clock.advance} throws.
   */
  pump(timings: Iterable<number>): void {
    for (const amount of itemsOf(timings, 'timings', 'a sequence of seconds')) {
      this.advance(amount as number);
    }
  }

  /** The moment at which this sorts decides the order of calls that move to the same time. */
  #sortCalls(): void {
    if (this.#isSorted) return;
    this.calls.sort((a, b) => compare(a.getTime(), b.getTime()));
    this.#isSorted = true;
  }

  /** Where `call` belongs in the sorted calls: behind those for the same time. */
  #placeOf(call: DelayedCall): number {
    let [from, to] = [0, this.calls.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.calls[middle]!.getTime() > call.getTime()) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}

/** Compares without subtracting: the difference of two infinite times is not a number. */
function compare(a: number, b: number): number {
  return Number(a > b) - Number(a < b);
}

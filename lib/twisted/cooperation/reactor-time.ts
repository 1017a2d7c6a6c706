/** Time, and calls that are made later: the interface of `reactor` and of a test's `Clock`. */

/**
 * A call that will be made later.
 *
 * @see Twisted: `twisted.internet.interfaces.IDelayedCall`
 */
export interface IDelayedCall {
  /** When the call is due, in seconds on its clock. */
  getTime(): number;

  /** Whether the call is still to be made: neither made, nor being made, nor cancelled. */
  active(): boolean;

  /**
   * Takes the call off its clock.
   *
   * @throws AlreadyCancelled: it was cancelled before.
   * @throws AlreadyCalled: it was made before, or is being made.
   */
  cancel(): void;

  /**
   * Moves the call to another time.
   *
   * @param secondsFromNow - Counted from the present time of the clock.
   * @throws InvalidArgTypeError, OutOfRangeError: the argument is not a number of seconds; nothing
   *   has changed.
   * @throws AlreadyCancelled, AlreadyCalled: it is no longer to be made.
   */
  reset(secondsFromNow: number): void;

  /**
   * Moves the call to a later time.
   *
   * @param secondsLater - Added to the time at which it is due. Below 0, the call moves to an
   *   earlier time.
   * @throws InvalidArgTypeError, OutOfRangeError: the argument is not a number of seconds; nothing
   *   has changed.
   * @throws AlreadyCancelled, AlreadyCalled: it is no longer to be made.
   */
  delay(secondsLater: number): void;
}

/**
 * Tells the time, and makes calls when their time has come. Each class here that needs the time
 * takes such an object, so that a test can use a `Clock` instead of the `reactor`.
 *
 * @see Twisted: `twisted.internet.interfaces.IReactorTime`
 */
export interface IReactorTime {
  /** The time now, in seconds. */
  seconds(): number;

  /**
   * Calls `f` once, later; never from inside this method.
   *
   * @param delay - In seconds from now.
   * @param f - The function to call.
   * @param args - The arguments to call it with.
   * @returns the call, which you can cancel or move.
   */
  callLater<Args extends unknown[]>(
    delay: number,
    f: (...args: Args) => unknown,
    ...args: Args
  ): IDelayedCall;

  /** The calls that are still to be made, in a new array. */
  getDelayedCalls(): IDelayedCall[];
}

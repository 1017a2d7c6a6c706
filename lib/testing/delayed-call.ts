import { AlreadyCalled, AlreadyCancelled } from './errors.js';
import { assertSeconds } from './seconds.js';

/** What a {@link DelayedCall} needs of the clock that made it. */
export interface DelayedCallClock {
  /** The time now, in seconds. */
  seconds(): number;
  /** Takes `call` off the clock. */
  forget(call: DelayedCall): void;
}

/**
 * A call that a `Clock` is going to make.
 *
 * @see Twisted: `twisted.internet.base.DelayedCall`
 */
export class DelayedCall {
  /** Whether the call was made, or is being made. */
  called = false;
  /** Whether the call was cancelled. */
  cancelled = false;

  // Two numbers, as in Twisted: their sum decides, and rounds as Twisted's does.
  private delayedTime = 0;

  /**
   * @param time - When to call, in seconds.
   * @param func - What to call.
   * @param args - What to call it with.
   * @param clock - Whose call this is.
   */
  constructor(
    private time: number,
    private readonly func: (...args: unknown[]) => unknown,
    private readonly args: readonly unknown[],
    private readonly clock: DelayedCallClock,
  ) {}

  /** When the call is due, in seconds on its clock. */
  getTime(): number {
    return this.time + this.delayedTime;
  }

  /** Whether the call is still to be made. */
  active(): boolean {
    return !(this.cancelled || this.called);
  }

  /**
   * Takes the call off its clock.
   *
   * @throws AlreadyCancelled: it was cancelled before.
   * @throws AlreadyCalled: it was made before, or is being made.
   */
  cancel(): void {
    this.assertActive();
    this.cancelled = true;
    this.clock.forget(this);
  }

  /**
   * Moves the call to another time.
   *
   * @param secondsFromNow - Counted from the present time of the clock.
   * @throws InvalidArgTypeError, OutOfRangeError: no number of seconds; nothing has changed.
   * @throws AlreadyCancelled, AlreadyCalled: it is no longer to be made.
   */
  reset(secondsFromNow: number): void {
    assertSeconds('secondsFromNow', secondsFromNow);
    this.assertActive();
    const newTime = this.clock.seconds() + secondsFromNow;
    if (newTime < this.time) {
      this.delayedTime = 0;
      this.time = newTime;
    } else {
      this.delayedTime = newTime - this.time;
    }
  }

  /**
   * Moves the call to a later time.
   *
   * @param secondsLater - Added to the time at which it is due.
   * @throws InvalidArgTypeError, OutOfRangeError: no number of seconds; nothing has changed.
   * @throws AlreadyCancelled, AlreadyCalled: it is no longer to be made.
   */
  delay(secondsLater: number): void {
    assertSeconds('secondsLater', secondsLater);
    this.assertActive();
    this.delayedTime += secondsLater;
    if (this.delayedTime < 0) {
      this.time += this.delayedTime;
      this.delayedTime = 0;
    }
  }

  /**
   * Makes the call; its clock's to use.
   *
   * @throws what the function throws.
   */
  run(): void {
    this.called = true;
    this.func(...this.args);
  }

  private assertActive(): void {
    if (this.cancelled) throw new AlreadyCancelled();
    if (this.called) throw new AlreadyCalled();
  }
}

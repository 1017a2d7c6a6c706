import { assertSeconds } from '../../base/seconds.js';
import { AlreadyCalled, AlreadyCancelled } from './delayed-call-errors.js';
import type { IDelayedCall } from './reactor-time.js';

/** The methods of a clock that its {@link DelayedCall}s call. */
export interface DelayedCallClock {
  /** The time now, in seconds. */
  seconds(): number;
  /** Takes `call` off the clock. */
  forget(call: DelayedCall): void;
  /**
   * Is told that the time of `call` has changed.
   *
   * @param isSooner - Whether it may be due earlier than before.
   */
  moved(call: DelayedCall, isSooner: boolean): void;
}

/**
 * A call that `reactor` or a `Clock` is going to make.
 *
 * @see Twisted: `twisted.internet.base.DelayedCall`
 */
export class DelayedCall implements IDelayedCall {
  /** Whether the call was made, or is being made. */
  called = false;
  /** Whether the call was cancelled. */
  cancelled = false;

  // Two numbers, as in Twisted, so that their sum is rounded as Twisted's is.
  private delayedTime = 0;

  /**
   * @param time - When to call, in seconds.
   * @param func - The function to call.
   * @param args - The arguments to call it with.
   * @param clock - The clock that made this call.
   * @internal
   */
  constructor(
    private time: number,
    private readonly func: (...args: unknown[]) => unknown,
    private readonly args: readonly unknown[],
    private readonly clock: DelayedCallClock,
  ) {}

  getTime(): number {
    return this.time + this.delayedTime;
  }

  /**
   * @internal The earliest time at which it can be due. It stays when `getTime()` moves to a later
   *   time, so that a clock with many calls need not sort them each time that one is delayed.
   */
  get earliestTime(): number {
    return this.time;
  }

  /** @internal Makes the time at which it is due the time at which the clock checks it next. */
  activateDelay(): void {
    this.time += this.delayedTime;
    this.delayedTime = 0;
  }

  active(): boolean {
    return !(this.cancelled || this.called);
  }

  cancel(): void {
    this.assertActive();
    this.cancelled = true;
    this.clock.forget(this);
  }

  reset(secondsFromNow: number): void {
    assertSeconds(secondsFromNow, 'secondsFromNow');
    this.assertActive();
    const newTime = this.clock.seconds() + secondsFromNow;
    const isSooner = newTime < this.time;
    if (isSooner) this.time = newTime;
    this.delayedTime = isSooner ? 0 : newTime - this.time;
    this.clock.moved(this, isSooner);
  }

  delay(secondsLater: number): void {
    assertSeconds(secondsLater, 'secondsLater');
    this.assertActive();
    this.delayedTime += secondsLater;
    const isSooner = this.delayedTime < 0;
    if (isSooner) this.activateDelay();
    this.clock.moved(this, isSooner);
  }

  /**
   * @internal Makes the call.
   * @returns the value that the function returns.
   * @throws the error that the function throws.
   */
  run(): unknown {
    this.called = true;
    const { func } = this; // Without us as its `this`.
    return func(...this.args);
  }

  /** One short line for `util.inspect`, in place of all calls of the clock. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const rest = this.getTime() - this.clock.seconds();
    const state = this.cancelled ? 'cancelled' : this.called ? 'called' : `in ${rest.toFixed(3)} s`;
    return `DelayedCall <${state}: ${this.func.name || 'a function'}>`;
  }

  private assertActive(): void {
    if (this.cancelled) throw new AlreadyCancelled();
    if (this.called) throw new AlreadyCalled();
  }
}

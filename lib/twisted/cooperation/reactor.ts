/** The clock of the running program, on Node's timers. */
import { assertFunction } from '../../base/arguments.js';
import { type Context, currentContext } from '../../base/context.js';
import { log } from '../../base/log.js';
import { assertNotNegative } from '../../base/seconds.js';
import { clearImmediate, now, setImmediate, timerDelay } from '../../base/timers.js';
import { CallHeap } from './call-heap.js';
import { DelayedCall, type DelayedCallClock } from './delayed-call.js';
import type { IDelayedCall, IReactorTime } from './reactor-time.js';
import { whenRejected } from '../../base/rejection.js';

// Read when the module loads: a test that fakes timers later must not stop the time of the program.
const setTimeout = globalThis.setTimeout;
const clearTimeout = globalThis.clearTimeout;
/** Milliseconds since 1970 when the clock of `now` was at 0. */
const timeOrigin = Date.now() - now();

/** Waits for the first call of a {@link CallHeap} with one timer. */
class NodeReactor implements IReactorTime, DelayedCallClock {
  /**
   * All calls that are still to be made, also those that have left `waiting` because they are due;
   * and the context of `callLater`, in which each is made, as Node makes the calls of its timers.
   */
  private readonly pending = new Map<DelayedCall, Context>();
  private readonly waiting = new CallHeap();
  /** The time to which the timer is set, in seconds; `Infinity` if there is no timer. */
  private alarmTime = Infinity;
  private stopAlarm = () => {};

  /**
   * Its methods need no `this`, like bound methods in Python:
   * `protocol.callLater = reactor.callLater`.
   */
  constructor() {
    this.seconds = this.seconds.bind(this);
    this.callLater = this.callLater.bind(this);
  }

  seconds(): number {
    return (timeOrigin + now()) / 1000;
  }

  callLater<Args extends unknown[]>(
    delay: number,
    f: (...args: Args) => unknown,
    ...args: Args
  ): IDelayedCall {
    assertNotNegative(delay, 'delay');
    assertFunction(f, 'f');
    const time = this.seconds() + delay;
    const call = new DelayedCall(time, f as (...args: unknown[]) => unknown, args, this);
    this.pending.set(call, currentContext());
    this.waiting.add(call);
    this.setAlarm();
    return call;
  }

  getDelayedCalls(): IDelayedCall[] {
    return [...this.pending.keys()];
  }

  forget(call: DelayedCall): void {
    this.pending.delete(call);
    this.waiting.remove(call);
    this.setAlarm();
  }

  moved(call: DelayedCall, isSooner: boolean): void {
    if (!isSooner) return; // It is looked at when it could have been due, and waits on.
    this.waiting.movedSooner(call);
    this.setAlarm();
  }

  /**
   * Sets the timer to the first call, unless it is set to an earlier time: then it fires early,
   * which is harmless.
   */
  private setAlarm(): void {
    const time = this.waiting.first?.earliestTime ?? Infinity;
    if (time === Infinity || time < this.alarmTime) {
      this.stopAlarm();
      this.alarmTime = Infinity;
    }
    if (this.alarmTime <= time) return;
    this.alarmTime = time;
    const milliseconds = (time - this.seconds()) * 1000;
    if (milliseconds <= 0) {
      const immediate = setImmediate(this.onAlarm);
      this.stopAlarm = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(this.onAlarm, timerDelay(Math.ceil(milliseconds)));
      this.stopAlarm = () => clearTimeout(timer);
    }
  }

  private readonly onAlarm = (): void => {
    this.alarmTime = Infinity;
    const time = this.seconds();
    for (let call = this.takeDue(time); call !== undefined; call = this.takeDue(time)) {
      // Node runs the callbacks of promises after each immediate, as it does after each timer.
      setImmediate(this.makeDue, call);
    }
    this.setAlarm();
  };

  /** Takes the first call out of those that wait, if it is due at `time`. */
  private takeDue(time: number): DelayedCall | undefined {
    for (;;) {
      const { first } = this.waiting;
      if (first === undefined || first.earliestTime > time) return undefined;
      this.waiting.remove(first);
      if (first.getTime() <= time) return first;
      first.activateDelay();
      this.waiting.add(first);
    }
  }

  private readonly makeDue = (call: DelayedCall): void => {
    const context = this.pending.get(call);
    if (context === undefined) return; // It was cancelled.
    if (call.getTime() > this.seconds()) {
      // Another call that was due at the same time has delayed it.
      this.waiting.add(call);
      this.setAlarm();
    } else {
      this.pending.delete(call);
      context.runInAsyncScope(make, undefined, call);
    }
  };
}

/** Makes a call. If it fails, the error goes to the log, because there is no caller. */
function make(call: DelayedCall): void {
  const report = (error: unknown) => log.err(error, 'A delayed call failed');
  try {
    whenRejected(call.run(), report);
  } catch (error) {
    report(error);
  }
}

/**
 * The time of this program, on Node's timers. Calls are made in the order in which they are due,
 * never early by {@link IReactorTime.seconds}, and each in a turn of its own. If a call throws or
 * rejects, the error goes to `log.err`. A call that waits keeps the process alive, as a timer does.
 *
 * `seconds()` counts from 1970, and never goes back when the machine's clock is set.
 *
 * @example
 * ```ts
 * import { reactor } from 'twisted-streams';
 *
 * const call = reactor.callLater(30, () => transport.abortConnection());
 * call.reset(30); // Something came in: 30 seconds from now.
 * if (call.active()) call.cancel();
 * ```
 *
 * `callLater` throws `InvalidArgTypeError` or `OutOfRangeError` if the delay is not a number of 0
 * or more seconds, or there is no function to call; nothing is called then.
 *
 * @see Twisted: `twisted.internet.reactor`, as `IReactorTime`
 */
export const reactor: IReactorTime = /* @__PURE__ */ new NodeReactor();

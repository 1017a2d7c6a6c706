/** Calls a function again and again, at times that depend on the start and the interval. */
import type { inspect } from 'node:util';

import { assertFunction } from '../../base/arguments.js';
import { InvalidStateError } from '../../base/errors.js';
import { assertNotNegative } from '../../base/seconds.js';
import { log } from '../../base/log.js';
import { heedClock } from './heed-clock.js';
import { reactor } from './reactor.js';
import type { IDelayedCall, IReactorTime } from './reactor-time.js';
import { isThenable, whenRejected } from '../../base/rejection.js';

/** `inspect.custom`, without loading `node:util`. */
const inspected = Symbol.for('nodejs.util.inspect.custom');

/** One run of a loop, from `start` to its end. */
interface Run<Loop> {
  resolve(loop: Loop): void;
  reject(error: unknown): void;
}

/**
 * Calls a function at an interval. The times of the calls depend only on the start and the
 * interval, not on how long the function takes: a call that was missed is left out. While a promise
 * that the function returned is pending, no other call is made.
 *
 * @example
 * ```ts
 * import { LoopingCall } from 'twisted-streams';
 *
 * const loop = new LoopingCall((name: string) => console.log(`${name} is alive`), 'worker');
 * loop.start(60).catch(log.err); // Rejects as soon as a call fails.
 * process.once('SIGTERM', () => loop.stop());
 * ```
 *
 * @see Twisted: `twisted.internet.task.LoopingCall`
 */
export class LoopingCall<Args extends unknown[] = unknown[]> {
  /** The clock that makes the calls. Set it before `start`. */
  clock: IReactorTime = reactor;
  /** In seconds, from one call to the next; `null` before `start`. */
  interval: number | null = null;
  /** The next call; `null` while the function runs, and while the loop does not run. */
  call: IDelayedCall | null = null;
  /** When the loop was started or reset, in seconds on its clock; `null` before `start`. */
  starttime: number | null = null;
  /**
   * Whether the function is called again: from `start` until `stop`, or until it fails. It is
   * `false` by the time that the promise of `start` settles. If it is set to `false`, the loop ends
   * after the next call.
   */
  running = false;

  /** The arguments of the function. */
  readonly args: Args;
  readonly #f: (...args: Args) => unknown;

  #run: Run<this> | null = null;
  #runAtStart = false;
  /** When a counting function was last called, in seconds. */
  #realLastTime: number | null = null;

  /**
   * @param f - The function to call.
   * @param args - The arguments to call it with.
   * @throws InvalidArgTypeError: `f` is not a function.
   */
  constructor(f: (...args: Args) => unknown, ...args: Args) {
    assertFunction(f, 'f');
    this.#f = f;
    this.args = args;
  }

  /**
   * A loop that gives its function the number of calls that should have been made since its last
   * one: 1, or more if this one is late. The function is not called if there should have been no
   * call. With an interval of 0 seconds, the number is always 1.
   *
   * @param f - The function to call with that number.
   * @throws InvalidArgTypeError: `f` is not a function.
   * @see Twisted: `twisted.internet.task.LoopingCall.withCount`
   */
  static withCount(f: (count: number) => unknown): LoopingCall<[]> {
    assertFunction(f, 'f');
    const loop: LoopingCall<[]> = new this(() => {
      const count = loop.#countIntervals();
      return count > 0 ? f(count) : undefined;
    });
    return loop;
  }

  /**
   * Calls the function every `interval` seconds.
   *
   * @param interval - In seconds. With 0, each turn of the event loop.
   * @param now - Whether to call it at once, or for the first time after `interval`.
   * @returns a promise of this loop. It resolves when the loop was stopped and the last promise of
   *   the function, if there is one, is fulfilled. If the function throws or its promise rejects,
   *   the loop ends, and this promise rejects with that error.
   * @throws InvalidStateError: it runs already.
   * @throws InvalidArgTypeError, OutOfRangeError: `interval` is not a number of 0 or more; in each
   *   case nothing has changed.
   */
  start(interval: number, now = true): Promise<this> {
    if (this.running) {
      throw new InvalidStateError('Tried to start an already running LoopingCall.');
    }
    assertNotNegative(interval, 'interval');
    const starttime = this.clock.seconds();
    return new Promise((resolve, reject) => {
      const run = { resolve, reject };
      this.#run = run;
      this.running = true;
      this.starttime = starttime;
      this.interval = interval;
      this.#runAtStart = now;
      if (now) this.#callOnce(run);
      else this.#goOn(run, starttime);
    });
  }

  /**
   * Ends the loop: the function is not called again.
   *
   * @throws InvalidStateError: it does not run.
   */
  stop(): void {
    const { call } = this;
    const run = this.#run;
    if (run === null || !this.running)
      throw new InvalidStateError('Tried to stop a LoopingCall that was not running.');
    this.#end();
    if (call === null) return; // During a call, which then ends the run.
    this.call = null;
    heedClock(call.cancel());
    run.resolve(this);
  }

  /**
   * Leaves out the next call, and counts the interval from now. Does nothing from inside the
   * function, or while its promise is pending.
   *
   * @throws InvalidStateError: it does not run.
   */
  reset(): void {
    const { call } = this;
    const run = this.#run;
    if (run === null || !this.running) {
      throw new InvalidStateError('Tried to reset a LoopingCall that was not running.');
    }
    if (call === null) return;
    this.call = null;
    heedClock(call.cancel());
    this.starttime = this.clock.seconds();
    this.#goOn(run, this.starttime);
  }

  /** Calls the function, and schedules the next call as soon as the function is done. */
  #callOnce(run: Run<this>): void {
    this.call = null;
    let result: unknown;
    try {
      const f = this.#f; // Without us as its `this`.
      result = f(...this.args);
      if (!isThenable(result)) return this.#called(run);
    } catch (error) {
      return this.#failed(run, error);
    }
    Promise.resolve(result).then(
      () => this.#called(run),
      (error: unknown) => this.#failed(run, error),
    );
  }

  #called(run: Run<this>): void {
    // Differs from Twisted, where a loop that was stopped and started again meanwhile goes on
    // twice.
    if (this.#run === run && this.running) return this.#goOn(run);
    if (this.#run === run) this.#end();
    run.resolve(this);
  }

  #failed(run: Run<this>, error: unknown): void {
    if (this.#run === run) this.#end();
    run.reject(error);
  }

  #end(): void {
    this.#run = null;
    this.running = false;
  }

  #goOn(run: Run<this>, time?: number): void {
    try {
      const delay = this.#secondsFrom(time ?? this.clock.seconds());
      this.call = this.clock.callLater(delay, () => this.#callOnce(run));
      whenRejected(this.call, (error) => {
        if (this.#run === run) this.#failed(run, error);
        else log.err(error, 'A clock rejected after its LoopingCall had ended');
      });
    } catch (error) {
      this.#failed(run, error);
    }
  }

  /** How many seconds after `time` the next call is due. */
  #secondsFrom(time: number): number {
    const interval = this.interval as number;
    if (interval === 0) return 0;
    const untilNext = interval - modulo(time - (this.starttime as number), interval);
    // If the rest is so short that it would be rounded to 0 seconds, this interval is over.
    return time + untilNext === time ? interval : untilNext;
  }

  #countIntervals(): number {
    const now = this.clock.seconds();
    const interval = this.interval as number;
    const starttime = this.starttime as number;
    const lastTime = this.#realLastTime ?? (this.#runAtStart ? starttime - interval : starttime);
    const intervalOf = (time: number) => Math.trunc((time - starttime) / interval);
    const count = interval === 0 ? 1 : intervalOf(now) - intervalOf(lastTime);
    if (count > 0) this.#realLastTime = now;
    return count;
  }

  /** @internal For example `LoopingCall<60>(heartbeat, 'worker')`. */
  [inspected](_depth: number, _options: unknown, show: typeof inspect): string {
    const args = this.args.map((arg) => `, ${show(arg, { depth: 0 })}`);
    return `LoopingCall<${this.interval}>(${this.#f.name || 'anonymous'}${args.join('')})`;
  }
}

/** As Python's `%`: never below 0, even if the clock went back. */
function modulo(a: number, n: number): number {
  const remainder = a % n;
  return remainder < 0 ? remainder + n : remainder;
}

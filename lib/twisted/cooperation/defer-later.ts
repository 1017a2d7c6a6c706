import {
  addAbortListener,
  assertSignalOption,
  removeAbortListener,
} from '../../base/abort-signal.js';
import { assertFunction, assertMethod } from '../../base/arguments.js';
import { whenRejected } from '../../base/rejection.js';
import { heedClock } from './heed-clock.js';
import type { IReactorTime } from './reactor-time.js';

/** The options of {@link deferLater}. */
export interface DeferLaterOptions {
  /** Cancels the call while it waits: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Calls `f` after a while.
 *
 * @example
 * ```ts
 * import { deferLater, reactor } from 'twisted-streams';
 *
 * await deferLater(reactor, 0.5); // Waits half a second.
 * const giveUp = new AbortController();
 * await deferLater(reactor, 5, { signal: giveUp.signal }, connectAgain, 'localhost');
 * ```
 *
 * @param clock - The clock that makes the call.
 * @param delay - In seconds.
 * @returns a promise of the value that `f` returns; it rejects with the error that `f` throws.
 * @throws InvalidArgTypeError: an argument is not of its type.
 * @throws OutOfRangeError: `delay` is below 0, or `NaN`.
 * @see Twisted: `twisted.internet.task.deferLater`; there the caller cancels the `Deferred`
 */
export function deferLater(clock: IReactorTime, delay: number): Promise<void>;
/**
 * Calls `f` after a while.
 *
 * @param delay - In seconds.
 * @param f - The function to call; none if left out.
 * @param args - The arguments to call it with.
 */
export function deferLater<Args extends unknown[], Result>(
  clock: IReactorTime,
  delay: number,
  f: (...args: Args) => Result,
  ...args: Args
): Promise<Awaited<Result>>;
/**
 * Waits for a while, unless a signal aborts before.
 *
 * @param delay - In seconds.
 * @param options - See {@link DeferLaterOptions}.
 */
export function deferLater(
  clock: IReactorTime,
  delay: number,
  options: DeferLaterOptions,
): Promise<void>;
/**
 * Calls `f` after a while, unless a signal aborts before.
 *
 * @param delay - In seconds.
 * @param options - See {@link DeferLaterOptions}.
 * @param f - The function to call.
 * @param args - The arguments to call it with.
 */
export function deferLater<Args extends unknown[], Result>(
  clock: IReactorTime,
  delay: number,
  options: DeferLaterOptions,
  f: (...args: Args) => Result,
  ...args: Args
): Promise<Awaited<Result>>;
export function deferLater(
  clock: IReactorTime,
  delay: number,
  ...rest: unknown[]
): Promise<unknown> {
  assertMethod(clock, 'clock', 'callLater');
  const options: unknown = typeof rest[0] === 'object' ? rest.shift() : {};
  assertSignalOption(options);
  const { signal } = options;
  const [f = () => {}, ...args] = rest;
  assertFunction(f, 'f');

  let whenOver!: { resolve(result: unknown): void; reject(error: unknown): void };
  const promise = new Promise((resolve, reject) => (whenOver = { resolve, reject }));
  if (signal?.aborted) {
    whenOver.reject(signal.reason);
    return promise;
  }
  const call = clock.callLater(delay, () => {
    removeAbortListener(signal, onAbort);
    try {
      whenOver.resolve((f as (...args: unknown[]) => unknown)(...args));
    } catch (error) {
      whenOver.reject(error);
    }
  });
  const onAbort = () => {
    if (call.active()) heedClock(call.cancel());
    whenOver.reject((signal as AbortSignal).reason);
  };
  addAbortListener(signal, onAbort);
  whenRejected(call, (error) => {
    removeAbortListener(signal, onAbort);
    whenOver.reject(error);
  });
  return promise;
}

import { assertFunction, assertNumber } from '../../base/arguments.js';
import { assertNotNegative } from '../../base/seconds.js';

/**
 * How long to wait before the next attempt to connect.
 *
 * @param attempt - The number of attempts that have failed in a row, including the last: at least
 *   1.
 * @returns seconds, 0 or more.
 */
export type RetryPolicy = (attempt: number) => number;

/** After so many attempts the delay stays the same, so that the power stays finite. */
const MOST_ATTEMPTS = 100;

/**
 * A policy for a `ClientService` that waits longer after each attempt that fails.
 *
 * @param initialDelay - In seconds. It is multiplied by `factor` once for each attempt that has
 *   failed.
 * @param maxDelay - The longest delay, in seconds, before `jitter` is added.
 * @param factor - The factor by which the delay grows.
 * @param jitter - Returns seconds to add to each delay, so that many clients don't come back all at
 *   once: up to 1, at random, unless given.
 * @returns the policy.
 * @throws InvalidArgTypeError, OutOfRangeError: an argument is not valid.
 * @see Twisted: `twisted.application.internet.backoffPolicy`
 */
export function backoffPolicy(
  initialDelay = 1,
  maxDelay = 60,
  factor = 1.5,
  jitter: () => number = Math.random,
): RetryPolicy {
  assertNotNegative(initialDelay, 'initialDelay');
  assertNotNegative(maxDelay, 'maxDelay');
  assertNumber(factor, 'factor', 'a number of at least 0', (given) => given >= 0);
  assertFunction(jitter, 'jitter');
  return (attempt) => {
    const power = factor ** Math.min(MOST_ATTEMPTS, attempt);
    // A power that is too large is Infinity, and 0 seconds times Infinity is not a number.
    const delay = power === Infinity ? maxDelay : Math.min(initialDelay * power, maxDelay);
    return delay + jitter();
  };
}

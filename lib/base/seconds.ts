import { assertNumber } from './arguments.js';

/**
 * @throws InvalidArgTypeError: `seconds` is not a number.
 * @throws OutOfRangeError: `seconds` is `NaN`.
 */
export function assertSeconds(seconds: unknown, name: string): asserts seconds is number {
  assertNumber(seconds, name, 'a number of seconds', (given) => !Number.isNaN(given));
}

/**
 * @throws InvalidArgTypeError: `seconds` is not a number.
 * @throws OutOfRangeError: `seconds` is below 0 or `NaN`.
 */
export function assertNotNegative(seconds: unknown, name: string): asserts seconds is number {
  assertNumber(seconds, name, 'a number of seconds, 0 or more', (given) => given >= 0);
}

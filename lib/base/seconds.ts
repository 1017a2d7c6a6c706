import { InvalidArgTypeError, OutOfRangeError } from './errors.js';

/**
 * @throws InvalidArgTypeError: `seconds` is not a number.
 * @throws OutOfRangeError: `seconds` is `NaN`.
 */
export function assertSeconds(name: string, seconds: unknown): asserts seconds is number {
  if (typeof seconds !== 'number') throw new InvalidArgTypeError(name, 'a number', seconds);
  if (Number.isNaN(seconds)) throw new OutOfRangeError(name, 'a number of seconds', seconds);
}

/**
 * @throws InvalidArgTypeError: `seconds` is not a number.
 * @throws OutOfRangeError: `seconds` is below 0 or `NaN`.
 */
export function assertNotNegative(name: string, seconds: unknown): asserts seconds is number {
  assertSeconds(name, seconds);
  if (seconds < 0) throw new OutOfRangeError(name, '0 seconds or more', seconds);
}

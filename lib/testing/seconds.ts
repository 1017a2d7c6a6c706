import { InvalidArgTypeError, OutOfRangeError } from '../base/errors.js';

/**
 * @throws InvalidArgTypeError: `seconds` is no number.
 * @throws OutOfRangeError: `seconds` is `NaN`, which has no place among times.
 */
export function assertSeconds(name: string, seconds: unknown): asserts seconds is number {
  if (typeof seconds !== 'number') throw new InvalidArgTypeError(name, 'a number', seconds);
  if (Number.isNaN(seconds)) throw new OutOfRangeError(name, 'a number of seconds', seconds);
}

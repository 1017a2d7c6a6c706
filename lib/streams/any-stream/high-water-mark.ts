/** The check of a `highWaterMark` that a user hands in. */
import { InvalidArgTypeError, OutOfRangeError } from '../../base/errors.js';

/**
 * @throws InvalidArgTypeError: `value` is given and is not a number.
 * @throws OutOfRangeError: it is not a whole number of at least 0.
 */
export function assertHighWaterMark(name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw new InvalidArgTypeError(name, 'a number', value);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new OutOfRangeError(name, 'a whole number of at least 0', value);
  }
}

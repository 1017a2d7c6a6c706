/** The check of a `highWaterMark` that a user hands in. */
import { assertWholeNumber } from '../../base/arguments.js';

/**
 * @throws InvalidArgTypeError: `value` is given and is not a number.
 * @throws OutOfRangeError: it is not a whole number of at least 0.
 */
export function assertHighWaterMark(value: unknown, name: string): void {
  if (value !== undefined) assertWholeNumber(value, name, 0);
}

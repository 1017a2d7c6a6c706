/** The `highWaterMark` that a user hands in, and the one of a stream that tells none. */
import { assertWholeNumber } from '../../base/arguments.js';

/** Bytes at which a stream that does not tell its own mark is full: Node's default before Node 22. */
export const UNTOLD_HIGH_WATER_MARK = 16384;

/**
 * @throws InvalidArgTypeError: `value` is given and is not a number.
 * @throws OutOfRangeError: it is not a whole number of at least 0.
 */
export function assertHighWaterMark(value: unknown, name: string): void {
  if (value !== undefined) assertWholeNumber(value, name, 0);
}

/** Whether there are as many connections as there may be. */
import { assertNumber } from '../../base/arguments.js';

/**
 * Whether `count` has reached `limit`. No count reaches `NaN` or `undefined`, so a limit from a
 * setting that is missing would admit every connection.
 *
 * @throws InvalidArgTypeError, OutOfRangeError: `limit`, the field `name`, is not a number.
 */
export function isReached(limit: number, name: string, count: number): boolean {
  assertNumber(limit, name, 'a number of connections', (given) => !Number.isNaN(given));
  return count >= limit;
}

import { logRejection } from '../../base/rejection.js';

/**
 * Logs the rejection of a promise that a clock has returned: a user's own may have async methods.
 *
 * @returns `returned`, as it is.
 */
export function heedClock<T>(returned: T): T {
  logRejection(returned, 'A clock rejected');
  return returned;
}

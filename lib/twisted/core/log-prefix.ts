/** The names of objects in logs. */
import { logRejection } from '../../base/rejection.js';
import { isLoggingContext } from './interfaces.js';

/**
 * The name that the `logPrefix` of `value` returns; if it has no such method, the name of its
 * class.
 */
export function logPrefixOf(value: object): string {
  if (isLoggingContext(value)) return value.logPrefix();
  const { constructor } = value as { constructor?: { name: string } };
  return constructor?.name ?? 'Object';
}

/**
 * Logs the reason if `returned` is a promise that rejects.
 *
 * @param owner - The object that was called: the log begins with its name.
 * @param callback - The name of the method that returned it.
 */
export function logRejectionOf(owner: object, returned: unknown, callback: string): void {
  logRejection(returned, `${logPrefixOf(owner)}: ${callback} rejected`);
}

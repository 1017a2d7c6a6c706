/** The names of objects in logs. */
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import type { ILoggingContext } from './interfaces.js';

/**
 * The name that the `logPrefix` of `value` returns; if it has no such method, or the method throws,
 * the name of its class. The error to be logged must not be lost because its owner cannot say its
 * name, as often happens after `connectionLost`.
 */
export function logPrefixOf(value: object): string {
  try {
    return (value as ILoggingContext).logPrefix();
  } catch {}
  return (value as { constructor?: { name: string } }).constructor?.name ?? 'Object';
}

/**
 * Logs the reason if `returned` is a promise that rejects.
 *
 * @param owner - The object that was called: the log begins with its name.
 * @param callback - The name of the method that returned it.
 */
export function logRejectionOf(owner: object, returned: unknown, callback: string): void {
  whenRejected(returned, (reason) =>
    log.err(reason, `${logPrefixOf(owner)}: ${callback} rejected`),
  );
}

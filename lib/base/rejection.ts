/**
 * Promises that a callback returns because it is an async function. The library does not wait for
 * such a promise, but must handle its rejection: otherwise Node ends the process.
 */
import { log } from './log.js';

/** Whether `value` can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** Calls `then` with the reason if `returned` is a promise that rejects. */
export function whenRejected(returned: unknown, then: (reason: unknown) => void): void {
  if (isThenable(returned)) Promise.resolve(returned).then(undefined, then);
}

/**
 * Logs the reason if `returned` is a promise that rejects.
 *
 * @param why - A short text that tells a person where the error came from.
 */
export function logRejection(returned: unknown, why: string): void {
  whenRejected(returned, (reason) => log.err(reason, why));
}

/**
 * Promises where none is expected: a callback may be an async function. Nothing waits for its
 * promise, but a rejection must be handled: Node ends the process otherwise.
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
 * @param why - What was going on.
 */
export function logRejection(returned: unknown, why: string): void {
  whenRejected(returned, (reason) => log.err(reason, why));
}

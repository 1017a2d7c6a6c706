/**
 * Promises where none is expected: a callback may be an async function. Nothing waits for its
 * promise, but a rejection must be handled: Node ends the process otherwise.
 */
import { log } from './log.js';

/** Calls `then` with the reason if `returned` is a promise that rejects. */
export function whenRejected(returned: unknown, then: (reason: unknown) => void): void {
  if (typeof returned !== 'object' || returned === null) return;
  if (typeof (returned as Partial<PromiseLike<unknown>>).then !== 'function') return;
  Promise.resolve(returned).then(undefined, then);
}

/**
 * Logs the reason if `returned` is a promise that rejects.
 *
 * @param why - What was going on.
 */
export function logRejection(returned: unknown, why: string): void {
  whenRejected(returned, (reason) => log.err(reason, why));
}

/**
 * Callbacks that are async functions. The library does not wait for them, but a rejection counts as
 * an exception from the event loop: it is logged, and the connection is lost.
 */
import { log } from '../../base/log.js';
import { logRejection, whenRejected } from '../../base/rejection.js';
import { chain } from './chain.js';
import type { ITCPTransport } from './interfaces.js';
import { logPrefixOf } from './log-prefix.js';

/** The method of an object that acts when a callback of its protocol has rejected. */
export const callbackRejected = Symbol('callbackRejected');

/** The object that ends when a callback rejects. */
interface Owner extends Partial<Pick<ITCPTransport, 'abortConnection' | 'loseConnection'>> {
  [callbackRejected]?(reason: unknown): void;
}

/**
 * Does not wait for `returned`. If it is a promise that rejects, the error is logged under the name
 * of `callee`, and `owner` ends.
 *
 * @param returned - The value that a callback of a protocol or a producer returned.
 * @param callee - The object that was called; not `null` if it returned a promise.
 * @param callback - The name of the callback.
 * @param owner - A consumer, a transport, or an object with a transport as its `transport`, behind
 *   any number of wrappers; `callee` if left out.
 */
export function heed(
  returned: unknown,
  callee: object | null,
  callback: string,
  owner: unknown = callee,
): undefined {
  if (returned === undefined) return;
  whenRejected(returned, (reason) => {
    log.err(reason, `${logPrefixOf(callee!)}: ${callback} rejected; its connection is lost`);
    endOwner(owner, reason);
  });
}

/** Ends `owner` because a callback has rejected with `reason`. Never throws. */
export function endOwner(owner: unknown, reason: unknown): void {
  try {
    end(owner, reason);
  } catch (thrown) {
    log.err(thrown, 'A connection failed to end when a callback had failed');
  }
}

function end(owner: unknown, reason: unknown): void {
  const members = [...chain<Owner>(owner, 'transport')];
  const able = members.find((member) => member[callbackRejected]);
  if (able) {
    able[callbackRejected]?.(reason);
    return;
  }
  const transport = members.find((member) => typeof member.loseConnection === 'function');
  const returned: unknown =
    typeof transport?.abortConnection === 'function'
      ? transport.abortConnection()
      : transport?.loseConnection?.();
  logRejection(returned, 'A transport rejected when it was to close');
}

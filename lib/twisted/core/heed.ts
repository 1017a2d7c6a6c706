/**
 * Callbacks that are async functions. They are not waited for, but what they reject with counts as an
 * exception from the event loop: it is logged, and the connection is lost for it.
 */
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import { chain } from './chain.js';
import type { ITCPTransport } from './interfaces.js';

/** The method of whoever has to do something about a callback that has rejected. */
export const callbackRejected = Symbol('callbackRejected');

/** What ends when a callback rejects. */
interface Owner extends Partial<Pick<ITCPTransport, 'abortConnection' | 'loseConnection'>> {
  [callbackRejected]?(reason: unknown): void;
}

/**
 * Waits for nothing; but if `returned` is a promise that rejects, that is logged, and `owner` ends for it:
 * a consumer, a transport, or what has one as its `transport`, behind any number of wrappers.
 *
 * @param returned - What a callback of a protocol or a producer returned.
 * @param callback - The name of the callback.
 */
export function heed(returned: unknown, owner: unknown, callback: string): undefined {
  if (returned === undefined) return;
  whenRejected(returned, (reason) => {
    log.err(reason, `${callback} rejected; its connection is lost`);
    end(owner, reason);
  });
}

/** Ends `owner` because a callback has rejected with `reason`. */
export function end(owner: unknown, reason: unknown): void {
  const members = [...chain<Owner>(owner, 'transport')];
  const able = members.find((member) => typeof member[callbackRejected] === 'function');
  if (able !== undefined) {
    able[callbackRejected]?.(reason);
    return;
  }
  const transport = members.find((member) => typeof member.loseConnection === 'function');
  if (typeof transport?.abortConnection === 'function') transport.abortConnection();
  else transport?.loseConnection?.();
}

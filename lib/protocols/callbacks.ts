/** How a receiver handles the values that its callbacks return. */
import { isError } from '../base/as-error.js';
import { isThenable } from '../base/rejection.js';
import { heed as heedPromise } from '../twisted/core/index.js';

/** A protocol with any transport; `null` before there is one. */
interface AnyProtocol {
  readonly transport: object | null;
}

/** Whether the connection of `protocol` is to close, so that nothing more is delivered. */
export function isClosing(protocol: AnyProtocol): boolean {
  const transport = protocol.transport as { disconnecting?: unknown } | null;
  return transport !== null && Boolean(transport.disconnecting);
}

/**
 * Whether `returned` is a reason to deliver nothing more of a chunk: an error or, in Twisted's
 * older way, a string that says why. Any other value is not a reason, because a JavaScript callback
 * often returns a value without meaning to: `(line) => lines.push(line)`.
 */
export function isReason(returned: unknown): boolean {
  return isError(returned) || (typeof returned === 'string' && returned !== '');
}

/**
 * Does not wait for `returned`. If it is a promise that rejects, the rejection counts as an
 * exception: the error is logged, and the connection is lost.
 *
 * @param callback - The name of the callback that returned it.
 * @returns the value, if it is not a promise.
 */
export function heed(returned: unknown, protocol: AnyProtocol, callback: string): unknown {
  if (!isThenable(returned)) return returned;
  return heedPromise(returned, protocol, callback);
}

/** What a receiver does with what its callbacks return. */
import { isThenable } from '../base/rejection.js';
import { heed as heedPromise, logPrefixOf } from '../twisted/core/index.js';

/** A protocol, whatever its transport can do; `null` before there is one. */
interface AnyProtocol {
  readonly transport: object | null;
}

/** Whether the connection of `protocol` is to close, so that it is to hear no more. */
export function isClosing(protocol: AnyProtocol): boolean {
  const transport = protocol.transport as { disconnecting?: unknown } | null;
  return transport !== null && Boolean(transport.disconnecting);
}

/**
 * Whether `returned` is a reason to deliver nothing more of a chunk: an error, or Twisted's older way, a
 * text that says why. Anything else that JavaScript returns without meaning to, as
 * `(line) => lines.push(line)` does, is none.
 */
export function isReason(returned: unknown): boolean {
  return returned instanceof Error || (typeof returned === 'string' && returned !== '');
}

/**
 * Waits for nothing; but if `returned` is a promise that rejects, that counts as an exception: it is
 * logged, and loses the connection.
 *
 * @param callback - The name of what returned it.
 * @returns what was returned, if it is not a promise.
 */
export function heed(protocol: AnyProtocol, returned: unknown, callback: string): unknown {
  if (!isThenable(returned)) return returned;
  return heedPromise(returned, protocol, `${logPrefixOf(protocol)}: ${callback}`);
}

/** What a receiver does with what its callbacks return. */
import { log } from '../base/log.js';
import {
  ConnectionLost,
  FileDescriptor,
  type ITCPTransport,
  logPrefixOf,
} from '../twisted/core/index.js';

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
  returned.then(undefined, (error: unknown) => {
    log.err(error, `${logPrefixOf(protocol)}: ${callback} rejected`);
    lose(protocol, error);
  });
  return undefined;
}

/** Whether `value` can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  );
}

/** Loses the connection because of `error`, where the transport can be told; drops it where it can't. */
function lose(protocol: AnyProtocol, error: unknown): void {
  const reason = error instanceof Error ? error : new ConnectionLost(undefined, { cause: error });
  let below: unknown = protocol.transport;
  while (typeof below === 'object' && below !== null) {
    if (below instanceof FileDescriptor) {
      if (!below.disconnected) below.connectionLost(reason);
      return;
    }
    below = (below as { transport?: unknown }).transport; // It wraps another.
  }
  (protocol.transport as Partial<ITCPTransport> | null)?.abortConnection?.();
}

/**
 * Answers over HTTP/1 that wait for an earlier one of the same connection, where the client sends
 * its requests without waiting. Before Node 24 they are not told if the connection is lost.
 */
import type { AnyWritable } from './capabilities.js';
import { isEmitter } from './readable-capabilities.js';

type Queued = AnyWritable & {
  readonly req?: { readonly socket?: unknown };
  readonly socket?: unknown;
};

/** The functions to call for the answers that wait for a socket, by that socket. */
const queues = /* @__PURE__ */ new WeakMap<object, Set<() => void>>();

/** Calls `onLost` if `stream` is such an answer, and its connection is lost while it waits. */
export function watchQueue(stream: AnyWritable, onLost: () => void): void {
  const { req, socket } = stream as Queued;
  const awaited = req?.socket;
  if (socket !== null || !isEmitter(awaited)) return;
  const queue = queues.get(awaited) ?? new Set();
  if (!queues.has(awaited)) {
    // One listener for all of them: Node warns of a leak at the eleventh.
    queues.set(awaited, queue);
    awaited.on('close', () => queue.forEach((call) => call()));
  }
  queue.add(onLost);
  stream.on('socket', () => queue.delete(onLost));
}

/**
 * How much waits in a stream that is written to, and whether it wants more. `readable-stream` 1 to
 * 3, and with it through2 and duplexify, tell it by their `_writableState` only.
 */
import type { AnyWritable } from './capabilities.js';

interface Older {
  readonly _writableState?: { readonly highWaterMark?: number; readonly length?: number } | null;
}

/** Whether the stream is a {@link Front}. */
const FRONT = Symbol('twisted-streams.front');

/**
 * A stream whose `write` other code has replaced, so that what is written goes to another stream
 * first: middleware that compresses a response does so. That stream is full, and says `drain`, at
 * other times than the stream itself.
 */
interface Front {
  [FRONT]?: true;
}

/** Whether `stream` is known to be one. */
export function isFront(stream: AnyWritable & Front): boolean {
  return stream[FRONT] === true;
}

/** From now on `stream` is known to stand in front of another, which says `drain` in its place. */
export function markAsFront(stream: AnyWritable & Front): void {
  stream[FRONT] = true;
}

/** Bytes (or objects) that wait in `stream`; `undefined` if it cannot tell. */
export function lengthOf(stream: AnyWritable): number | undefined {
  if (isFront(stream)) return undefined;
  return stream.writableLength ?? (stream as Older)._writableState?.length;
}

/** A response of HTTP/1, and its socket. */
interface Response {
  readonly assignSocket?: unknown;
  readonly socket?: { listenerCount(event: string): number } | null;
}

/**
 * Whether `stream` itself is to say `drain`. Only an HTTP server, at the `drain` of a response's
 * socket, has the response need none any more. If no server listens to the socket, as to that of
 * light-my-request, the property tells nothing.
 */
function owesDrain(stream: AnyWritable & Response): boolean {
  if (!stream.writableNeedDrain || isFront(stream)) return false;
  return !stream.assignSocket || stream.socket?.listenerCount('drain') !== 0;
}

/**
 * Whether `stream` said, by what its `write` answered, that it wants no more until its `drain`. The
 * answer of a message of HTTP counts more than its property: a subclass may have another `write`,
 * as the response of light-my-request, which is never full, and says no `drain`.
 */
export function needsDrain(stream: AnyWritable, answer: unknown): boolean {
  if (answer === false) return true;
  return owesDrain(stream) && (answer !== true || (stream as Older)._writableState !== undefined);
}

/**
 * Whether `stream` is a request of an HTTP/1 client, which stops saying `drain`, and stays in need
 * of it, once its answer has come before all of it was written.
 */
export function missesDrain(stream: AnyWritable): boolean {
  return 'reusedSocket' in stream;
}

/** Whether `stream`, which was full, still wants nothing more. */
export function isYetToDrain(stream: AnyWritable): boolean {
  return owesDrain(stream) && !(missesDrain(stream) && lengthOf(stream) === 0);
}

/**
 * Bytes that left `stream`, a socket of Node, and that the operating system has not taken yet: one
 * large write shows there how far it has got. `undefined` for any other stream.
 */
export function untakenBytes(stream: AnyWritable): number | undefined {
  return (stream as { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize;
}

/**
 * Bytes that came and went below `stream`, a TLS socket of Node: those of the handshake, too, which
 * the socket itself does not count. `undefined` for any other stream.
 */
export function bytesBelow(stream: AnyWritable): number | undefined {
  const parent = (stream as { _handle?: { _parent?: Counters | null } | null })._handle?._parent;
  return parent ? (parent.bytesRead ?? 0) + (parent.bytesWritten ?? 0) : undefined;
}

interface Counters {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
}

/** Bytes (or objects) at which `stream` is full; `undefined` if it cannot tell. */
export function highWaterMarkOf(stream: AnyWritable): number | undefined {
  return stream.writableHighWaterMark ?? (stream as Older)._writableState?.highWaterMark;
}

/**
 * Whether a stream carries objects, and how many of them (or bytes) wait in it. `readable-stream` 1
 * to 3, and with it through2 and duplexify, have no property that says so: there `_writableState`
 * and `_readableState` are what programs ask. minipass has `objectMode`. streamx cannot tell.
 */
import { type AnyWritable, missesDrain } from './capabilities.js';
import { isDecoded } from './encodings.js';
import type { AnyReadable } from './readable-capabilities.js';

/** The state that older libraries keep for a half of a stream. */
interface HalfState {
  readonly objectMode?: boolean;
  readonly highWaterMark?: number;
  readonly length?: number;
}

interface Older {
  readonly _readableState?: HalfState | null;
  readonly _writableState?: HalfState | null;
  readonly objectMode?: boolean;
}

/**
 * Whether each write to `stream` is one value, of any kind. A stream that cannot tell takes bytes.
 */
export function takesObjects(stream: AnyWritable): boolean {
  const { _writableState: state, objectMode } = stream as Older;
  return stream.writableObjectMode ?? state?.objectMode ?? objectMode === true;
}

/** Whether `stream` may give values of any kind; `null` if it cannot tell, as streamx's. */
function givesObjects(stream: AnyReadable): boolean | null {
  const { _readableState: state, objectMode } = stream as Older;
  const { readableObjectMode } = stream as { readonly readableObjectMode?: boolean };
  return readableObjectMode ?? state?.objectMode ?? objectMode ?? null;
}

/**
 * Whether each value that `stream` gives is to be passed on as it is, and not as bytes.
 *
 * @param toObjects - Whether it goes where values of any kind are known to be welcome.
 */
export function givesAsIs(stream: AnyReadable, toObjects: boolean): boolean {
  const gives = givesObjects(stream);
  // Told an encoding, a stream in object mode gives strings that were bytes.
  return toObjects ? gives !== false : gives === true && !isDecoded(stream);
}

/** Bytes (or objects) that wait in `stream`; `undefined` if it cannot tell. */
export function lengthOf(stream: AnyWritable): number | undefined {
  return stream.writableLength ?? (stream as Older)._writableState?.length;
}

/** Whether `stream`, which was full, still wants nothing more. */
export function isYetToDrain(stream: AnyWritable): boolean {
  return stream.writableNeedDrain === true && !(missesDrain(stream) && lengthOf(stream) === 0);
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
  const { _handle: handle } = stream as { _handle?: { _parent?: Counters | null } | null };
  const { bytesRead = 0, bytesWritten = 0 } = handle?._parent ?? {};
  return handle?._parent ? bytesRead + bytesWritten : undefined;
}

interface Counters {
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
}

/** Bytes (or objects) at which `stream` is full; `undefined` if it cannot tell. */
export function highWaterMarkOf(stream: AnyWritable): number | undefined {
  return stream.writableHighWaterMark ?? (stream as Older)._writableState?.highWaterMark;
}

/**
 * Whether a stream carries objects. `readable-stream` 1 to 3, and with it through2 and duplexify,
 * have no property that says so: there `_writableState` and `_readableState` are what programs ask.
 * minipass has `objectMode`. streamx cannot tell.
 */
import type { AnyWritable } from './capabilities.js';
import { isDecoded } from './encodings.js';
import type { AnyReadable } from './readable-capabilities.js';

/** The state that older libraries keep for a half of a stream. */
interface HalfState {
  readonly objectMode?: boolean;
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

/** What the WHATWG counterparts of Node's streams have in common with them, and don't. */
import { assertBytes } from '../../base/bytes.js';
import { asError } from '../../base/as-error.js';
import { PrematureCloseError } from '../any-stream/index.js';

/** What Node's streams buffer unless told otherwise, for streams that don't say. */
const DEFAULT_HIGH_WATER_MARK = 16384;

/** The two halves of a duplex as WHATWG streams, paired as in a `TransformStream`. */
export interface WebPair {
  /** What can be read from the duplex. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is written to the duplex. */
  readonly writable: WritableStream<Uint8Array>;
}

/** A Node stream that can be torn down. */
interface Destroyable {
  destroy(error?: Error): unknown;
}

/** Destroys `stream` for a reason that may be anything, or nothing. */
export function destroyFor(reason: unknown, stream: Destroyable): void {
  if (reason === undefined) stream.destroy();
  else stream.destroy(asError(reason));
}

/** Why `stream` is gone. */
export function lossOf(stream: { readonly errored?: Error | null }): Error {
  return stream.errored ?? new PrematureCloseError();
}

/** A WHATWG stream that is full at so many bytes. What is not bytes makes it fail. */
export function byBytes(highWaterMark = DEFAULT_HIGH_WATER_MARK): QueuingStrategy<Uint8Array> {
  return {
    highWaterMark,
    size(chunk) {
      assertBytes(chunk, 'chunk');
      return chunk.byteLength;
    },
  };
}

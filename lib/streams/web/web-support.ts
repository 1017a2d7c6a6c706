/**
 * The behaviour that the WHATWG counterparts of Node's streams share with them, and the
 * differences.
 */
import { assertBytes } from '../../base/bytes.js';
import { asError } from '../../base/as-error.js';
import { discardUpload, UNTOLD_HIGH_WATER_MARK } from '../any-stream/index.js';

/** The two halves of a duplex as WHATWG streams, paired as in a `TransformStream`. */
export interface WebPair {
  /** The readable half of the duplex. */
  readonly readable: ReadableStream<Uint8Array>;
  /** The writable half of the duplex. */
  readonly writable: WritableStream<Uint8Array>;
}

/** A Node stream that can be torn down. */
interface Destroyable {
  destroy(error?: Error): unknown;
}

/** Destroys `stream` for a reason that may be anything, or nothing. */
export function destroyWith(stream: Destroyable, reason: unknown): void {
  if (reason === undefined) stream.destroy();
  else stream.destroy(asError(reason));
  discardUpload(stream);
}

/**
 * A WHATWG stream for `stream` that is full at so many bytes. A chunk that is not bytes makes both
 * fail: nothing else would tell `stream`, which would stay open.
 */
export function byBytes(
  stream: Destroyable,
  highWaterMark = UNTOLD_HIGH_WATER_MARK,
): QueuingStrategy<Uint8Array> {
  return {
    highWaterMark,
    size(chunk) {
      try {
        assertBytes(chunk, 'chunk');
      } catch (thrown) {
        destroyWith(stream, thrown);
        throw thrown;
      }
      return chunk.byteLength;
    },
  };
}

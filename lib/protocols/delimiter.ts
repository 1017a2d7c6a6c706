/** The delimiter of lines. */
import { assertBytes, asBuffer } from '../base/bytes.js';
import { OutOfRangeError } from '../base/errors.js';

/**
 * @throws InvalidArgTypeError: `delimiter` is not bytes.
 * @throws OutOfRangeError: it is empty, so it would match everywhere.
 */
export function assertDelimiter(delimiter: unknown): asserts delimiter is Uint8Array {
  assertBytes(delimiter, 'delimiter');
  if (delimiter.length === 0) throw new OutOfRangeError('delimiter.length', 'at least 1', 0);
}

/** The index of the first whole `delimiter` in `bytes`, at or after `from`; -1 if there is none. */
export function indexOfDelimiter(bytes: Buffer, delimiter: Uint8Array, from: number): number {
  if (delimiter.length > 2) return bytes.indexOf(asBuffer(delimiter), from);
  const first = delimiter[0] as number;
  let at = bytes.indexOf(first, from);
  if (delimiter.length === 1) return at;
  // For CR LF, a search for one byte and a comparison of the next is five times as fast as a search
  // for both.
  const second = delimiter[1];
  while (at >= 0 && bytes[at + 1] !== second) at = bytes.indexOf(first, at + 1);
  return at;
}

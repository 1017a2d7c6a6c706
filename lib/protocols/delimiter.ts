/** The delimiter of lines. */
import { assertBytes, asBuffer } from '../base/bytes.js';
import { OutOfRangeError } from '../base/errors.js';

/**
 * @throws InvalidArgTypeError: `delimiter` is not bytes.
 * @throws OutOfRangeError: it is empty, so that it would be everywhere.
 */
export function assertDelimiter(delimiter: unknown): asserts delimiter is Uint8Array {
  assertBytes(delimiter, 'delimiter');
  if (delimiter.length === 0) throw new OutOfRangeError('delimiter.length', 'at least 1', 0);
}

/** Where the whole of `delimiter` is first in `bytes`, from `from` on; -1 if nowhere. */
export function indexOfDelimiter(bytes: Buffer, delimiter: Uint8Array, from: number): number {
  if (delimiter.length > 2) return bytes.indexOf(asBuffer(delimiter), from);
  const first = delimiter[0] as number;
  let at = bytes.indexOf(first, from);
  if (delimiter.length === 1) return at;
  // CR LF: searching for one byte and then comparing the next is five times as fast as searching
  // for both.
  const second = delimiter[1];
  while (at >= 0 && bytes[at + 1] !== second) at = bytes.indexOf(first, at + 1);
  return at;
}

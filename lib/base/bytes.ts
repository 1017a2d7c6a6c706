/**
 * Checks of bytes that users hand in, and views of them. Each check throws before anything has
 * changed.
 */
import { Buffer } from 'node:buffer';
import { isUint8Array } from 'node:util/types';

import { itemsOf } from './arguments.js';
import { InvalidArgTypeError } from './errors.js';

/** No bytes. */
export const NOTHING = Buffer.alloc(0);

/** Whether `data` is a `Uint8Array`, of this realm or another. */
export function isBytes(data: unknown): data is Uint8Array {
  // `instanceof` is fast and usually enough; the slow check knows other realms.
  return data instanceof Uint8Array || isUint8Array(data);
}

/** @throws InvalidArgTypeError: `data` is not a `Uint8Array`, of this realm or another. */
export function assertBytes(data: unknown, name = 'data'): asserts data is Uint8Array {
  if (!isBytes(data)) {
    throw new InvalidArgTypeError(name, "bytes (a Uint8Array), as Buffer.from('text')", data);
  }
}

/**
 * The pieces of `data`, after a check of all of them.
 *
 * @throws InvalidArgTypeError: `data` is not a sequence, or is bytes itself, or a part of it is not
 *   bytes.
 */
export function piecesOf(data: unknown): Uint8Array[] {
  const pieces = itemsOf(data, 'data', 'an array of Buffers', isBytes(data));
  for (const piece of pieces) assertBytes(piece);
  return pieces as Uint8Array[];
}

/** `data` as a `Buffer` over the same memory. */
export function asBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * `data`, checked, as a `Buffer` over the same memory.
 *
 * @throws InvalidArgTypeError: `data` is not bytes.
 */
export function checkedBuffer(data: unknown, name = 'data'): Buffer {
  if (Buffer.isBuffer(data)) return data; // The usual case, after one check.
  assertBytes(data, name);
  return asBuffer(data);
}

/** Whole numbers as bytes, as Python's `struct` writes them. */
import type { Buffer } from 'node:buffer';

import { OutOfRangeError } from '../base/errors.js';

/** Reads and writes numbers of one format. */
interface LengthPrefix {
  /** How many bytes a number has. */
  readonly size: number;
  read(memory: Buffer, at: number): number;
  write(memory: Buffer, length: number): void;
}

const UINT8: LengthPrefix = {
  size: 1,
  read: (memory, at) => memory[at] as number,
  write: (memory, length) => void memory.writeUInt8(length),
};
const UINT16_BE: LengthPrefix = {
  size: 2,
  read: (memory, at) => memory.readUInt16BE(at),
  write: (memory, length) => void memory.writeUInt16BE(length),
};
const UINT32_BE: LengthPrefix = {
  size: 4,
  read: (memory, at) => memory.readUInt32BE(at),
  write: (memory, length) => void memory.writeUInt32BE(length),
};
const UINT64_BE: LengthPrefix = {
  size: 8,
  read: (memory, at) => Number(memory.readBigUInt64BE(at)),
  write: (memory, length) => void memory.writeBigUInt64BE(BigInt(length)),
};
const UINT16_LE: LengthPrefix = {
  size: 2,
  read: (memory, at) => memory.readUInt16LE(at),
  write: (memory, length) => void memory.writeUInt16LE(length),
};
const UINT32_LE: LengthPrefix = {
  size: 4,
  read: (memory, at) => memory.readUInt32LE(at),
  write: (memory, length) => void memory.writeUInt32LE(length),
};
const UINT64_LE: LengthPrefix = {
  size: 8,
  read: (memory, at) => Number(memory.readBigUInt64LE(at)),
  write: (memory, length) => void memory.writeBigUInt64LE(BigInt(length)),
};

const BIG_ENDIAN = { B: UINT8, H: UINT16_BE, I: UINT32_BE, L: UINT32_BE, Q: UINT64_BE };
const LITTLE_ENDIAN = { B: UINT8, H: UINT16_LE, I: UINT32_LE, L: UINT32_LE, Q: UINT64_LE };

const FORMATS: ReadonlyMap<unknown, LengthPrefix> = new Map(
  Object.entries({ '!': BIG_ENDIAN, '>': BIG_ENDIAN, '<': LITTLE_ENDIAN }).flatMap(
    ([order, letters]) =>
      Object.entries(letters).map(([letter, prefix]) => [order + letter, prefix] as const),
  ),
);

/**
 * Reads and writes lengths of `format`.
 *
 * @param size - The number of bytes that it must have.
 * @throws OutOfRangeError: there is no such format, or it has another size.
 */
export function lengthPrefixOf(format: unknown, size: unknown): LengthPrefix {
  const prefix = FORMATS.get(format);
  if (prefix === undefined) {
    throw new OutOfRangeError('structFormat', "'!' or '>' or '<', then B, H, I, L or Q", format);
  }
  if (prefix.size === size) return prefix;
  throw new OutOfRangeError('prefixLength', `${prefix.size}, as structFormat says`, size);
}

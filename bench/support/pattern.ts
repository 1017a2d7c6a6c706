/**
 * The bytes that every measured stream is made of, in C and Python as here: a sequence that looks
 * random and repeats after a period, so that a reader which knows a byte's place knows its value.
 */

/** Divisible by 256 and otherwise odd, so that messages of every size begin at many places in it. */
export const PERIOD = 251 * 256;

/** `length` bytes of the pattern, from its beginning. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let x = 1;
  for (let i = 0; i < Math.min(PERIOD, length); i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  for (let i = PERIOD; i < length; i++) bytes[i] = bytes[i - PERIOD] ?? 0;
  return bytes;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Messages of `size` bytes that, sent in order again and again, are the pattern. */
export function messages(size: number): Buffer[] {
  const bytes = pattern(PERIOD + size);
  return Array.from({ length: PERIOD / greatestCommonDivisor(size, PERIOD) }, (_, index) => {
    const start = (index * size) % PERIOD;
    return bytes.subarray(start, start + size);
  });
}

/** Compares a stream with the pattern, chunk by chunk. */
export class PatternChecker {
  /** Bytes seen. */
  bytes = 0;
  /** Whether each of them was right. */
  intact = true;

  private expected = pattern(PERIOD + 65536);

  check(chunk: Uint8Array): void {
    const start = this.bytes % PERIOD;
    if (this.expected.length < PERIOD + chunk.length) {
      this.expected = pattern(PERIOD + 2 * chunk.length);
    }
    if (this.expected.compare(chunk, 0, chunk.length, start, start + chunk.length) !== 0) {
      this.intact = false;
    }
    this.bytes += chunk.length;
  }
}

/** A stream of lines of 64 bytes, CR LF included, in chunks as large as those of a fast socket. */
import { Readable } from 'node:stream';

import { sayRate } from '../rate.js';

const LINE = Buffer.from(`${'x'.repeat(62)}\r\n`);
/** Not a multiple of 64, so that chunks end within lines. */
const CHUNK = 65_500;
/** The fewest chunks that end with a whole line. */
const CHUNKS = 16;

const text = Buffer.alloc(CHUNK * CHUNKS, LINE);
const chunks = Array.from({ length: CHUNKS }, (_, i) => text.subarray(i * CHUNK, (i + 1) * CHUNK));

/** An endless stream of lines. */
export function lines(): Readable {
  let next = 0;
  return new Readable({
    read() {
      setImmediate(() => {
        this.push(chunks[next]);
        next = (next + 1) % CHUNKS;
      });
    },
  });
}

const received = { lines: 0, length: 0 };

/** Counts a line; to be called with the length of each. */
export function count(length: number): void {
  received.lines += 1;
  received.length += length;
}

/** Says how many lines come in a second. */
export function sayLineRate(): Promise<never> {
  return sayRate(
    () => received.lines,
    () => received.length === received.lines * (LINE.length - 2),
  );
}

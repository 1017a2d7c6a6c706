/** The other end: reads the sent bytes, compares them with the pattern, and keeps the time. */
import { absenceOfC } from './c.js';
import type { Child } from './child.js';
import { startC, startNode } from './commands.js';

export interface ReaderOptions {
  /** Connections to wait for. */
  readonly connections: number;
  /** Seconds after the first byte that do not count. */
  readonly warmUp: number;
  /** The most bytes to read in a second; 0 for no limit. */
  readonly rate: number;
}

/** The report of a reader at its end. */
export interface Received {
  readonly bytes: number;
  /** Whether every byte was right and every connection ended cleanly. */
  readonly intact: boolean;
  /** Bytes after the warm-up, and the seconds that they took. */
  readonly measuredBytes: number;
  readonly seconds: number;
  /** Bytes after the warm-up on the slowest connection and on the median one. */
  readonly slowest: number;
  readonly median: number;
}

/** Starts the reader, the same for all contestants: in C if there is a compiler, else in Node. */
export function startReader({ connections, warmUp, rate }: ReaderOptions): Child {
  return absenceOfC() === undefined
    ? startC('reader', connections, warmUp, rate)
    : startNode('reader', { connections, warmUp, rate });
}

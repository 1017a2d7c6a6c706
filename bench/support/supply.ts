/** The messages that a producer sends: the pattern, in pieces of one size, until it is time to stop. */
import { performance } from 'node:perf_hooks';

import { messages } from './pattern.js';

/** Bytes between two looks at the clock: a look costs more than a small message. */
const BETWEEN_LOOKS = 256 * 1024;

/** When to stop: after so many seconds, or so many bytes. */
export type Limit = { readonly seconds: number } | { readonly bytes: number };

const made = new Map<number, Buffer[]>();

/** The messages of `size` bytes, made once for all connections. */
function sharedMessages(size: number): Buffer[] {
  const list = made.get(size) ?? messages(size);
  made.set(size, list);
  return list;
}

export class Supply {
  /** Bytes of the messages so far. */
  sent = 0;

  private readonly list: Buffer[];
  private readonly deadline: number;
  private readonly most: number;
  private index = 0;
  private nextLook = BETWEEN_LOOKS;

  /** Starts the time of `limit`. */
  constructor(
    private readonly size: number,
    limit: Limit,
  ) {
    this.list = sharedMessages(size);
    this.deadline = 'seconds' in limit ? performance.now() + limit.seconds * 1000 : Infinity;
    this.most = 'bytes' in limit ? limit.bytes : Infinity;
  }

  /** The next message, or `null` once it is time to stop. */
  next(): Buffer | null {
    if (this.sent >= this.nextLook) {
      this.nextLook = this.sent + BETWEEN_LOOKS;
      if (performance.now() >= this.deadline) return null;
    }
    if (this.sent >= this.most) return null;
    if (this.index === this.list.length) this.index = 0;
    this.sent += this.size;
    return this.list[this.index++] ?? null;
  }
}

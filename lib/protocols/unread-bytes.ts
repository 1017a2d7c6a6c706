/** Bytes that were received and not yet delivered, in order. */
import { Buffer } from 'node:buffer';

import { NOTHING } from '../base/bytes.js';
import { assertDelimiter, indexOfDelimiter } from './delimiter.js';
import { Segment } from './segment.js';

const NO_SEGMENT = new Segment(NOTHING);

/** The most memory, in bytes, that a few bytes may keep in use. */
const LARGE_FOOTPRINT = 16384;

/**
 * Takes chunks as they come and gives strings of any length. With chunks of any size, each byte is
 * searched once, and copied a constant number of times on average; a string within one chunk is not
 * copied.
 */
export class UnreadBytes {
  /** The number of unread bytes. */
  length = 0;

  private head = NO_SEGMENT;
  /** The bytes that came after `head`. */
  private more: Segment[] = [];
  /** How many bytes at the end of `head` are copies of the first ones of `more`. */
  private borrowed = 0;
  /** No delimiter begins in this number of first bytes. */
  private searched = 0;
  private searchedFor: Uint8Array = NOTHING;

  /** Adds `data`, which is not copied unless it is small. */
  append(data: Buffer): void {
    if (data.length === 0) return;
    if (this.length === 0) this.head = new Segment(data);
    else if (!(this.more.at(-1) ?? this.head).appendCheaply(data)) {
      this.more.push(new Segment(data));
    }
    this.length += data.length;
  }

  /**
   * The number of bytes before the first `delimiter`; -1 if there is none yet.
   *
   * @throws InvalidArgTypeError, OutOfRangeError: a callback has set a `delimiter` that makes no
   *   sense.
   */
  indexOf(delimiter: Uint8Array): number {
    if (delimiter !== this.searchedFor) {
      assertDelimiter(delimiter);
      this.searchedFor = delimiter;
      this.searched = 0;
    }
    for (;;) {
      const { memory, start } = this.head;
      const at = indexOfDelimiter(memory, delimiter, start + this.searched);
      if (at >= 0) {
        this.searched = at - start;
        return this.searched;
      }
      this.searched = Math.max(this.searched, this.head.length - delimiter.length + 1);
      const [next] = this.more;
      if (next === undefined) return -1;
      // Borrow only as much as this line needs, because `next` may be large.
      const end = indexOfDelimiter(next.memory, delimiter, 0);
      this.borrow(next, end < 0 ? next.length : end + delimiter.length);
    }
  }

  /**
   * Brings the first `count` bytes together. There must be so many.
   *
   * @returns their place: the first byte is at index `start` of `memory`.
   */
  gather(count: number): Readonly<Pick<Segment, 'memory' | 'start'>> {
    for (;;) {
      const missing = count - this.head.length;
      const [next] = this.more;
      if (missing <= 0 || next === undefined) return this.head;
      this.borrow(next, Math.min(next.length, this.borrowed + missing));
    }
  }

  /**
   * Appends to `head` the first `count` bytes of `next`, the first segment of `more`, except those
   * that it has already.
   */
  private borrow(next: Segment, count: number): void {
    this.head.append(next.memory.subarray(this.borrowed, count));
    this.borrowed = count;
    if (count < next.length) return;
    this.more.shift();
    this.borrowed = 0;
  }

  /**
   * Takes the `count` bytes before the delimiter that `indexOf` has found, and removes the
   * delimiter, which has `gap` bytes.
   */
  takeBefore(count: number, gap: number): Buffer {
    const taken = this.head.view(count);
    this.skip(count + gap);
    return taken;
  }

  /**
   * Takes the first `count` bytes (there must be so many): a view if they are together, else a
   * copy.
   */
  take(count: number): Buffer {
    if (count <= this.head.length) return this.takeBefore(count, 0);
    const taken = Buffer.allocUnsafe(count);
    for (let done = 0; done < count;) {
      const { head } = this;
      const piece = head.view(Math.min(head.length, count - done));
      taken.set(piece, done);
      done += piece.length;
      this.skip(piece.length);
    }
    return taken;
  }

  /** Takes all bytes, as `take` does. */
  takeAll(): Buffer {
    return this.take(this.length);
  }

  /** All bytes, which stay unread. */
  peekAll(): Buffer {
    this.gather(this.length);
    return this.head.view(this.length);
  }

  /** Removes the first `count` bytes, which must be together. */
  skip(count: number): void {
    this.searched = 0;
    this.length -= count;
    const { head, borrowed } = this;
    head.start += count;
    const left = head.length;
    if (left > borrowed) return;
    // The bytes that are left are borrowed ones: go on in the segment from which they came.
    this.head = this.more.shift() ?? NO_SEGMENT;
    this.head.start = borrowed - left;
    this.borrowed = 0;
  }

  /** Removes all bytes, and goes on with `bytes`. */
  replace(bytes: Buffer): void {
    this.more = [];
    this.length = this.borrowed = this.searched = 0;
    this.head = NO_SEGMENT; // Frees the memory.
    this.append(bytes);
  }

  /**
   * Called when nothing more can be delivered for now: copies a few bytes rather than keep their
   * large chunk.
   */
  settle(): void {
    const { head, length } = this;
    if (length === 0 || this.more.length > 0) return;
    if (head.footprint > LARGE_FOOTPRINT && length * 4 <= head.footprint) head.shrink();
  }
}

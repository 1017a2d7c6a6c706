/** Bytes that are read at a time to begin with, and at least. */
const SMALLEST = 65_536;
/**
 * The most bytes of a block. Larger blocks are read no faster, and leave the processor's cache
 * before they are sent.
 */
const LARGEST = 524_288;
/** Milliseconds that a block should last at least, so that its read was worth the cost. */
const SHORT = 5;
/** Milliseconds that a block should last at most; a block that lasts longer only uses memory. */
const LONG = 50;

/**
 * How much of a file to read at a time. Blocks grow for a fast reader and shrink for a slow reader,
 * so that many slow transfers use little memory.
 */
export class BlockSize {
  /** The size of the next block, in bytes. */
  bytes = SMALLEST;
  #handedOutAt = -Infinity;

  /**
   * A block is handed out: chooses the size of the next one by how long the last one has lasted.
   *
   * @param time - The time now, in milliseconds.
   */
  handedOut(time: number): void {
    const lasted = time - this.#handedOutAt;
    this.#handedOutAt = time;
    if (lasted < SHORT) this.bytes = Math.min(this.bytes * 2, LARGEST);
    else if (lasted > LONG) this.bytes = Math.max(this.bytes / 2, SMALLEST);
  }
}

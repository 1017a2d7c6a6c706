import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

import { NOTHING } from '../../base/bytes.js';
import { now } from '../../base/timers.js';
import { BlockSize } from './block-size.js';

/** The most bytes that Node can read at a time. If it is asked for more, it aborts the process. */
const LARGEST_READ = 2_147_483_647;

/** A block that is read ahead, for which no caller has asked yet. */
interface ReadAhead {
  /** The bytes that were read; `null` until then. */
  bytes: Buffer | null;
  readonly done: Promise<Buffer>;
}

/**
 * A file of the operating system, read ahead of the reader and in larger blocks, because nearly all
 * the time of a read of 16 KiB goes into the way to another thread and back.
 *
 * At most two blocks are in memory: one is handed out, and one is read ahead. If the reader says
 * that it keeps nothing, the next one is read into the memory of the last one, which is in the
 * processor's caches.
 */
export class FileSource {
  readonly #blockSize = new BlockSize();
  #block: Buffer = NOTHING;
  #offset = 0;
  #ahead: ReadAhead | null = null;
  /** The memory of a block that no code uses any more. */
  #unused: Buffer = NOTHING;
  #closed = false;
  /** Whether the last read that was asked for has found the end of the file. */
  ended = false;

  readonly #isOurs: boolean;

  /**
   * It never reads two blocks at the same time, so that they come in order: a handle has only one
   * position, and a pipe has none.
   *
   * @param opened - The file, which is read from its position. Settles when the file is open;
   *   rejects with Node's error if it can't be opened.
   * @param isOurs - Whether `close` closes it.
   */
  constructor(
    readonly opened: Promise<FileHandle>,
    isOurs: boolean,
  ) {
    this.#isOurs = isOurs;
  }

  /**
   * @param size - The most bytes to return.
   * @returns the next bytes, as a view of memory that nothing writes to before `reuse`: at once if
   *   they are at hand, else a promise of them. There are no bytes at the end of the file, as the
   *   file is at the time of the call. The promise rejects with Node's error if the file can't be
   *   opened or read.
   */
  read(size: number): Buffer | Promise<Buffer> {
    if (this.isSpent && this.#ahead?.bytes) this.#handOut(this.#ahead.bytes, size);
    return this.isSpent ? this.#wait(size) : this.#take(size);
  }

  /** Whether the whole block was handed out. */
  get isSpent(): boolean {
    return this.#offset >= this.#block.length;
  }

  /** Only if it is spent: no code uses the bytes that were handed out, so others may go there. */
  reuse(): void {
    this.#unused = this.#block;
  }

  #take(size: number): Buffer {
    const from = this.#offset;
    this.#offset += size;
    return this.#block.subarray(from, this.#offset);
  }

  async #wait(size: number): Promise<Buffer> {
    let bytes = this.#ahead === null ? NOTHING : await this.#ahead.done;
    // The bytes that were read ahead may be older than this call: the file may have grown since.
    if (bytes.length === 0 && !this.#closed) bytes = await this.#readBlock(size);
    this.ended = bytes.length === 0;
    if (this.#closed) return NOTHING;
    this.#handOut(bytes, size);
    return this.#take(size);
  }

  /** Goes on with `bytes`, and reads ahead unless they show that the end is near. */
  #handOut(bytes: Buffer, size: number): void {
    this.#block = bytes;
    this.#offset = 0;
    this.#blockSize.handedOut(now());
    this.#ahead = null;
    if (bytes.length < bytes.buffer.byteLength) return;
    const ahead: ReadAhead = { bytes: null, done: this.#readBlock(size) };
    this.#ahead = ahead;
    ahead.done.then(
      (read) => (ahead.bytes = read),
      () => {}, // The next read rejects with this error.
    );
  }

  async #readBlock(size: number): Promise<Buffer> {
    const { bytes } = this.#blockSize;
    const wanted = Math.max(size, bytes - (bytes % size)); // Whole pieces of the size that is asked for.
    const length = Math.min(wanted, LARGEST_READ);
    const handle = await this.opened;
    // A read would move the position of a handle that stays open.
    if (this.#closed && !this.#isOurs) return NOTHING;
    const unused = this.#unused;
    this.#unused = NOTHING;
    // Not from Node's pool: the reader keeps it.
    const block = unused.length === length ? unused : Buffer.allocUnsafeSlow(length);
    const { bytesRead } = await handle.read(block, 0, length, null);
    return block.subarray(0, bytesRead);
  }

  /**
   * Drops the bytes that were read ahead, waits for a read that is under way, and closes the file
   * if it was opened here. Reads that wait get no bytes.
   *
   * @returns a promise that settles when that is done; it rejects with Node's error. `undefined` if
   *   there is nothing to close.
   */
  close(): Promise<void> | undefined {
    this.#closed = true;
    this.#block = NOTHING;
    this.#ahead = null;
    if (!this.#isOurs) return undefined;
    // If it was never open, there is nothing to close.
    return this.opened.then(
      (handle) => handle.close(),
      () => {},
    );
  }
}

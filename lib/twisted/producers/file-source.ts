import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

/** Bytes that a read asks for, or a little less: a multiple of what is asked of us. */
const SMALLEST_BLOCK = 65_536;
/** Bytes that Node reads at a time at most: asked for more, it aborts the process. */
const LARGEST_READ = 2_147_483_647;
/** Larger ones are read no faster, and fall out of the processor's cache before they are sent. */
const LARGEST_BLOCK = 524_288;
/** Milliseconds that a block is to last at least: by then it was worth its way. */
const SHORT = 5;
/** Milliseconds that it is to last at most; for longer, it only takes up memory. */
const LONG = 50;

const NOTHING = Buffer.alloc(0);

/** A read ahead, which has not been asked for yet. */
interface ReadAhead {
  /** What was read, once it was. */
  bytes: Buffer | null;
  readonly done: Promise<Buffer>;
}

/**
 * A file of the operating system, read ahead of the reader and in larger blocks: nearly all
 * that a read of 16 KiB costs is the way to another thread and back.
 *
 * At most two blocks are in memory, one being handed out and one read ahead. They grow for a fast
 * reader and shrink for a slow one, so that many slow transfers take little memory.
 */
export class FileSource {
  #blockSize = SMALLEST_BLOCK;
  #handedOutAt = -Infinity;
  #block: Buffer = NOTHING;
  #offset = 0;
  #ahead: ReadAhead | null = null;
  #closed = false;

  readonly #handle: Promise<FileHandle>;
  readonly #isOurs: boolean;

  private constructor(handle: Promise<FileHandle>, isOurs: boolean) {
    this.#handle = handle;
    this.#isOurs = isOurs;
  }

  /** Opens the file at `path`; `close` closes it. See {@link FileSource.opened}. */
  static atPath(path: string | URL): FileSource {
    return new FileSource(process.getBuiltinModule('node:fs/promises').open(path), true);
  }

  /**
   * Reads from where `handle` is. It never reads two blocks at the same time, so that they come in
   * order also from a handle, which has one position, and from a pipe, which has none.
   */
  static from(handle: FileHandle): FileSource {
    return new FileSource(Promise.resolve(handle), false);
  }

  /** Settles when the file is open; rejects with Node's error if it can't be opened. */
  get opened(): Promise<unknown> {
    return this.#handle;
  }

  /**
   * @param size - The most bytes to return.
   * @returns the next bytes, as a view of memory that nothing writes to again: at once if they are
   *   at hand, else a promise of them. None at the end of the file as it is at the time of the
   *   call. The promise rejects with Node's error if the file can't be opened or read.
   */
  read(size: number): Buffer | Promise<Buffer> {
    if (this.#offset === this.#block.length && this.#ahead?.bytes) {
      this.#handOut(this.#ahead.bytes, size);
    }
    return this.#offset < this.#block.length ? this.#take(size) : this.#wait(size);
  }

  #take(size: number): Buffer {
    const from = this.#offset;
    this.#offset = Math.min(from + size, this.#block.length);
    return this.#block.subarray(from, this.#offset);
  }

  async #wait(size: number): Promise<Buffer> {
    let bytes = this.#ahead === null ? NOTHING : await this.#ahead.done;
    // The bytes that were read ahead may be older than this call: the file may have grown since.
    if (bytes.length === 0) bytes = await this.#readBlock(size);
    if (this.#closed) return NOTHING;
    this.#handOut(bytes, size);
    return this.#take(size);
  }

  /** Goes on with `bytes`, and reads ahead unless they show that the end is near. */
  #handOut(bytes: Buffer, size: number): void {
    this.#block = bytes;
    this.#offset = 0;
    this.#fitBlockSize();
    this.#ahead = bytes.length < bytes.buffer.byteLength ? null : this.#readAhead(size);
  }

  /** By how long the last block has lasted. */
  #fitBlockSize(): void {
    const now = performance.now();
    const lasted = now - this.#handedOutAt;
    this.#handedOutAt = now;
    if (lasted < SHORT) this.#blockSize = Math.min(this.#blockSize * 2, LARGEST_BLOCK);
    else if (lasted > LONG) this.#blockSize = Math.max(this.#blockSize / 2, SMALLEST_BLOCK);
  }

  #readAhead(size: number): ReadAhead {
    const ahead: ReadAhead = { bytes: null, done: this.#readBlock(size) };
    ahead.done.then(
      (bytes) => (ahead.bytes = bytes),
      () => {}, // The next read rejects with it.
    );
    return ahead;
  }

  async #readBlock(size: number): Promise<Buffer> {
    const wanted = Math.max(size, this.#blockSize - (this.#blockSize % size));
    const length = Math.min(wanted, LARGEST_READ);
    const handle = await this.#handle;
    if (this.#closed) return NOTHING;
    const block = Buffer.allocUnsafeSlow(length); // Not of the pool: it is handed out for good.
    const { bytesRead } = await handle.read(block, 0, length, null);
    return block.subarray(0, bytesRead);
  }

  /**
   * Drops the bytes that were read ahead, waits for a read that is under way, and closes the file
   * if it was opened here. Reads that wait get nothing.
   *
   * @returns a promise that settles when that is done; it rejects with Node's error. `undefined` where
   *   there is nothing to close.
   */
  close(): Promise<void> | undefined {
    this.#closed = true;
    this.#block = NOTHING;
    this.#offset = 0;
    this.#ahead = null;
    return this.#isOurs ? this.#closeHandle() : undefined;
  }

  async #closeHandle(): Promise<void> {
    const handle = await this.#handle.catch(() => null); // Never open: nothing to close.
    await handle?.close();
  }
}

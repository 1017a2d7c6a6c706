/**
 * Bytes that were written and not handed to the stream yet. Small writes are copied together as
 * they come, so that they reach the stream as one chunk; a large one is passed on as it is.
 */
import { Buffer } from 'node:buffer';

import { asBuffer, NOTHING } from '../../base/bytes.js';
import { type AnyWritable, isSocket, sendsTogether } from '../any-stream/index.js';

/**
 * Bytes taken from the allocator at a time. Memory is used again only for a stream that is known to
 * keep none: to write to memory that is new takes longer than the copying.
 */
const SLAB = 65536;

/** No chunks: never changed. */
const NONE: Buffer[] = [];
let slab = NOTHING;
/** Where the free part of `slab` begins. */
let free = 0;

export class GatheredWrites {
  /** Chunks to be handed on before the open one, and the bytes in them. */
  private chunks = NONE;
  private chunksSize = 0;

  /**
   * The last chunk that was taken out for a socket, until `forgetTaken`, if it is a copy: no other
   * code but the socket has it.
   */
  taken: Buffer | undefined;

  // The open chunk: `block[start, end)` is written, `block[end, limit)` is reserved for more.
  private block = NOTHING;
  private start = 0;
  private end = 0;
  private limit = 0;

  /** Bytes that `appendIfSpare` may take. */
  spare = 0;

  /** Bytes from which a write is passed on uncopied. */
  readonly large: number;
  private readonly isForSocket: boolean;

  /**
   * @param stream - The stream that they are for. Copying costs the more the larger the write, a
   *   chunk of its own the same for each; much less where many leave with one call, but more than a
   *   copy to memory that is used again.
   */
  constructor(stream: AnyWritable) {
    this.isForSocket = isSocket(stream);
    this.large = sendsTogether(stream) && !this.isForSocket ? 1024 : 4096;
  }

  /** Bytes that are buffered. */
  get size(): number {
    return this.chunksSize + this.end - this.start;
  }

  append(data: Uint8Array): void {
    const { length } = data; // V8 inlines this, and calls out for `byteLength`.
    if (length >= this.large) {
      if (this.limit > 0) this.closeChunk();
      this.push(asBuffer(data));
      return;
    }
    if (this.end + length > this.limit) this.reserve(length);
    this.block.set(data, this.end);
    this.end += length;
  }

  /**
   * Holds a write if there is spare room for it: then it neither fills the buffer nor starts
   * anything, so that no other object need be asked. Most writes of a turn have room.
   *
   * @returns whether `data` was taken.
   */
  appendIfSpare(data: unknown): boolean {
    if (this.spare === 0 || !(data instanceof Uint8Array)) return false;
    const { length } = data;
    if (length > this.spare || length === 0) return false;
    this.spare -= length;
    this.append(data);
    return true;
  }

  /**
   * Takes out everything that is buffered, in order.
   *
   * @param one - Take the first chunk only.
   */
  take(one: boolean): Buffer[] {
    const endsInCopy = this.limit > 0;
    if (endsInCopy) this.closeChunk();
    const { chunks } = this;
    if (one && chunks.length > 1) {
      const first = chunks.shift() as Buffer;
      this.chunksSize -= first.length;
      return [first];
    }
    this.taken = endsInCopy && this.isForSocket ? chunks.at(-1) : undefined;
    this.chunks = NONE;
    this.chunksSize = 0;
    return chunks;
  }

  /**
   * Forgets what was taken out last.
   *
   * @param isUnused - Whether no code uses its bytes any more. As far as the memory is ours, what
   *   any consumer writes next goes there.
   */
  forgetTaken(isUnused: boolean): void {
    const { taken } = this;
    this.taken = undefined;
    if (!isUnused || taken?.buffer !== slab.buffer) return;
    if (taken.byteOffset + taken.length === free) free = taken.byteOffset;
  }

  private push(chunk: Buffer): void {
    // To push to an empty array makes room for 17, and a turn of large writes often has but one.
    if (this.chunks === NONE) this.chunks = [chunk];
    else this.chunks.push(chunk);
    this.chunksSize += chunk.length;
  }

  private closeChunk(): void {
    this.push(this.block.subarray(this.start, this.end));
    // The rest of the reservation goes back, if nothing was taken after it.
    if (this.block === slab && this.limit === free) free = this.end;
    this.block = NOTHING; // Otherwise an idle consumer would keep a slab in memory.
    this.start = this.end = this.limit = 0;
  }

  /** Makes room for `more` bytes behind the open chunk, moving it if it has no room to grow. */
  private reserve(more: number): void {
    const written = this.end - this.start;
    // Twice the present size, so that a chunk that grows in small steps is seldom moved.
    const room = 2 * (written + more);
    const grows = this.block === slab && this.limit === free;
    const start = grows ? this.start : free;
    if (start + written + more <= slab.length) {
      this.open(start, written, Math.min(room, slab.length - start));
    } else {
      const from = this.block;
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB, room));
      slab.set(from.subarray(this.start, this.end), 0);
      this.block = slab;
      this.start = 0;
      this.end = written;
      this.limit = free = room;
    }
  }

  /** Puts the open chunk at `slab[start]`, with `room` bytes reserved in all. */
  private open(start: number, written: number, room: number): void {
    if (written > 0 && (this.block !== slab || this.start !== start)) {
      slab.set(this.block.subarray(this.start, this.end), start);
    }
    this.block = slab;
    this.start = start;
    this.end = start + written;
    this.limit = free = start + room;
  }
}

/**
 * The bytes that a `FileDescriptor` still has to send: one block that is being sent, and the later
 * writes. They are joined only when little of the block is left, so that a large buffer is not
 * copied again for each write.
 */
import { Buffer } from 'node:buffer';

import { asBuffer, NOTHING } from '../../base/bytes.js';

export class SendBuffer {
  private block: Buffer = NOTHING;
  private sent = 0;
  private written: Uint8Array[] = [];
  private writtenBytes = 0;

  /**
   * Buffered bytes, including bytes of the block that are already sent: these are removed when the
   * whole block is sent.
   */
  get size(): number {
    return this.block.length + this.writtenBytes;
  }

  /** Whether all bytes were sent. */
  get isEmpty(): boolean {
    return this.sent === this.block.length && this.writtenBytes === 0;
  }

  append(data: Uint8Array): void {
    this.written.push(data);
    this.writtenBytes += data.length;
  }

  /**
   * The bytes to send next. If fewer than `limit` bytes of the block are left, they are joined with
   * later writes.
   */
  next(limit: number): Buffer {
    if (this.block.length - this.sent < limit) this.join();
    return this.sent === 0 ? this.block : this.block.subarray(this.sent);
  }

  /** Records that `count` of the bytes that `next` gave were sent. */
  advance(count: number): void {
    this.sent += count;
    if (this.isEmpty) {
      this.block = NOTHING;
      this.sent = 0;
    }
  }

  private join(): void {
    const rest = this.block.subarray(this.sent);
    const pieces = rest.length > 0 ? [rest, ...this.written] : this.written;
    const [first = NOTHING] = pieces;
    this.block = pieces.length > 1 ? Buffer.concat(pieces) : asBuffer(first);
    this.sent = 0;
    this.written = [];
    this.writtenBytes = 0;
  }
}

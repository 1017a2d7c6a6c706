/** A duplex whose other end is the scenario: it takes as many bytes as it is told to, and sends what it is told. */
import { Duplex } from 'node:stream';

import { ResetError } from '../../support/memory-pair.js';

export class Wire extends Duplex {
  /** Bytes that have reached the other end, and how the connection has ended for it. */
  sent = '';
  readonly marks: ('FIN' | 'reset')[] = [];
  private room = 0;
  private hasHungUp = false;
  private waiting: { chunk: Buffer; whenTaken: () => void } | undefined;

  /** @param writableHighWaterMark - Bytes from which on it says `drain` when it has none left. */
  constructor(writableHighWaterMark: number) {
    super({ writableHighWaterMark });
  }

  /** The other end takes so many bytes more. */
  makeRoom(count: number): void {
    this.room += count;
    this.move();
  }

  /** The other end sends this. */
  receive(data: Buffer): void {
    if (!this.hasHungUp && !this.destroyed) this.push(data);
  }

  /** The other end ends its half. */
  hangUp(): void {
    if (this.hasHungUp || this.destroyed) return;
    this.hasHungUp = true;
    this.push(null);
  }

  /** The other end resets the connection. */
  reset(): void {
    this.hasHungUp = true;
    this.destroy(new ResetError('reset'));
  }

  /** As a socket's. */
  resetAndDestroy(): void {
    // If both halves have ended, there is nothing to reset.
    const isOver = this.hasHungUp && this.marks.length > 0;
    if (!this.destroyed && !isOver) this.marks.push('reset');
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, whenTaken: () => void): void {
    this.waiting = { chunk, whenTaken };
    this.move();
  }

  override _final(callback: () => void): void {
    this.ends();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!(error instanceof ResetError) && this.marks.at(-1) !== 'reset') this.ends();
    callback(error);
  }

  private ends(): void {
    if (!this.marks.includes('FIN')) this.marks.push('FIN');
  }

  private move(): void {
    const { waiting } = this;
    if (waiting === undefined || this.room === 0 || this.destroyed) return;
    const taken = waiting.chunk.subarray(0, this.room);
    waiting.chunk = waiting.chunk.subarray(taken.length);
    this.room -= taken.length;
    this.sent += taken.toString();
    if (waiting.chunk.length > 0) return;
    this.waiting = undefined;
    waiting.whenTaken();
  }
}

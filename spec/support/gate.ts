import { Writable } from 'node:stream';

/** A writable that completes a write when told to, and records its chunks. */
export class Gate extends Writable {
  readonly chunks: Buffer[] = [];
  private waiting: (() => void)[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    this.waiting.push(done);
  }

  override _writev(items: { chunk: Buffer }[], done: () => void): void {
    this.chunks.push(...items.map(({ chunk }) => chunk));
    this.waiting.push(done);
  }

  /** Completes what is waiting, until nothing is. */
  open(): void {
    for (let done = this.waiting.shift(); done; done = this.waiting.shift()) done();
  }
}

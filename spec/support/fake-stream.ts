/** Streams that specs drive. */
import type { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';

/** A stream that does what its fields say, and adds the calls that are made of it to `calls`. */
export class FakeStream extends EventEmitter {
  writableLength = 0;
  writableEnded = false;
  destroyed = false;
  destroying?: boolean;
  errored?: Error | null = null;
  writableNeedDrain = false;
  /** Only a stream of HTTP/2 has this property: even `undefined` would make it one. */
  declare rstCode?: number;
  calls: unknown[] = [];
  callbacks: (() => void)[] = [];
  onWrite = (): unknown => true;
  onEnd = (): void => {};

  write(...[chunk, callback]: [Buffer, (() => void)?]): unknown {
    this.calls.push(callback === undefined ? String(chunk) : `${String(chunk)}, callback`);
    if (callback !== undefined) this.callbacks.push(callback);
    return this.onWrite();
  }
  end(): void {
    this.calls.push('end');
    this.onEnd();
    this.writableEnded = true;
  }
  destroy(reason?: Error): void {
    this.calls.push(['destroy', reason]);
    this.destroyed = true;
  }
}

/** A stream whose chunks can leave together. */
export class Corked extends FakeStream {
  cork(): void {
    this.calls.push('cork');
  }
  uncork(): void {
    this.calls.push('uncork');
  }
  _writev(): void {}
}

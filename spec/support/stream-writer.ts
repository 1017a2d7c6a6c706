/** A writer over a stream that a spec drives. */
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';

import type { Event } from '../../lib/streams/any-stream/index.js';
import { StreamWriter } from '../../lib/streams/transports/stream-writer.js';

export const [one, two] = [Buffer.from('one'), Buffer.from('two')];

/** A stream that does what its fields say, and adds the calls that are made of it to `calls`. */
export class FakeStream extends EventEmitter {
  writableLength = 0;
  writableEnded = false;
  destroyed = false;
  destroying?: boolean;
  errored?: Error | null = null;
  writableNeedDrain = false;
  rstCode?: number;
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

/** A writer that adds to `told` what it tells its descriptor. */
export class Writer extends StreamWriter {
  readonly told: unknown[] = [];
  constructor(readonly fake: FakeStream) {
    super(fake);
  }
  addWriter(): void {
    this.told.push('addWriter');
  }
  drained(): void {
    this.told.push('drained');
  }
  lose(reason: Error): void {
    this.told.push(reason);
  }
  settle(event: Event): void {
    this.told.push(event);
  }
  protected endingAfter(event: Event, cause?: unknown): Error | undefined {
    return Object.assign(new Error(event), { event, cause });
  }
  notice(): void {
    this.noticeDestroyed();
  }
  want(): void {
    this.wanted = true;
  }
  get isWanted(): boolean {
    return this.wanted;
  }
  get knowsEmpty(): boolean {
    return this.isEmptied;
  }
  finished(): (() => undefined) | undefined {
    return this.delivered();
  }
}

export const made = (state: object = {}, stream = new FakeStream()) =>
  new Writer(Object.assign(stream, state));

/** A writer over a stream that a spec drives. */
import { Buffer } from 'node:buffer';

import type { Event } from '../../lib/streams/any-stream/index.js';
import { StreamWriter } from '../../lib/streams/transports/stream-writer.js';
import { FakeStream } from './fake-stream.js';

export { Corked, FakeStream } from './fake-stream.js';

export const [one, two] = [Buffer.from('one'), Buffer.from('two')];

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
  finished(): () => undefined {
    return this.delivered();
  }
}

export const made = (state: object = {}, stream = new FakeStream()) =>
  new Writer(Object.assign(stream, state));

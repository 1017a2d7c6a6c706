import { readdirSync, readlinkSync } from 'node:fs';

import { expect } from 'chai';

import type { FileSender } from '../../lib/twisted/producers/file-sender.js';
import { RecordingConsumer } from './recording-consumer.js';

/** Notes the lengths of what is written, and can be waited for. */
export class Receiver extends RecordingConsumer {
  private waiters: (() => void)[] = [];

  override write(data: Uint8Array): void {
    this.log.push(String(data.length));
    this.chunks.push(data);
    this.wrote();
    for (const waiter of this.waiters.splice(0)) waiter();
  }

  /** Resolves with the next write. */
  nextWrite(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }
}

/** Asks only when the spec does. */
export class PatientReceiver extends Receiver {
  override registerProducer(producer: FileSender, streaming: boolean): void {
    this.log.push(`register ${streaming ? 'push' : 'pull'}`);
    this.producer = producer;
  }

  override wrote(): void {}

  async ask(): Promise<void> {
    const written = this.nextWrite();
    this.producer?.resumeProducing();
    await written;
  }
}

/** Whether this process has the file at `path` open; `undefined` where it can't be known. */
function isOpen(path: string): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // The folder was open while it was listed.
    }
  });
}

export const expectClosed = (path: string): unknown =>
  expect(isOpen(path)).to.be.oneOf([false, undefined]);

/** Producers that specs drive, written the Twisted way, with a log of what they were told. */
import type { IConsumer } from '../../lib/twisted/core/interfaces.js';

/** A call that a producer got. */
export type Told = 'pause' | 'resume' | 'stop';

/** The bytes that the producers of these specs make: no two pieces of a transfer are alike. */
export function numbered(size: number): Buffer {
  const data = Buffer.alloc(size);
  for (let offset = 0; offset + 4 <= size; offset += 4) data.writeUInt32BE(offset, offset);
  return data;
}

/** Pushes `data` in pieces as long as it isn't paused, then unregisters. */
export class PushProducer {
  readonly log: Told[] = [];
  paused = false;
  sent = 0;
  done = false;

  constructor(
    readonly consumer: IConsumer,
    readonly data: Buffer,
    readonly size: number,
  ) {}

  /** Registers and begins. */
  start(): this {
    this.consumer.registerProducer(this, true);
    this.push();
    return this;
  }

  push(): void {
    while (!this.paused && !this.done) {
      const piece = this.data.subarray(this.sent, this.sent + this.size);
      this.sent += piece.length;
      if (piece.length === 0) {
        this.done = true;
        this.consumer.unregisterProducer();
      } else {
        this.consumer.write(piece);
      }
    }
  }

  pauseProducing(): void {
    this.log.push('pause');
    this.paused = true;
  }

  resumeProducing(): void {
    this.log.push('resume');
    this.paused = false;
    this.push();
  }

  stopProducing(): void {
    this.log.push('stop');
    this.done = true;
  }
}

/** Gives one piece of `data` each time it is asked, then unregisters. */
export class PullProducer {
  readonly log: Told[] = [];
  sent = 0;

  constructor(
    readonly consumer: IConsumer,
    readonly data: Buffer,
    readonly size: number,
  ) {}

  /** Registers, which asks for the first piece. */
  start(): this {
    this.consumer.registerProducer(this, false);
    return this;
  }

  resumeProducing(): void {
    this.log.push('resume');
    const piece = this.data.subarray(this.sent, this.sent + this.size);
    this.sent += piece.length;
    if (piece.length === 0) this.consumer.unregisterProducer();
    else this.consumer.write(piece);
  }

  stopProducing(): void {
    this.log.push('stop');
  }
}

/** A consumer written to as a stream: `ConsumerWritable`, or the same by hand, with or without its checks. */
import { once } from 'node:events';
import { Writable } from 'node:stream';

import { ConsumerWritable, type IConsumer, type IPushProducer } from '../../library/index.js';
import type { Meter } from '../../support/meter.js';
import { feed, moveInMemory } from '../in-memory.js';
import { readOptions } from '../options.js';
import { CheckedWrites } from './checked-writes.js';

/** Bytes after which the consumer pauses its producer until the next tick. */
const ENOUGH = 65536;

/** A consumer that pauses its producer after every `ENOUGH` bytes. */
class MeteredConsumer implements IConsumer {
  private producer: IPushProducer | null = null;
  private held = 0;
  private readonly resume = () => {
    this.held = 0;
    this.producer?.resumeProducing();
  };

  constructor(private readonly meter: Meter) {}

  registerProducer(producer: IPushProducer): void {
    this.producer = producer;
  }

  unregisterProducer(): void {
    this.producer = null;
  }

  write(data: Buffer): void {
    this.meter.take(data);
    if ((this.held += data.length) < ENOUGH) return;
    this.producer?.pauseProducing();
    process.nextTick(this.resume);
  }
}

class WritableByHand extends Writable implements IPushProducer {
  private paused = false;
  private waiting: (() => void) | null = null;

  constructor(private readonly consumer: IConsumer) {
    super();
    consumer.registerProducer(this, true);
  }

  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    const { waiting } = this;
    this.waiting = null;
    waiting?.();
  }

  stopProducing(): void {
    this.destroy();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.consumer.write(chunk);
    if (this.paused) this.waiting = callback;
    else callback();
  }

  override _final(callback: () => void): void {
    this.consumer.unregisterProducer();
    callback();
  }
}

class CheckedByHand extends Writable {
  private readonly writes = new CheckedWrites();

  constructor(private readonly consumer: IConsumer) {
    super();
    consumer.registerProducer(this.writes, true);
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.writes.write(this.consumer, chunk, callback);
  }

  override _final(callback: () => void): void {
    this.consumer.unregisterProducer();
    callback();
  }
}

const CLASSES = {
  ours: ConsumerWritable,
  'by hand': WritableByHand,
  'by hand, checked': CheckedByHand,
};

const { made } = readOptions<{ made: keyof typeof CLASSES }>();

await moveInMemory(async (supply, meter) => {
  const consumer = new MeteredConsumer(meter);
  const writable = new CLASSES[made](consumer);
  feed(writable, supply);
  await once(writable, 'finish');
});

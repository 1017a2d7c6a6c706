/** A push producer read as a stream: `ProducerReadable`, or the same by hand on `node:stream`. */
import { once } from 'node:events';
import { Readable } from 'node:stream';

import { type IConsumer, type IPushProducer, ProducerReadable } from '../../library/index.js';
import { moveInMemory } from '../in-memory.js';
import { readOptions } from '../options.js';
import { SupplyProducer } from '../supply-producer.js';

class ReadableByHand extends Readable implements IConsumer {
  private producer: IPushProducer | null = null;
  private producerPaused = false;

  registerProducer(producer: IPushProducer): void {
    this.producer = producer;
  }

  unregisterProducer(): void {
    this.producer = null;
    this.push(null);
  }

  write(data: Buffer): void {
    if (this.push(data)) return;
    this.producerPaused = true;
    this.producer?.pauseProducing();
  }

  override _read(): void {
    if (!this.producerPaused) return;
    this.producerPaused = false;
    this.producer?.resumeProducing();
  }
}

const { made } = readOptions<{ made: 'ours' | 'by hand' }>();

await moveInMemory(async (supply, meter) => {
  const readable = made === 'ours' ? new ProducerReadable() : new ReadableByHand();
  readable.on('data', (chunk: Buffer) => meter.take(chunk));
  const producer = new SupplyProducer(readable, supply);
  readable.registerProducer(producer, true);
  producer.resumeProducing();
  await once(readable, 'end');
});

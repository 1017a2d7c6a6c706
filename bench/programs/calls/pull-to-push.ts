/** Counts the calls that `PullToPush` makes of a pull producer's `resumeProducing`. */
import { type IPullProducer, PullToPush } from '../../library/index.js';
import { sayRate } from '../rate.js';
import { CountingConsumer } from './counting-consumer.js';

const message = Buffer.alloc(64);
const consumer = new CountingConsumer();

class Producer implements IPullProducer {
  asked = 0;

  resumeProducing(): void {
    this.asked += 1;
    consumer.write(message);
  }

  stopProducing(): void {}
}

const producer = new Producer();
new PullToPush(producer, consumer).startStreaming();
await sayRate(
  () => producer.asked,
  () => consumer.bytes === 64 * producer.asked,
);

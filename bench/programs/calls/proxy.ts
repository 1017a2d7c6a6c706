/**
 * Counts calls of a proxy: writes, a pause and a resume. The options say which proxy, and whether half of
 * the writes come during the pause and are held.
 */
import {
  BasicProducerConsumerProxy,
  type IPushProducer,
  ProducerConsumerProxy,
} from '../../library/index.js';
import { readOptions } from '../options.js';
import { repeat, sayRate } from '../rate.js';
import { CountingConsumer } from './counting-consumer.js';

/** Writes in a cycle. */
const WRITES = 16;
const message = Buffer.alloc(64);
const consumer = new CountingConsumer();

class Producer implements IPushProducer {
  pauseProducing(): void {}

  resumeProducing(): void {}

  stopProducing(): void {}
}

const { basic, held } = readOptions<{ basic: boolean; held: boolean }>();
const heldWrites = held ? WRITES / 2 : 0;
const proxy = basic
  ? new BasicProducerConsumerProxy(consumer)
  : new ProducerConsumerProxy(consumer);
proxy.registerProducer(new Producer(), true);

let cycles = 0;
repeat(() => {
  for (let i = 0; i < 1000; i++) {
    for (let write = heldWrites; write < WRITES; write++) proxy.write(message);
    proxy.pauseProducing();
    for (let write = 0; write < heldWrites; write++) proxy.write(message);
    proxy.resumeProducing();
    cycles += 1;
  }
});
await sayRate(
  () => cycles * (WRITES + 2),
  () => consumer.bytes === cycles * WRITES * message.length,
);

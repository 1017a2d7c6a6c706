/** `ReadableProducer` into `WritableConsumer`. */
import { ReadableProducer, WritableConsumer } from '../../library/index.js';
import { moveInMemory, readableOf, writableTo } from '../in-memory.js';

await moveInMemory(async (supply, meter) => {
  const consumer = new WritableConsumer(writableTo(meter));
  await new ReadableProducer(readableOf(supply)).startProducing(consumer);
  consumer.loseConnection();
  await consumer.closed;
});

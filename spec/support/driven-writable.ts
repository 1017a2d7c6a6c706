import { ConsumerWritable } from '../../lib/index.js';
import { DrivenConsumer } from './consumers.js';

/** A consumer and the stream in front of it. */
export function made(options?: ConstructorParameters<typeof ConsumerWritable>[1]) {
  const consumer = new DrivenConsumer();
  const writable = new ConsumerWritable(consumer, options);
  return { consumer, writable };
}

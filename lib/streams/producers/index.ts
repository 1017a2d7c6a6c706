/** A `Readable` as a producer. */
export { ReadableProducer, type ReadableProducerOptions } from './readable-producer.js';

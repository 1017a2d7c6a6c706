/** Producers, consumers and transports as Node streams. */
export {
  ConsumerWritable,
  type ConsumerWritableOptions,
  type ConsumerWritableOptionsFor,
} from './consumer-writable.js';
export { ProducerReadable } from './producer-readable.js';
export type { ProducerReadableOptions } from './producer-readable-options.js';
export type { SocketLike } from './socket-like.js';
export { TransportDuplex } from './transport-duplex.js';
export type { TransportDuplexOptions } from './transport-duplex-options.js';

/** A `Writable` as a consumer, a `Duplex` as a transport. */
export { hostOf, peerOf, tcpAddress } from './addresses.js';
export { DuplexTransport, type DuplexTransportOptions } from './duplex-transport.js';
export type { ClientTLSOptions, ServerTLSOptions, StartTLSOptions } from './tls-options.js';
export { type TLSSide, tlsSide } from './tls-side.js';
export type { ClosingDescriptor } from './closing-descriptor.js';
export type { ObjectDescriptor } from './object-descriptor.js';
export type { SocketConsumer } from './socket-consumer.js';
export { WritableConsumer } from './writable-consumer.js';
export {
  assertWritableConsumerOptions,
  type WritableConsumerOptions,
} from './writable-consumer-options.js';

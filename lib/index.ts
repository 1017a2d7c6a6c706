/**
 * Twisted's producer/consumer flow control for Node streams, and Node streams for code written the
 * Twisted way.
 *
 * @packageDocumentation
 */
// The semantics.
export * from './twisted/interfaces.js';
export * from './twisted/errors.js';
export { log, type LogEvent, type LogObserver } from './twisted/log.js';
export type { Addressed, AddressTuple } from './twisted/address-key.js';
export { BasicProducerConsumerProxy } from './twisted/basic-producer-consumer-proxy.js';
export { Bucket } from './twisted/bucket.js';
export type { Builder } from './twisted/build.js';
export { ConsumerMixin, type ConsumerMixinMembers } from './twisted/consumer-mixin.js';
export { ConsumerToProtocolAdapter } from './twisted/consumer-to-protocol-adapter.js';
export { CooperativeTask } from './twisted/cooperative-task.js';
export {
  Cooperator,
  coiterate,
  cooperate,
  type CooperatorOptions,
  type ICancellable,
} from './twisted/cooperator.js';
export { isFailableConsumer, type IFailableConsumer } from './twisted/failable-consumer.js';
export { FileDescriptor } from './twisted/file-descriptor.js';
export {
  FileSender,
  type FileBytes,
  type FileTransform,
  type IFile,
} from './twisted/file-sender.js';
export { FilterByHost } from './twisted/filter-by-host.js';
export { FilterByServer } from './twisted/filter-by-server.js';
export {
  HierarchicalBucketFilter,
  type IBucketFilter,
} from './twisted/hierarchical-bucket-filter.js';
export { ProducerConsumerProxy } from './twisted/producer-consumer-proxy.js';
export { ProtocolToConsumerAdapter } from './twisted/protocol-to-consumer-adapter.js';
export { Protocol, type ProtocolTransport } from './twisted/protocol.js';
export { PullToPush } from './twisted/pull-to-push.js';
export * from './twisted/scheduler-errors.js';
export { ShapedConsumer } from './twisted/shaped-consumer.js';
export {
  ShapedProtocolFactory,
  type ShapedProtocolFactoryMembers,
} from './twisted/shaped-protocol-factory.js';
export { ShapedTransport, type ShapedTransportMembers } from './twisted/shaped-transport.js';
export type { Work, WorkOf, WorkSource } from './twisted/work.js';

// The bridge.
export type { DuplexLike, WritableLike } from './streams/capabilities.js';
export { ConsumerWritable, type ConsumerWritableOptions } from './streams/consumer-writable.js';
export { DuplexTransport, type DuplexTransportOptions } from './streams/duplex-transport.js';
export { PrematureCloseError } from './streams/errors.js';
export type { WebPairLike, WebWritableLike } from './streams/from-web.js';
export { ProducerReadable, type ProducerReadableOptions } from './streams/producer-readable.js';
export type {
  NodeReadableLike,
  ReadableLike,
  WebReadableLike,
} from './streams/readable-capabilities.js';
export { ReadableProducer, type ReadableProducerOptions } from './streams/readable-producer.js';
export type { StartTLSOptions } from './streams/start-tls.js';
export { toWeb } from './streams/to-web.js';
export { TransportDuplex, type TransportDuplexOptions } from './streams/transport-duplex.js';
export type { WebPair } from './streams/web-support.js';
export { WritableConsumer } from './streams/writable-consumer.js';
export type { WritableConsumerOptions } from './streams/writable-consumer-options.js';

// Where connections come from.
export type { ChildFDs } from './endpoints/child-fds.js';
export { connect } from './endpoints/connect.js';
export type { ConnectOptions, Connector } from './endpoints/connector.js';
export {
  CannotListenError,
  ConnectError,
  ConnectionRefusedError,
  TimeoutError,
  UnknownHostError,
  UserError,
} from './endpoints/errors.js';
export { Factory, ClientFactory, type ProtocolMaker } from './endpoints/factory.js';
export { listen, type ListenOptions, type ListeningPort } from './endpoints/listen.js';
export type { Place } from './endpoints/place.js';
export {
  ProcessDone,
  ProcessExitedAlready,
  ProcessTerminated,
} from './endpoints/process-errors.js';
export { ProcessProtocol, type IProcessProtocol } from './endpoints/process-protocol.js';
export type { ProcessSignal, ProcessTransport } from './endpoints/process-transport.js';
export { spawnProcess, type SpawnOptions } from './endpoints/spawn-process.js';
export { StandardIO, type StandardIOOptions } from './endpoints/standard-io.js';

/**
 * Twisted's producer/consumer flow control for Node streams, and Node streams for code written the
 * Twisted way.
 *
 * @module twisted-streams
 * @packageDocumentation
 */
export {
  InvalidArgTypeError,
  InvalidStateError,
  MethodNotImplementedError,
  OutOfRangeError,
} from './base/errors.js';
export type { ConnectionMessage, ProducerMessage } from './base/diagnostics.js';
export { type Log, log, type LogEvent, type LogObserver } from './base/log.js';
export type { Builder } from './base/build.js';

// Twisted's semantics.
export {
  ClientFactory,
  ConnectionAborted,
  ConnectionClosed,
  ConnectionDone,
  ConnectionLost,
  ConsumerMixin,
  type ConsumerMixinMembers,
  ConsumerToProtocolAdapter,
  explain,
  Factory,
  FileDescriptor,
  type IAddress,
  type IConnector,
  type IConsumer,
  type IFailableConsumer,
  type IFinishableConsumer,
  type IHalfCloseableDescriptor,
  type IHalfCloseableProtocol,
  type IHandshakeListener,
  type ILoggingContext,
  type IProducer,
  type IProtocol,
  type IProtocolFactory,
  type IPullProducer,
  type IPushProducer,
  type IReactorFDSet,
  type IReadDescriptor,
  type IReadWriteDescriptor,
  type ITCPTransport,
  type ITransport,
  type IWriteDescriptor,
  isConsumer,
  isFailableConsumer,
  isHalfCloseableProtocol,
  isHandshakeListener,
  isLoggingContext,
  isProtocol,
  isPullProducer,
  isPushProducer,
  isTransport,
  type PipeAddress,
  ProducerAlreadyRegisteredError,
  ProducerStoppedError,
  Protocol,
  type ProtocolMaker,
  ProtocolToConsumerAdapter,
  type ProtocolTransport,
  type TCPAddress,
  type UNIXAddress,
} from './twisted/core/index.js';
export {
  AlreadyCalled,
  AlreadyCancelled,
  coiterate,
  cooperate,
  CooperativeTask,
  Cooperator,
  type CooperatorOptions,
  deferLater,
  type DeferLaterOptions,
  type ICancellable,
  type IDelayedCall,
  type IReactorTime,
  LoopingCall,
  NotPaused,
  reactor,
  SchedulerError,
  SchedulerStopped,
  TaskDone,
  TaskFailed,
  TaskFinished,
  type TaskOwner,
  TaskStopped,
  type Work,
  type WorkOf,
  type WorkSource,
} from './twisted/cooperation/index.js';
export {
  BasicProducerConsumerProxy,
  type FileBytes,
  FileBodyProducer,
  type FileBodyProducerOptions,
  FileSender,
  type FileTransform,
  type IBodyProducer,
  type IFile,
  type ISeekableFile,
  ProducerConsumerProxy,
  PullToPush,
  UNKNOWN_LENGTH,
} from './twisted/producers/index.js';
export {
  type Addressed,
  type AddressTuple,
  Bucket,
  FilterByHost,
  FilterByServer,
  HierarchicalBucketFilter,
  type IBucketFilter,
  type ShapableTransport,
  ShapedConsumer,
  ShapedProtocolFactory,
  type ShapedProtocolFactoryMembers,
  ShapedTransport,
  type ShapedTransportMembers,
  type TransportFilter,
} from './twisted/shaping/index.js';

// The bridge to streams.
export {
  type DuplexLike,
  type EmitterLike,
  type NodeReadableLike,
  PrematureCloseError,
  type ReadableLike,
  type WebReadableLike,
  type WebReadResult,
  type WritableLike,
} from './streams/any-stream/index.js';
export {
  type ClientTLSOptions,
  DuplexTransport,
  type DuplexTransportOptions,
  type ObjectDescriptor,
  type ServerTLSOptions,
  type StartTLSOptions,
  WritableConsumer,
  type WritableConsumerOptions,
} from './streams/transports/index.js';
export { ReadableProducer, type ReadableProducerOptions } from './streams/producers/index.js';
export {
  deliverBody,
  PotentialDataLoss,
  ResponseDone,
  ResponseFailed,
} from './streams/bodies/index.js';
export {
  ConsumerWritable,
  type ConsumerWritableOptions,
  type ConsumerWritableOptionsFor,
  ProducerReadable,
  type ProducerReadableOptions,
  type SocketLike,
  TransportDuplex,
  type TransportDuplexOptions,
} from './streams/as-streams/index.js';
export {
  type ReadableForWeb,
  toWeb,
  type WebPair,
  type WebPairLike,
  type WebWritableLike,
  type WebWriterLike,
  type WritableForWeb,
} from './streams/web/index.js';

// Where connections come from.
export {
  CannotListenError,
  connect,
  ConnectError,
  type ConnectOptions,
  type Connector,
  ConnectionRefusedError,
  listen,
  type ListeningPort,
  type ListenOptions,
  type Place,
  TimeoutError,
  UnknownHostError,
  UserError,
} from './endpoints/sockets/index.js';
export {
  type ChildFDs,
  type IProcessProtocol,
  type IProcessTransport,
  ProcessDone,
  ProcessExitedAlready,
  ProcessProtocol,
  type ProcessSignal,
  ProcessTerminated,
  type ProcessTransport,
  spawnProcess,
  type SpawnOptions,
} from './endpoints/processes/index.js';
export { StandardIO, type StandardIOOptions } from './endpoints/standard-io/index.js';
export {
  ClientEndpoint,
  type ClientEndpointOptions,
  clientFromString,
  ConnectingCancelledError,
  connectProtocol,
  type EndpointConnectOptions,
  EndpointDescriptionError,
  type EndpointListenOptions,
  type FactoryOf,
  type IStreamClientEndpoint,
  type IStreamServerEndpoint,
  NoProtocol,
  quoteStringArgument,
  ServerEndpoint,
  type ServerEndpointOptions,
  serverFromString,
  type UnixSocketOptions,
  UnsupportedEndpointError,
} from './endpoints/described/index.js';
export {
  backoffPolicy,
  CancelledError,
  ClientService,
  type ClientServiceOptions,
  ReconnectingClientFactory,
  type RetryPolicy,
  type WhenConnectedOptions,
} from './endpoints/reconnecting/index.js';

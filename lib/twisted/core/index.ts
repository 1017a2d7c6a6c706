/**
 * The contracts of producers, consumers, transports and protocols, and the classes ported from
 * Twisted: `FileDescriptor`, `Protocol`, `Factory`.
 */
export { chain } from './chain.js';
export { cleanClose } from './clean-close.js';
export { ConsumerMixin, type ConsumerMixinMembers, takeProducer } from './consumer-mixin.js';
export { ConsumerToProtocolAdapter } from './consumer-to-protocol-adapter.js';
export * from './errors.js';
export {
  assertClientFactory,
  assertFactory,
  ClientFactory,
  Factory,
  FactoryBase,
  type ProtocolMaker,
  type Builds,
  protocolOf,
} from './factory.js';
export {
  consumerMeantBy,
  type ConsumerState,
  consumerState,
  explain,
  inOneLine,
  stateOf,
} from './explain.js';
export { FileDescriptor } from './file-descriptor.js';
export * from './interfaces.js';
export { hasForgotten, type MayForget } from './has-forgotten.js';
export { callbackRejected, endOwner, heed } from './heed.js';
export { logPrefixOf, logRejectionOf } from './log-prefix.js';
export { tellToPause, tellToResume, tellToStop } from './producer-calls.js';
export { Protocol, type ProtocolTransport } from './protocol.js';
export { ProtocolToConsumerAdapter } from './protocol-to-consumer-adapter.js';
export type { ReadDescriptor } from './read-descriptor.js';
export { handOver, letHandOver, standInFor } from './stand-in.js';
export { closedOf, isOwnProtocol, isUnableToUnregister } from './unable-to-unregister.js';
export { unregisterFailed } from './unregister-failed.js';
export {
  alreadyRegistered,
  assertConsumer,
  assertProducer,
  assertProtocol,
  assertResumable,
  assertTransport,
} from './validate.js';

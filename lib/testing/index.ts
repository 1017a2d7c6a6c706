/**
 * Classes and checks for the tests of a program that uses twisted-streams.
 *
 * @module twisted-streams/testing
 * @packageDocumentation
 */
export { AccumulatingProtocol } from './accumulating-protocol.js';
export { AlreadyCalled, AlreadyCancelled, type DelayedCall } from '../twisted/cooperation/index.js';
export {
  checkConsumer,
  type CheckOptions,
  checkPullProducer,
  checkPushProducer,
  checkTransport,
  type Maker,
  RuleBrokenError,
  type TransportWithPeer,
} from './checks/index.js';
export { Clock } from './clock.js';
export {
  type FlowEvent,
  type FlowPause,
  FlowRecorder,
  type FlowRecorderOptions,
  type FlowSample,
} from './flow-recorder.js';
export { loopback } from './loopback.js';
export { NonStreamingProducer } from './non-streaming-producer.js';
export { StringTransport } from './string-transport.js';
export { StringTransportWithDisconnection } from './string-transport-with-disconnection.js';

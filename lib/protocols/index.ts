/**
 * Base classes of protocols, as programs for Twisted use them: receivers that turn the received
 * bytes into lines and strings; wrappers, limits and timeouts around any protocol.
 *
 * @module twisted-streams/protocols
 * @packageDocumentation
 */
export { NetstringParseError, StringTooLongError } from './errors.js';
export {
  Int16StringReceiver,
  Int32StringReceiver,
  Int8StringReceiver,
} from './int-string-receivers.js';
export { IntNStringReceiver } from './int-n-string-receiver.js';
export { LineOnlyReceiver } from './line-only-receiver.js';
export { LineReceiver } from './line-receiver.js';
export { NetstringReceiver } from './netstring-receiver.js';
export { Receiver } from './receiver.js';
export { type ProtocolState, StatefulProtocol } from './stateful-protocol.js';
export {
  StatefulStringProtocol,
  type StatefulStringProtocolMembers,
} from './stateful-string-protocol.js';
export {
  type IBandwidthRegistry,
  type ITimeoutRegistry,
  type IWrapperRegistry,
  LimitConnectionsByPeer,
  LimitTotalConnectionsFactory,
  ProtocolWrapper,
  ThrottlingFactory,
  ThrottlingProtocol,
  TimeoutFactory,
  TimeoutMixin,
  type TimeoutMixinMembers,
  TimeoutProtocol,
  type WrapperMaker,
  WrappingFactory,
} from './policies/index.js';

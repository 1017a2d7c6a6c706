/** Wrappers between a transport and a protocol: limits, timeouts and others. */
export { LimitConnectionsByPeer } from './limit-connections-by-peer.js';
export { LimitTotalConnectionsFactory } from './limit-total-connections-factory.js';
export { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';
export { ThrottlingFactory } from './throttling-factory.js';
export { type IBandwidthRegistry, ThrottlingProtocol } from './throttling-protocol.js';
export { TimeoutFactory } from './timeout-factory.js';
export { TimeoutMixin, type TimeoutMixinMembers } from './timeout-mixin.js';
export { type ITimeoutRegistry, TimeoutProtocol } from './timeout-protocol.js';
export { type WrapperMaker, WrappingFactory } from './wrapping-factory.js';

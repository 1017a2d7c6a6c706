/**
 * Traffic limited to a rate: buckets, filters that choose them, and shaped consumers and
 * transports.
 */
export type { Addressed, AddressTuple } from './address-key.js';
export { Bucket } from './bucket.js';
export { FilterByHost } from './filter-by-host.js';
export { FilterByServer } from './filter-by-server.js';
export { HierarchicalBucketFilter, type IBucketFilter } from './hierarchical-bucket-filter.js';
export type { ShapableTransport } from './shapable-transport.js';
export { ShapedConsumer } from './shaped-consumer.js';
export {
  ShapedProtocolFactory,
  type ShapedProtocolFactoryMembers,
  type TransportFilter,
} from './shaped-protocol-factory.js';
export { ShapedTransport, type ShapedTransportMembers } from './shaped-transport.js';

import { portKey, type Addressed } from './address-key.js';
import { HierarchicalBucketFilter } from './hierarchical-bucket-filter.js';

/**
 * A bucket for each server: for each `getHost().port`, that is. The ends of Unix sockets go by their
 * name; those without one share a bucket, and so do pipes.
 *
 * @see Twisted: `twisted.protocols.htb.FilterByServer`
 */
export class FilterByServer extends HierarchicalBucketFilter<[transport: Addressed]> {
  /** @throws InvalidArgTypeError: `transport.getHost()` is not an address. */
  override getBucketKey(transport: Addressed): unknown {
    return portKey(transport.getHost(), 'getHost()');
  }
}

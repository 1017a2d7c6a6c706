import { portKey, type Addressed } from './address-key.js';
import { HierarchicalBucketFilter } from './hierarchical-bucket-filter.js';

/**
 * A bucket for each server: for each `getHost().port`, that is. Unix sockets have a bucket for each
 * name; those without a name share a bucket, and so do pipes.
 *
 * @see Twisted: `twisted.protocols.htb.FilterByServer`
 */
export class FilterByServer extends HierarchicalBucketFilter<[transport: Addressed]> {
  /** @throws InvalidArgTypeError: `transport` has no `getHost`, or that returns no address. */
  override getBucketKey(transport: Addressed): unknown {
    return portKey(transport);
  }
}

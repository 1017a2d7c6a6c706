import { hostKey, type Addressed } from './address-key.js';
import { HierarchicalBucketFilter } from './hierarchical-bucket-filter.js';

/**
 * A bucket for each host: for each `getPeer().host`, that is. Unix sockets have a bucket for each
 * name; those without a name share a bucket, and so do pipes. Its `sweepInterval` is 1200 seconds
 * by default.
 *
 * @see Twisted: `twisted.protocols.htb.FilterByHost`
 */
export class FilterByHost extends HierarchicalBucketFilter<[transport: Addressed]> {
  static {
    this.prototype.sweepInterval = 20 * 60;
  }

  /** @throws InvalidArgTypeError: `transport` has no `getPeer`, or that returns no address. */
  override getBucketKey(transport: Addressed): unknown {
    return hostKey(transport);
  }
}

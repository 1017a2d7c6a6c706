import { hostKey, type AddressTuple } from './address-key.js';
import { HierarchicalBucketFilter } from './hierarchical-bucket-filter.js';
import type { IAddress } from './interfaces.js';

/** Tells where its other end is. */
export interface HasPeer {
  getPeer(): IAddress | AddressTuple;
}

/**
 * A bucket for each host: for each `getPeer().host`, that is. The ends of Unix sockets go by their
 * name; those without one share a bucket, and so do pipes.
 *
 * @see Twisted: `twisted.protocols.htb.FilterByHost`
 */
export class FilterByHost extends HierarchicalBucketFilter<[transport: HasPeer]> {
  static {
    this.prototype.sweepInterval = 20 * 60;
  }

  /** @throws InvalidArgTypeError: `transport.getPeer()` is no address. */
  override getBucketKey(transport: HasPeer): unknown {
    return hostKey(transport.getPeer(), 'getPeer()');
  }
}

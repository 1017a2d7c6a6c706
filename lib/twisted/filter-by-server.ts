import { portKey, type AddressTuple } from './address-key.js';
import { HierarchicalBucketFilter } from './hierarchical-bucket-filter.js';
import type { IAddress } from './interfaces.js';

/** Tells where this end of it is. */
export interface HasHost {
  getHost(): IAddress | AddressTuple;
}

/**
 * A bucket for each server: for each `getHost().port`, that is. The ends of Unix sockets go by their
 * name; those without one share a bucket, and so do pipes.
 *
 * @see Twisted: `twisted.protocols.htb.FilterByServer`
 */
export class FilterByServer extends HierarchicalBucketFilter<[transport: HasHost]> {
  /** @throws InvalidArgTypeError: `transport.getHost()` is no address. */
  override getBucketKey(transport: HasHost): unknown {
    return portKey(transport.getHost(), 'getHost()');
  }
}

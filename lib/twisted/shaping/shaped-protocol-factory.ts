/** Makes protocols that have a shaped transport. */
import { assertBuilder, build, type Builder } from '../../base/build.js';
import { logRejection } from '../../base/rejection.js';
import { assertBucket } from './bucket.js';
import { assertBucketFilter, type IBucketFilter } from './hierarchical-bucket-filter.js';
import {
  assertConsumer,
  assertProtocol,
  type IConsumer,
  type IProtocol,
  type ITransport,
} from '../core/index.js';
import { ShapedTransport } from './shaped-transport.js';

/** Chooses a bucket for a transport. */
export type TransportFilter = IBucketFilter<[transport: ITransport & IConsumer]>;

/** The members of a {@link ShapedProtocolFactory}, which is also a function. */
export class ShapedProtocolFactoryMembers<P extends IProtocol, Args extends unknown[]> {
  /** Makes the protocols. */
  declare protocol: Builder<Args, P>;
  /** Chooses the buckets. */
  declare bucketFilter: TransportFilter;

  /**
   * @param protocolFactory - Makes the protocols: a class, or a function.
   * @param bucketFilter - Chooses the bucket for each transport.
   * @throws InvalidArgTypeError: an argument is of the wrong kind.
   */
  constructor(protocolFactory: Builder<Args, P>, bucketFilter: TransportFilter) {
    assertBuilder(protocolFactory, 'protocolFactory');
    assertBucketFilter(bucketFilter, 'bucketFilter');
    // Not an arrow function, because it must also work with `new`.
    const factory = function (...args: Args): P {
      return members.buildProtocol(...args);
    };
    const members = factory as unknown as this;
    Object.setPrototypeOf(factory, new.target.prototype as object);
    members.protocol = protocolFactory;
    members.bucketFilter = bucketFilter;
    return members;
  }

  /**
   * Makes a protocol that gets a {@link ShapedTransport} in front of its transport when it is
   * connected. After it has called `loseConnection` of that, it receives no more data.
   *
   * @param args - The arguments of `protocol`.
   * @returns the protocol that `protocol` makes. If it refuses with `null`, although its type
   *   forbids that, this returns `null`.
   * @throws InvalidArgTypeError: it makes a value that is not a protocol.
   */
  buildProtocol(...args: Args): P {
    const protocol: P | null = build(this.protocol, args, this);
    if (protocol === null) return protocol;
    logRejection(protocol, 'A protocolFactory rejected');
    assertProtocol(protocol);
    this.shape(protocol);
    return protocol;
  }

  private shape(protocol: IProtocol): void {
    const makeConnection = protocol.makeConnection.bind(protocol);
    const dataReceived = protocol.dataReceived.bind(protocol);
    protocol.makeConnection = (transport) => {
      assertConsumer(transport);
      const bucket = this.bucketFilter.getBucketFor(transport);
      assertBucket(bucket, 'bucketFilter.getBucketFor()');
      const shaped = new ShapedTransport(transport, bucket);
      protocol.dataReceived = (data) => {
        // The transport doesn't know yet that it will close, and goes on reading.
        return shaped.disconnecting ? undefined : dataReceived(data);
      };
      return makeConnection(shaped);
    };
  }
}

/**
 * Makes protocols that have a shaped transport, each with the bucket that a filter chooses for it.
 *
 * It can be used wherever a protocol's class can: called, called with `new`, or asked to
 * `buildProtocol`.
 *
 * @example
 * ```ts
 * const factory = new ShapedProtocolFactory(HTTPChannel, new FilterByHost());
 * net.createServer((socket) => new DuplexTransport(socket, { protocol: factory() }));
 * ```
 *
 * @see Twisted: `twisted.protocols.htb.ShapedProtocolFactory`
 */
export type ShapedProtocolFactory<
  P extends IProtocol = IProtocol,
  Args extends unknown[] = unknown[],
> = ShapedProtocolFactoryMembers<P, Args> & {
  (...args: Args): P;
  new (...args: Args): P;
};

/** The class of {@link ShapedProtocolFactory}. */
export const ShapedProtocolFactory = callable(ShapedProtocolFactoryMembers) as unknown as {
  /** See the constructor of ShapedProtocolFactoryMembers. */
  new <P extends IProtocol, Args extends unknown[]>(
    protocolFactory: Builder<Args, P>,
    bucketFilter: TransportFilter,
  ): ShapedProtocolFactory<P, Args>;
  /** For `instanceof`. */
  readonly prototype: object;
};

/** Gives the functions that `Members` makes the members of functions. */
function callable(Members: typeof ShapedProtocolFactoryMembers): typeof Members {
  Object.defineProperty(Members, 'name', { value: 'ShapedProtocolFactory' });
  Object.setPrototypeOf(Members.prototype, Function.prototype);
  return Members;
}

/** Makes protocols for connections, and keeps the state that they share. */
import { assertBuilder, build, type Builder } from '../../base/build.js';
import { InvalidArgTypeError, InvalidStateError } from '../../base/errors.js';
import { withEarlyUseNamed } from './early-use.js';
import type {
  IAddress,
  IClientFactory,
  IConnector,
  IProtocol,
  IProtocolFactory,
  ITransport,
} from './interfaces.js';
import { isProtocol } from './interfaces.js';
import { logRejectionOf } from './log-prefix.js';
import type { Protocol } from './protocol.js';
import { assertProtocol } from './validate.js';

/** Makes a protocol: a class, or a function. */
export type ProtocolMaker = Builder<[], IProtocol>;

/**
 * The type of the protocols that a factory `F` of {@link FactoryBase.forProtocol} builds: one that
 * adds nothing to {@link ClientFactory} builds those that its maker `P` makes. Others may wrap them.
 */
export type Builds<F, P> = ClientFactory extends F
  ? {
      /** Makes the protocol of a connection. */
      buildProtocol(address: IAddress):
        | (P extends Builder<never[], infer Made>
            ? // From the bare class `Protocol`, TypeScript infers `Protocol<ITransport>`, not its default.
              Made &
                (Made extends Pick<Protocol<infer T>, 'transport'>
                  ? ITransport extends T
                    ? Pick<Protocol, 'transport'>
                    : unknown
                  : unknown)
            : IProtocol)
        | null;
    }
  : unknown;

/**
 * The members of every factory, with any type of `protocol`. {@link Factory} is the usual subclass.
 *
 * @typeParam Maker - The type of `protocol`.
 * @see Twisted: `twisted.internet.protocol.Factory`
 */
export class FactoryBase<Maker> implements IProtocolFactory {
  /** Makes the protocols: a class, or a function that returns one; `null` unless it is set. */
  declare protocol: Maker | null;
  /** The number of ports and connectors that use this factory. */
  numPorts = 0;

  static {
    this.prototype.protocol = null;
  }

  /**
   * A factory of this class, its `protocol` set.
   *
   * @param protocol - Makes the protocols: a class, or a function that returns one.
   * @param args - Arguments for the factory's own constructor.
   * @returns the factory.
   * @throws InvalidArgTypeError: `protocol` is neither; no factory was made.
   */
  static forProtocol<
    F extends {
      /** Makes the protocols. */
      protocol: unknown;
    },
    A extends unknown[],
    P extends NonNullable<F['protocol']>,
  >(this: new (...args: A) => F, protocol: P, ...args: A): F & Builds<F, P>;
  static forProtocol<
    F extends {
      /** Makes the protocols. */
      protocol: unknown;
    },
    A extends unknown[],
  >(this: new (...args: A) => F, protocol: NonNullable<F['protocol']>, ...args: A): F {
    assertBuilder(protocol, 'protocol');
    const factory = new this(...args);
    factory.protocol = protocol;
    return factory;
  }

  /**
   * Makes the protocol of a connection, and sets the protocol's `factory` to this. Override it to
   * choose another protocol.
   *
   * @param _address - The other end.
   * @returns the protocol, or `null` to close the connection at once.
   * @throws InvalidStateError: `protocol` is not set, or the protocol uses its transport while it is
   *   made.
   * @throws InvalidArgTypeError: `protocol` is neither a class nor a function, or makes no object.
   * @throws any other error that `protocol` throws.
   */
  buildProtocol(_address: IAddress): IProtocol | null {
    const { protocol: maker } = this;
    if (maker === null) {
      throw new InvalidStateError('The factory has no `protocol`, nor its own `buildProtocol`');
    }
    assertBuilder(maker, 'protocol');
    let protocol: IProtocol & { factory?: FactoryBase<Maker> };
    try {
      protocol = build(maker as ProtocolMaker, [], this);
    } catch (thrown) {
      throw withEarlyUseNamed(thrown);
    }
    if (Object(protocol) !== protocol) {
      throw new InvalidArgTypeError(
        'protocol()',
        'a protocol: the function must return it',
        protocol,
      );
    }
    protocol.factory = this;
    return protocol;
  }

  /** Called before the first port or connector uses this. Override it to prepare. */
  startFactory(): void {}

  /** Called when the last port or connector has stopped using this. Override it to clean up. */
  stopFactory(): void {}

  /** A port or connector uses this from now on. Not for users. */
  doStart(): void {
    if (this.numPorts === 0) logRejectionOf(this, this.startFactory(), 'startFactory');
    this.numPorts += 1; // Only if `startFactory` did not throw.
  }

  /** A port or connector has stopped using this. Not for users. */
  doStop(): void {
    if (this.numPorts === 0) return;
    this.numPorts -= 1;
    if (this.numPorts === 0) logRejectionOf(this, this.stopFactory(), 'stopFactory');
  }

  /** The name of the class. */
  logPrefix(): string {
    return this.constructor.name;
  }
}

/**
 * Makes a protocol for each connection. Set `protocol`, or override `buildProtocol`.
 *
 * @example
 * ```ts
 * const port = await listen(Factory.forProtocol(Echo), { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.internet.protocol.Factory`
 */
export class Factory extends FactoryBase<ProtocolMaker> {}

/**
 * Makes the protocol of a client's connection, and is told when an attempt fails or the connection
 * is lost.
 *
 * @see Twisted: `twisted.internet.protocol.ClientFactory`
 */
export class ClientFactory extends Factory implements IClientFactory {
  /** An attempt has begun. Call `connector.stopConnecting()` here to give it up. */
  startedConnecting(_connector: IConnector): void {}

  /**
   * An attempt has failed. Call `connector.connect()` here to try again.
   *
   * @param _reason - A {@link ConnectError}.
   */
  clientConnectionFailed(_connector: IConnector, _reason: Error): void {}

  /**
   * A connection that was made is over; its protocol has been told. Call `connector.connect()` here
   * to make it again.
   *
   * @param _reason - The reason that the protocol's `connectionLost` got.
   */
  clientConnectionLost(_connector: IConnector, _reason: Error): void {}
}

const FACTORY = ['buildProtocol', 'doStart', 'doStop'];
const CLIENT_FACTORY = ['startedConnecting', 'clientConnectionFailed', 'clientConnectionLost'];

/** @throws InvalidArgTypeError: `factory` can't build protocols. */
export function assertFactory(factory: unknown): asserts factory is IProtocolFactory {
  assertMethods(factory, FACTORY, 'a Factory', 'Factory');
}

/**
 * @throws InvalidArgTypeError: `factory` can't build protocols, or lacks a method of a client's
 * factory.
 */
export function assertClientFactory(factory: unknown): asserts factory is IClientFactory {
  const expected = `a ClientFactory (${CLIENT_FACTORY.join(', ')})`;
  assertMethods(factory, [...FACTORY, ...CLIENT_FACTORY], expected, 'ClientFactory');
}

function assertMethods(
  factory: unknown,
  methods: readonly string[],
  expected: string,
  name: string,
): void {
  const has = (factory ?? {}) as Partial<Record<string, unknown>>;
  if (methods.every((method) => typeof has[method] === 'function')) return;
  throw new InvalidArgTypeError('factory', expected + hintFor(factory, has, name), factory);
}

/**
 * The remedy, if `factory` shows what its author had in mind: a protocol, its class or a function
 * that makes protocols, as programmers with experience of Node's servers pass them; the factory of a
 * server, passed to a client; or the port, as it comes first in Twisted.
 */
function hintFor(factory: unknown, has: Partial<Record<string, unknown>>, name: string): string {
  if (typeof factory === 'number' || typeof factory === 'string') {
    return ', and the first argument: the port and the host are options, behind it';
  }
  const isFactory = FACTORY.every((method) => typeof has[method] === 'function');
  const isMeant = typeof factory === 'function' || isFactory || isProtocol(factory);
  if (!isMeant) return '';
  const remedy = "makes one of a protocol's class P, or of a function that makes protocols";
  return `: ${name}.forProtocol(P) ${remedy}`;
}

/**
 * The protocol that `factory` builds for the connection from `address`, checked.
 *
 * @returns `null` if it builds none.
 * @throws InvalidArgTypeError: it built a value that is not a protocol.
 * @throws InvalidStateError: the protocol used its transport while it was made.
 * @throws any error that `buildProtocol` throws.
 */
export function protocolOf(factory: IProtocolFactory, address: IAddress): IProtocol | null {
  let protocol: IProtocol | null | undefined;
  try {
    protocol = factory.buildProtocol(address);
  } catch (thrown) {
    throw withEarlyUseNamed(thrown);
  }
  if (protocol === null || protocol === undefined) return null;
  logRejectionOf(factory, protocol, 'buildProtocol');
  assertProtocol(protocol);
  return protocol;
}

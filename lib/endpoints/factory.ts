/** What makes protocols for connections, and keeps what they share. */
import { InvalidArgTypeError, InvalidStateError } from '../twisted/errors.js';
import type { IAddress, IProtocol } from '../twisted/interfaces.js';
import type { Connector } from './connector.js';

/** Makes a protocol: a class, or what calls one. */
export type ProtocolMaker = new () => IProtocol;

/**
 * Makes a protocol for each connection. Set `protocol` to a class, or override `buildProtocol`.
 *
 * @example
 * ```ts
 * const port = await listen(Factory.forProtocol(Echo), { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.internet.protocol.Factory`
 */
export class Factory {
  /** The class of the protocols that `buildProtocol` makes. */
  declare protocol: ProtocolMaker | null;
  /** Ports and connectors that use this factory. */
  numPorts = 0;

  static {
    this.prototype.protocol = null;
  }

  /**
   * A factory of this class for protocols of `protocol`'s.
   *
   * @param protocol - The class of the protocols.
   * @param args - Arguments for the factory's own constructor.
   */
  static forProtocol<F extends Factory, A extends unknown[]>(
    this: new (...args: A) => F,
    protocol: ProtocolMaker,
    ...args: A
  ): F {
    const factory = new this(...args);
    factory.protocol = protocol;
    return factory;
  }

  /**
   * Makes the protocol of a connection, which finds this factory as its `factory`. Override it to
   * choose.
   *
   * @param _address - The other end.
   * @returns the protocol, or `null` to close the connection at once.
   * @throws InvalidStateError: there is no `protocol` to make it of.
   */
  buildProtocol(_address: IAddress): IProtocol | null {
    if (this.protocol === null) {
      throw new InvalidStateError(
        'The factory has no `protocol`, nor a `buildProtocol` of its own',
      );
    }
    const protocol: IProtocol & { factory?: Factory } = new this.protocol();
    protocol.factory = this;
    return protocol;
  }

  /** Called before the first port or connector uses this. Override it to prepare. */
  startFactory(): void {}

  /** Called when the last port or connector has stopped using this. Override it to clean up. */
  stopFactory(): void {}

  /** A port or connector uses this from now on. Not for users. */
  doStart(): void {
    this.numPorts += 1;
    if (this.numPorts === 1) this.startFactory();
  }

  /** A port or connector has stopped using this. Not for users. */
  doStop(): void {
    if (this.numPorts === 0) return;
    this.numPorts -= 1;
    if (this.numPorts === 0) this.stopFactory();
  }

  /** The name of the class. */
  logPrefix(): string {
    return this.constructor.name;
  }
}

/**
 * Makes the protocol of a client's connection, and hears what becomes of it.
 *
 * @see Twisted: `twisted.internet.protocol.ClientFactory`
 */
export class ClientFactory extends Factory {
  /** An attempt has begun. It may be stopped here. */
  startedConnecting(_connector: Connector): void {}

  /**
   * An attempt has failed. It may be made again here, with `connector.connect()`.
   *
   * @param _reason - A {@link ConnectError}.
   */
  clientConnectionFailed(_connector: Connector, _reason: Error): void {}

  /**
   * A connection that stood is over; its protocol has been told. It may be made again here, with
   * `connector.connect()`.
   *
   * @param _reason - What the protocol's `connectionLost` was given.
   */
  clientConnectionLost(_connector: Connector, _reason: Error): void {}
}

/** @throws InvalidArgTypeError: `factory` can't build protocols. */
export function assertFactory(factory: unknown): asserts factory is Factory {
  const { buildProtocol, doStart, doStop } = (factory ?? {}) as Partial<Record<string, unknown>>;
  if (![buildProtocol, doStart, doStop].every((method) => typeof method === 'function')) {
    throw new InvalidArgTypeError('factory', 'a Factory', factory);
  }
}

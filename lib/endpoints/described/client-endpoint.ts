import { assertSignalOption, eitherSignal } from '../../base/abort-signal.js';
import { assertFactory, type IProtocol } from '../../twisted/core/index.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import {
  addressOf,
  type ConnectOptions,
  connectReady,
  readyToConnect,
  type ReadyToConnect,
  shortFormOf,
} from '../sockets/index.js';
import { ConnectingCancelledError } from './errors.js';
import { type FactoryOf, OneConnection } from './one-connection.js';

/** Options of {@link ClientEndpoint}: those of `connect`. */
export type ClientEndpointOptions = ConnectOptions;

/** Options of a client endpoint's `connect`. */
export interface EndpointConnectOptions {
  /** When it aborts, the attempt is given up, or the connection is aborted. */
  signal?: AbortSignal | undefined;
}

/**
 * A place to connect to. `ClientEndpoint` is one; so is any object with a `connect` like this.
 *
 * @see Twisted: `twisted.internet.interfaces.IStreamClientEndpoint`
 */
export interface IStreamClientEndpoint {
  /**
   * Connects once.
   *
   * @param factory - Builds the protocol.
   * @param options - See {@link EndpointConnectOptions}.
   * @returns a promise of the protocol, which resolves once that has been connected.
   */
  connect<Built extends IProtocol>(
    factory: FactoryOf<Built>,
    options?: EndpointConnectOptions,
  ): Promise<Built>;
}

/**
 * A place to connect to, separate from the protocol that talks over the connection.
 *
 * @example
 * ```ts
 * const endpoint = new ClientEndpoint({ port: 79, host: 'example.com' });
 * const finger = await endpoint.connect(Factory.forProtocol(Finger));
 * ```
 *
 * @see Twisted: `TCP4ClientEndpoint`, `SSL4ClientEndpoint`, `UNIXClientEndpoint`,
 *   `HostnameEndpoint`
 */
export class ClientEndpoint implements IStreamClientEndpoint {
  /** The address to which this connects, and the options of the connection. */
  readonly options: Readonly<ClientEndpointOptions>;

  private readonly ready: ReadyToConnect;

  /**
   * @param options - See {@link ClientEndpointOptions}. Their `signal` applies to each connection.
   * @throws InvalidArgTypeError, OutOfRangeError: an option is not valid.
   * @throws the error that `node:tls` throws for `tls` options that are not valid.
   */
  constructor(options: ClientEndpointOptions) {
    this.ready = readyToConnect(options);
    this.options = Object.freeze(this.ready.options);
  }

  /**
   * Connects once, and gives the connection the protocol that `factory` builds. It calls the
   * factory's `doStart` before, and `doStop` once the connection is over or has failed; it calls no
   * other method of a `ClientFactory`.
   *
   * @param factory - Builds the protocol.
   * @param options - See {@link EndpointConnectOptions}.
   * @returns a promise of the protocol, which resolves once its `makeConnection` has returned. Over
   *   TLS, the handshake may still fail; then the protocol loses the connection.
   * @throws InvalidArgTypeError (rejects): an argument is not valid, or the factory built a value
   *   that is not a protocol.
   * @throws ConnectingCancelledError (rejects): a signal aborted before there was a connection.
   * @throws ConnectError (rejects): there is no connection; its subclasses say why.
   * @throws NoProtocol (rejects): the factory built `null`; the connection is closed.
   * @throws the error that the factory or the protocol's `makeConnection` threw (rejects): the
   *   connection is closed.
   * @see Twisted: `IStreamClientEndpoint.connect`
   */
  async connect<Built extends IProtocol>(
    factory: FactoryOf<Built>,
    options: EndpointConnectOptions = {},
  ): Promise<Built> {
    assertFactory(factory);
    assertSignalOption(options);
    const signal = eitherSignal(this.options.signal, options.signal);
    if (signal?.aborted) {
      throw new ConnectingCancelledError(addressOf(this.options), { cause: signal.reason });
    }
    return new Promise((resolve, reject) => {
      const once = new OneConnection<Built>(factory, { resolve, reject });
      connectReady(once, { ...this.ready, options: { ...this.options, signal } });
    });
  }

  /** One short line for `util.inspect`, without the keys of TLS. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `ClientEndpoint <${shortFormOf(addressOf(this.options))}>`;
  }
}

/**
 * @throws InvalidArgTypeError: `endpoint` has no `connect`. A description, or options, must be made
 * into an endpoint first.
 */
export function assertEndpoint(endpoint: unknown): asserts endpoint is IStreamClientEndpoint {
  const { connect } = (endpoint ?? {}) as Partial<IStreamClientEndpoint>;
  if (typeof connect === 'function') return;
  const expected =
    'an endpoint, such as a ClientEndpoint, or what clientFromString makes of a string';
  throw new InvalidArgTypeError('endpoint', expected, endpoint);
}

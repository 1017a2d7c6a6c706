import { assertSignalOption, eitherSignal } from '../../base/abort-signal.js';
import { assertKnownOptions, assertOptions } from '../../base/arguments.js';
import { logRejection } from '../../base/rejection.js';
import {
  assertFactory,
  type IProtocolFactory,
  logPrefixOf,
  protocolOf,
} from '../../twisted/core/index.js';
import {
  assertPlaceOptions,
  ListeningPort,
  type ListenOptions,
  listenReady,
  readyToListen,
  type ReadyToListen,
} from '../sockets/index.js';
import { StandardIO, type StandardIOOptions } from '../standard-io/index.js';
import { NoProtocol } from './errors.js';

/** Options of a server endpoint's `listen`. */
export interface EndpointListenOptions {
  /** When it aborts, the port stops listening, or the attempt to listen is given up. */
  signal?: AbortSignal | undefined;
}

/** Options of {@link ServerEndpoint}: those of `listen`, or standard input and output. */
export type ServerEndpointOptions =
  | (ListenOptions & { stdio?: undefined })
  | {
      /** A connection that exists already: `{}` for this process's standard input and output. */
      stdio: StandardIOOptions;
    };

/**
 * A place to listen at. `ServerEndpoint` is one; so is any object with a `listen` like this.
 *
 * @see Twisted: `twisted.internet.interfaces.IStreamServerEndpoint`
 */
export interface IStreamServerEndpoint {
  /**
   * Listens.
   *
   * @param factory - Builds the protocols.
   * @param options - See {@link EndpointListenOptions}.
   * @returns a promise of the port, which resolves once it listens.
   */
  listen(factory: IProtocolFactory, options?: EndpointListenOptions): Promise<ListeningPort>;
}

/**
 * A place to listen at, separate from the protocols that talk over the connections.
 *
 * @example
 * ```ts
 * const endpoint = new ServerEndpoint({ port: 7, host: '127.0.0.1' });
 * const port = await endpoint.listen(Factory.forProtocol(Echo));
 * ```
 *
 * @see Twisted: `TCP4ServerEndpoint`, `SSL4ServerEndpoint`, `UNIXServerEndpoint`,
 *   `StandardIOEndpoint`
 */
export class ServerEndpoint implements IStreamServerEndpoint {
  /** The address at which this listens, and the options of the port. */
  readonly options: Readonly<ServerEndpointOptions>;

  /** `null` for standard input and output. */
  private readonly ready: ReadyToListen | null;

  /**
   * @param options - See {@link ServerEndpointOptions}. Their `signal` applies to each port.
   * @throws InvalidArgTypeError, OutOfRangeError: an option is not valid.
   * @throws the error that `node:tls` throws for `tls` options that are not valid.
   */
  constructor(options: ServerEndpointOptions) {
    assertPlaceOptions(options);
    assertKnownOptions(options, ['stdio']);
    if (options.stdio === undefined) {
      this.ready = readyToListen(options);
      this.options = Object.freeze(this.ready.options);
    } else {
      assertOptions(options.stdio, 'options.stdio');
      this.ready = null;
      this.options = Object.freeze({ stdio: { ...options.stdio } });
    }
  }

  /**
   * Listens, and gives each connection a protocol that `factory` builds. On standard input and
   * output there is one connection, which is made before the promise resolves; neither
   * `stopListening` nor the signal closes it.
   *
   * @param factory - Builds the protocols.
   * @param options - See {@link EndpointListenOptions}.
   * @returns a promise of the port.
   * @throws the reason with which `listen` rejects (rejects): nothing listens.
   * @throws CannotListenError (rejects): another process has the lock of the socket.
   * @throws NoProtocol (rejects): the factory built `null` for standard input and output.
   * @see Twisted: `IStreamServerEndpoint.listen`
   */
  async listen(
    factory: IProtocolFactory,
    options: EndpointListenOptions = {},
  ): Promise<ListeningPort> {
    assertFactory(factory);
    assertSignalOption(options);
    if (this.ready === null) {
      return listenOnStandardIO(factory, this.options.stdio ?? {}, options.signal);
    }
    const signal = eitherSignal(this.ready.options.signal, options.signal);
    return listenReady(factory, { ...this.ready, options: { ...this.ready.options, signal } });
  }
}

async function listenOnStandardIO(
  factory: IProtocolFactory,
  options: StandardIOOptions,
  signal: AbortSignal | undefined,
): Promise<ListeningPort> {
  signal?.throwIfAborted();
  const here = { type: 'PIPE' } as const;
  const name = logPrefixOf(factory);
  // Differs from Twisted, which only builds the protocol.
  logRejection(factory.doStart(), `${name}: doStart rejected`);
  try {
    signal?.throwIfAborted();
    const protocol = protocolOf(factory, here);
    if (protocol === null) throw new NoProtocol();
    signal?.throwIfAborted();
    new StandardIO(protocol, options);
  } catch (thrown) {
    logRejection(factory.doStop(), `${name}: doStop rejected`);
    throw thrown;
  }
  const listening = new ListeningPort({ close() {} }, here, factory, signal);
  if (signal?.aborted) await listening.stopListening(); // It may have aborted in `connectionMade`.
  return listening;
}

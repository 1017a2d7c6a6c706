import { assertSignalOption, eitherSignal } from '../../base/abort-signal.js';
import { assertKnownOptions, assertOptions } from '../../base/arguments.js';
import {
  assertFactory,
  type IAddress,
  type IProtocolFactory,
  logRejectionOf,
  protocolOf,
  type TCPAddress,
  type UNIXAddress,
} from '../../twisted/core/index.js';
import {
  addressOf,
  assertPlaceOptions,
  CannotListenError,
  ListeningPort,
  type ListenOptions,
  listenReady,
  type Place,
  readyToListen,
  type ReadyToListen,
  shortFormOf,
  PortFactory,
} from '../sockets/index.js';
import { StandardIO, type StandardIOOptions } from '../standard-io/index.js';
import { NoProtocol } from './errors.js';

/** Options of a server endpoint's `listen`. */
export interface EndpointListenOptions {
  /** When it aborts, the port stops listening, or the attempt to listen is given up. */
  signal?: AbortSignal | undefined;
}

/**
 * Options of {@link ServerEndpoint}: those of `listen`, or standard input and output.
 *
 * @typeParam Port - The type of the `port`, if there may be one.
 * @typeParam Path - The type of the `path`, if there may be one.
 */
export type ServerEndpointOptions<Port = number | undefined, Path = string | undefined> =
  | (ListenOptions & {
      /** A connection that exists already; give an address or this. */
      stdio?: undefined;
      /** The TCP port. */
      port?: Port;
      /** The path of the Unix socket. */
      path?: Path;
    })
  | {
      /** A connection that exists already: `{}` for this process's standard input and output. */
      stdio: StandardIOOptions;
    };

/**
 * The address of a server: that of TCP if it certainly has a port, that of a Unix socket if it
 * certainly has a path.
 *
 * @typeParam Port - The type of its port, or `undefined` if it has none.
 * @typeParam Path - The type of its path, or `undefined` if it has none.
 */
export type ListeningAddress<Port, Path> = [Port] extends [number]
  ? [Path] extends [string]
    ? IAddress // The options may have either.
    : TCPAddress
  : [Path] extends [string]
    ? UNIXAddress
    : IAddress;

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
 * @typeParam Port - The type of its `port`. If that is a number, `getHost` of the port that listens
 *   returns an address of TCP.
 * @typeParam Path - The type of its `path`. If that is a string, it returns that of a Unix socket.
 * @see Twisted: `TCP4ServerEndpoint`, `SSL4ServerEndpoint`, `UNIXServerEndpoint`,
 *   `StandardIOEndpoint`
 */
export class ServerEndpoint<
  Port extends number | undefined = number | undefined,
  Path extends string | undefined = string | undefined,
> implements IStreamServerEndpoint {
  /** The address at which this listens, and the options of the port. */
  readonly options: Readonly<ServerEndpointOptions>;

  /** `null` for standard input and output. */
  private readonly ready: ReadyToListen | null;
  /** Whether the socket of an `fd` was taken. */
  private isUsed = false;

  /**
   * @param options - See {@link ServerEndpointOptions}. Their `signal` applies to each port.
   * @throws InvalidArgTypeError, OutOfRangeError: an option is not valid.
   * @throws the error that `node:tls` throws for `tls` options that are not valid.
   */
  constructor(options: ServerEndpointOptions<Port, Path>) {
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
   * @throws CannotListenError (rejects): another process has the lock of the socket; or this has an
   *   `fd`, and was asked to listen before.
   * @throws NoProtocol (rejects): the factory built `null` for standard input and output.
   * @see Twisted: `IStreamServerEndpoint.listen`
   */
  async listen(
    factory: IProtocolFactory,
    options: EndpointListenOptions = {},
  ): Promise<ListeningPort<ListeningAddress<Port, Path>>> {
    assertFactory(factory);
    assertSignalOption(options);
    const port = await this.openPort(factory, options);
    return port as ListeningPort<ListeningAddress<Port, Path>>;
  }

  /** One short line for `util.inspect`, without the keys of TLS. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `ServerEndpoint <${placeOf(this.options)}>`;
  }

  private async openPort(
    factory: IProtocolFactory,
    { signal }: EndpointListenOptions,
  ): Promise<ListeningPort> {
    const { ready, options } = this;
    this.useSocket();
    if (ready === null) return listenOnStandardIO(factory, options.stdio ?? {}, signal);
    const either = eitherSignal(ready.options.signal, signal);
    return listenReady(factory, { ...ready, options: { ...ready.options, signal: either } });
  }

  /**
   * Takes the socket of an `fd`. Its number may be that of another socket or file once it is closed.
   *
   * @throws CannotListenError: this has taken it before.
   */
  private useSocket(): void {
    const { options } = this;
    if (!('fd' in options) || options.fd === undefined) return;
    if (this.isUsed) {
      throw new CannotListenError(`Couldn't listen: descriptor ${options.fd} serves one listen`);
    }
    this.isUsed = true;
  }
}

/** The place at which it listens, in a word. Without a host, that is `::`, all addresses. */
function placeOf(options: ServerEndpointOptions): string {
  if (options.stdio !== undefined) return shortFormOf(STANDARD_IO);
  if ('fd' in options && options.fd !== undefined) return `fd ${options.fd}`;
  return shortFormOf(addressOf({ host: '::', ...options } as Place));
}

const STANDARD_IO = { type: 'PIPE' } as const;

async function listenOnStandardIO(
  factory: IProtocolFactory,
  options: StandardIOOptions,
  signal: AbortSignal | undefined,
): Promise<ListeningPort> {
  signal?.throwIfAborted();
  // Differs from Twisted, which only builds the protocol.
  logRejectionOf(factory, factory.doStart(), 'doStart');
  try {
    signal?.throwIfAborted();
    const protocol = protocolOf(factory, STANDARD_IO);
    if (protocol === null) throw new NoProtocol();
    signal?.throwIfAborted();
    new StandardIO(protocol, options);
  } catch (thrown) {
    logRejectionOf(factory, factory.doStop(), 'doStop');
    throw thrown;
  }
  const listening = new ListeningPort(
    { close() {} },
    STANDARD_IO,
    new PortFactory(factory),
    signal,
  );
  if (signal?.aborted) await listening.stopListening(); // It may have aborted in `connectionMade`.
  return listening;
}

/** Servers: each connection that comes in gets a protocol of a factory. */
import type net from 'node:net';

import {
  assertWritableConsumerOptions,
  peerOf,
  type ServerTLSOptions,
  tcpAddress,
  type TLSSide,
  tlsSide,
  type WritableConsumerOptions,
} from '../../streams/transports/index.js';
import { builtIn } from '../../base/built-in.js';
import { addAbortListener, removeAbortListener } from '../../base/abort-signal.js';
import { assertKnownOptions, assertWholeNumber } from '../../base/arguments.js';
import {
  assertFactory,
  type IAddress,
  type IProtocolFactory,
  logPrefixOf,
  logRejectionOf,
  protocolOf,
  type TCPAddress,
  type UNIXAddress,
} from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { setImmediate } from '../../base/timers.js';
import { startOrClose, transportFor } from './connection.js';
import { CannotListenError } from './errors.js';
import { PortFactory } from './port-factory.js';
import { SocketLock } from './socket-lock.js';
import { assertUnixOptions, UnixFactory, type UnixSocketOptions } from './unix-factory.js';
import {
  addressOf,
  assertLeftOut,
  assertPlace,
  assertPlaceOptions,
  assertTLSInside,
  pathTooLong,
  type Place,
  shortFormOf,
} from './place.js';

/** A socket that listens already, which this process has inherited: from systemd, or a parent. */
export interface AdoptedSocket {
  /** Its descriptor. `stopListening` closes it. */
  fd: number;
  /** Give a `port`, a `path` or an `fd`. */
  port?: undefined;
  /** Give a `port`, a `path` or an `fd`. */
  path?: undefined;
  /** The socket has its address. */
  host?: undefined;
}

/** Options of {@link listen}: a `port`, a `path` or an `fd`, and others. */
export type ListenOptions = (Place | AdoptedSocket) &
  WritableConsumerOptions &
  UnixSocketOptions & {
    /**
     * How many connections the operating system keeps until they are accepted; Node's 511 unless
     * given, or if it is 0.
     */
    backlog?: number | undefined;
    /**
     * Speaks TLS, with these options. Protocols are connected before the handshake, as in Twisted.
     * If a protocol has a `handshakeCompleted` method, that is called after the handshake.
     */
    tls?: ServerTLSOptions | undefined;
    /** When it aborts, the port stops listening, or the attempt to listen is given up. */
    signal?: AbortSignal | undefined;
  };

/**
 * A server that listens.
 *
 * @typeParam Host - The type of its address: that of TCP if it listens on a `port`.
 * @see Twisted: `twisted.internet.interfaces.IListeningPort`
 */
export class ListeningPort<Host extends IAddress = IAddress> {
  private stopping: Promise<void> | undefined;

  /** @internal Use {@link listen}. */
  constructor(
    private readonly server: { close(): unknown },
    private readonly host: Host,
    private readonly served: PortFactory,
    private readonly signal: AbortSignal | undefined,
  ) {
    addAbortListener(signal, this.onAbort);
  }

  /**
   * The factory that builds the protocols of the next connections, and is stopped with the port. It
   * may be replaced, for example to wrap it: `port.factory = new TimeoutFactory(port.factory, 60)`.
   *
   * @throws InvalidArgTypeError, when it is set: it is not a factory.
   */
  get factory(): IProtocolFactory {
    return this.served.factory;
  }

  set factory(factory: IProtocolFactory) {
    assertFactory(factory);
    this.served.factory = factory;
  }

  /**
   * The address at which this listens, or did before it stopped. If `port` was 0, it has the port
   * that the operating system chose.
   *
   * @returns the address.
   */
  getHost(): Host {
    return this.host;
  }

  /**
   * Accepts no more connections; it does not close those that are open. Called again, does nothing.
   *
   * @returns a promise, each time the same, that resolves once the port is free.
   * @throws any error that the factory's `stopFactory` throws (rejects): the port is free all the
   *   same.
   * @see Twisted: `IListeningPort.stopListening`
   */
  stopListening(): Promise<void> {
    this.stopping ??= this.stop();
    return this.stopping;
  }

  /** As `stopListening`, for `await using`: it does not close open connections. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stopListening();
  }

  /** One short line for `util.inspect`, without the keys of TLS. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const state = this.stopping === undefined ? 'listens' : 'stopped';
    return `ListeningPort <${state}: ${shortFormOf(this.host)}>`;
  }

  private async stop(): Promise<void> {
    removeAbortListener(this.signal, this.onAbort);
    this.server.close();
    // The descriptor is closed once the event loop has turned; the callback of `close` would wait
    // for the connections.
    await new Promise((resolve) => setImmediate(resolve));
    logRejectionOf(this.factory, this.served.doStop(), 'doStop');
  }

  private readonly onAbort = () => {
    this.stopListening().catch((thrown: unknown) => {
      log.err(thrown, `${logPrefixOf(this.factory)}: stopFactory threw`);
    });
  };
}

/** The address at which `server` listens. */
function listeningAddress(server: net.Server): IAddress {
  const address = server.address();
  if (address === null || typeof address === 'string') return { type: 'UNIX', name: address };
  return tcpAddress(address.address, address.port);
}

/**
 * Listens, and gives each connection a protocol that `factory` builds, on a `DuplexTransport`.
 *
 * If the factory builds none, the connection is closed at once. If it throws, or builds a value
 * that is not a protocol, the connection is closed too, and the error is logged.
 *
 * @param factory - Builds the protocols.
 * @param options - See {@link ListenOptions}.
 * @returns a promise of the port.
 * @throws CannotListenError (rejects): the port is in use, the path can't be written, …
 * @throws InvalidArgTypeError, OutOfRangeError (rejects): an argument is not valid.
 * @throws the error that `node:tls` throws for `tls` options that are not valid (rejects); the
 *   error that the factory's `startFactory` throws; or the reason of the signal. In each case,
 *   nothing listens.
 * @see Twisted: `reactor.listenTCP`, `listenUNIX`, `listenSSL`, `adoptStreamPort`
 */
export function listen(
  factory: IProtocolFactory,
  options: ListenOptions & { port: number },
): Promise<ListeningPort<TCPAddress>>;
/** As above, on the path of a Unix socket. */
export function listen(
  factory: IProtocolFactory,
  options: ListenOptions & { path: string },
): Promise<ListeningPort<UNIXAddress>>;
/** As above, on a port, a path or a socket that listens already. */
export function listen(factory: IProtocolFactory, options: ListenOptions): Promise<ListeningPort>;
export async function listen(
  factory: IProtocolFactory,
  options: ListenOptions,
): Promise<ListeningPort> {
  assertFactory(factory);
  return listenReady(factory, readyToListen(options));
}

/** The checked options of a `listen`, with the parts that are expensive to make. */
export interface ReadyToListen {
  /** A copy, because they are kept. */
  readonly options: ListenOptions;
  /** Begins the handshakes of their `tls`. */
  readonly side: TLSSide | undefined;
}

/** @throws the reason with which {@link listen} rejects for options that are not valid. */
export function readyToListen(options: ListenOptions): ReadyToListen {
  assertListenOptions(options);
  const { tls } = options;
  const side = tls === undefined ? undefined : tlsSide(tls, true, 'options.tls');
  return { options: { ...options }, side };
}

/** As {@link listen}. It may be called with the same options any number of times. */
export async function listenReady(
  factory: IProtocolFactory,
  ready: ReadyToListen,
): Promise<ListeningPort> {
  const { path, mode, lockfile, signal } = ready.options;
  signal?.throwIfAborted();
  if (path === undefined) return listenOn(new PortFactory(factory), ready);
  const lock = lockfile === true ? SocketLock.acquire(path) : null;
  try {
    return await listenOn(new UnixFactory(factory, path, mode, lock), ready);
  } catch (thrown) {
    lock?.release();
    throw thrown;
  }
}

async function listenOn(
  served: PortFactory,
  { options, side }: ReadyToListen,
): Promise<ListeningPort> {
  const { signal } = options;
  const { createServer } = builtIn('node:net');
  // Node does not report the name of a Unix socket.
  const known = options.path === undefined ? {} : { getHost: () => addressOf(options) };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const { factory } = served;
    try {
      const protocol = protocolOf(factory, peerOf(socket));
      startOrClose(transportFor(socket, options, known), protocol, side);
    } catch (thrown) {
      log.err(thrown, `${logPrefixOf(factory)}: no protocol for a connection; it is closed`);
      socket.destroy();
    }
  });
  try {
    await opened(server, options);
    logRejectionOf(served.factory, served.doStart(), 'doStart');
  } catch (thrown) {
    server.close(); // Also a server that still looks up its host.
    throw thrown;
  }
  server.on('error', (error) => {
    log.err(error, `${logPrefixOf(served.factory)}: accepting failed`);
  });
  const listening = new ListeningPort(server, listeningAddress(server), served, signal);
  if (signal?.aborted) {
    await listening.stopListening(); // It may have aborted in `startFactory`.
    signal.throwIfAborted();
  }
  return listening;
}

/**
 * Resolves when `server` listens.
 *
 * @throws CannotListenError (rejects): the server can't listen.
 * @throws the reason of the signal (rejects), as soon as that aborts.
 */
function opened(server: net.Server, options: ListenOptions): Promise<void> {
  const { signal, backlog, port, host, path } = options;
  const fd = 'fd' in options ? options.fd : undefined;
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal?.reason as Error);
    const failed = (cause: Error) => {
      removeAbortListener(signal, aborted);
      reject(new CannotListenError(`Couldn't listen: ${cause.message}`, { cause }));
    };
    addAbortListener(signal, aborted);
    server.once('error', failed);
    const tooLong = path === undefined ? undefined : pathTooLong(path);
    if (tooLong !== undefined) {
      failed(tooLong); // It would listen at another path.
      return;
    }
    if (host !== undefined && isDenied()) {
      failed(denial()); // Node would throw it a turn later, when no code can catch it.
      return;
    }
    // Node takes a `port` property that is undefined for any port.
    const place = fd !== undefined ? { fd } : path === undefined ? { port, host } : { path };
    try {
      server.listen({ ...place, backlog } as net.ListenOptions, () => {
        removeAbortListener(signal, aborted);
        resolve();
      });
    } catch (thrown) {
      failed(thrown as Error);
    }
  });
}

/**
 * Whether Node's permissions deny the use of the network.
 *
 * @see https://nodejs.org/api/permissions.html
 */
function isDenied(): boolean {
  const { permission, allowedNodeEnvironmentFlags } = process as Partial<NodeJS.Process>;
  // Older versions know no permission to use the network, and deny those that they don't know.
  const isKnown = permission !== undefined && allowedNodeEnvironmentFlags?.has('--allow-net');
  return isKnown === true && !permission.has('net');
}

function denial(): Error {
  const message = 'Node may not use the network: --allow-net allows it';
  return Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED' });
}

const OTHERS = ['backlog', 'tls', 'signal', 'mode', 'lockfile', 'fd'];

function assertAdoptedSocket(options: object): asserts options is AdoptedSocket {
  assertKnownOptions(options, OTHERS);
  const { fd } = options as { fd?: unknown };
  assertWholeNumber(fd, 'options.fd', 0);
  assertLeftOut(options, ['port', 'path', 'host'], 'the socket of `fd` has its address');
}

function assertListenOptions(options: unknown): asserts options is ListenOptions {
  assertPlaceOptions(options);
  if ('fd' in options && options.fd !== undefined) assertAdoptedSocket(options);
  else assertPlace(options, OTHERS);
  assertLeftOut(options, ['timeout', 'localAddress'], 'only `connect` has it');
  assertTLSInside(options);
  assertWritableConsumerOptions(options);
  assertUnixOptions(options);
  const { backlog } = options as Partial<Record<string, unknown>>;
  if (backlog !== undefined) assertWholeNumber(backlog, 'options.backlog', 0);
}

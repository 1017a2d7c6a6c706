/** Servers: a protocol of a factory for each connection that comes in. */
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
import { assertSignal } from '../../base/abort-signal.js';
import { InvalidArgTypeError, OutOfRangeError } from '../../base/errors.js';
import {
  assertFactory,
  type IAddress,
  type IProtocolFactory,
  logPrefixOf,
  protocolOf,
} from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { logRejection } from '../../base/rejection.js';
import { setImmediate } from '../../base/timers.js';
import { startOrClose, transportFor } from './connection.js';
import { CannotListenError } from './errors.js';
import { addressOf, assertPlace, pathTooLong, type Place } from './place.js';

/** Options of {@link listen}: a `port` or a `path`, and the rest. */
export type ListenOptions = Place &
  WritableConsumerOptions & {
    /**
     * Connections that the operating system keeps until they are accepted; Node's 511 unless given,
     * or where it is 0.
     */
    backlog?: number | undefined;
    /**
     * Speak TLS. Protocols are connected before the handshake, as in Twisted; one that has a
     * `handshakeCompleted` method is told of that.
     */
    tls?: ServerTLSOptions | undefined;
    /** Stops listening when it aborts, or gives up before that. */
    signal?: AbortSignal | undefined;
  };

/**
 * A server that listens.
 *
 * @see Twisted: `twisted.internet.interfaces.IListeningPort`
 */
export class ListeningPort {
  private stopping: Promise<void> | undefined;

  /** @internal Use {@link listen}. */
  constructor(
    private readonly server: { close(): unknown },
    private readonly host: IAddress,
    private readonly factory: IProtocolFactory,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.onAbort);
  }

  /**
   * Where this listens, or did; the port that the operating system chose, where 0 was asked for.
   *
   * @returns the address.
   */
  getHost(): IAddress {
    return this.host;
  }

  /**
   * Accepts no more connections; those that stand are left alone. Called again, does nothing.
   *
   * @returns a promise, each time the same, that resolves once the port is free.
   * @throws whatever the factory's `stopFactory` throws (rejects): the port is free all the same.
   * @see Twisted: `IListeningPort.stopListening`
   */
  stopListening(): Promise<void> {
    this.stopping ??= this.stop();
    return this.stopping;
  }

  /** As `stopListening`, for `await using`: connections that stand are left alone. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stopListening();
  }

  private async stop(): Promise<void> {
    this.signal?.removeEventListener('abort', this.onAbort);
    this.server.close();
    // The descriptor is closed when the loop has turned; `close` would wait for the connections.
    await new Promise((resolve) => setImmediate(resolve));
    logRejection(this.factory.doStop(), `${logPrefixOf(this.factory)}: doStop rejected`);
  }

  private readonly onAbort = () => {
    this.stopListening().catch((thrown: unknown) => {
      log.err(thrown, `${logPrefixOf(this.factory)}: stopFactory threw`);
    });
  };
}

/** Where `server` listens. */
function listeningAddress(server: net.Server, { path }: Place): IAddress {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    return { type: 'UNIX', name: path ?? address };
  }
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
 * @throws InvalidArgTypeError, OutOfRangeError (rejects): an argument makes no sense.
 * @throws what `node:tls` throws for `tls` options that make no sense (rejects); what the factory's
 *   `startFactory` throws; or the reason of the signal. In each case, nothing listens.
 * @see Twisted: `reactor.listenTCP`, `listenUNIX`, `listenSSL`
 */
export async function listen(
  factory: IProtocolFactory,
  options: ListenOptions,
): Promise<ListeningPort> {
  assertFactory(factory);
  return listenReady(factory, readyToListen(options));
}

/** The options of a `listen`, checked, with the parts that are expensive to make. */
export interface ReadyToListen {
  /** A copy: they live on. */
  readonly options: ListenOptions;
  /** Begins the handshakes of their `tls`. */
  readonly side: TLSSide | undefined;
}

/** @throws what {@link listen} rejects with for options that make no sense. */
export function readyToListen(options: ListenOptions): ReadyToListen {
  assertListenOptions(options);
  const { tls } = options;
  const side = tls === undefined ? undefined : tlsSide(tls, true, 'options.tls');
  return { options: { ...options }, side };
}

/** As {@link listen}, which may be called with the same options any number of times. */
export async function listenReady(
  factory: IProtocolFactory,
  { options, side }: ReadyToListen,
): Promise<ListeningPort> {
  const { signal } = options;
  signal?.throwIfAborted();

  const { createServer } = process.getBuiltinModule('node:net');
  // Node does not tell the name of a Unix socket.
  const known = options.path === undefined ? {} : { getHost: () => addressOf(options) };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
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
    logRejection(factory.doStart(), `${logPrefixOf(factory)}: doStart rejected`);
  } catch (thrown) {
    server.close(); // Also one that still looks up its host.
    throw thrown;
  }
  server.on('error', (error) => log.err(error, `${logPrefixOf(factory)}: accepting failed`));
  const listening = new ListeningPort(server, listeningAddress(server, options), factory, signal);
  if (signal?.aborted) {
    await listening.stopListening(); // It aborted meanwhile, as in `startFactory`.
    signal.throwIfAborted();
  }
  return listening;
}

/**
 * Resolves when `server` listens.
 *
 * @throws CannotListenError (rejects): it can't.
 * @throws the reason of the signal (rejects), as soon as that aborts.
 */
function opened(server: net.Server, options: ListenOptions): Promise<void> {
  const { signal, backlog, port, host, path } = options;
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal?.reason as Error);
    const failed = (cause: Error) => {
      signal?.removeEventListener('abort', aborted);
      reject(new CannotListenError(`Couldn't listen: ${cause.message}`, { cause }));
    };
    signal?.addEventListener('abort', aborted);
    server.once('error', failed);
    const tooLong = path === undefined ? undefined : pathTooLong(path);
    if (tooLong !== undefined) {
      failed(tooLong); // It would listen at another path.
      return;
    }
    // A `port` that is there and undefined would be any port.
    const place = path === undefined ? { port, host } : { path };
    server.listen({ ...place, backlog } as net.ListenOptions, () => {
      signal?.removeEventListener('abort', aborted);
      server.removeListener('error', failed);
      resolve();
    });
  });
}

function assertListenOptions(options: unknown): asserts options is ListenOptions {
  assertPlace(options, ['backlog', 'tls', 'signal']);
  assertWritableConsumerOptions(options);
  const { backlog, signal } = options as Partial<Record<string, unknown>>;
  assertSignal(signal);
  if (backlog === undefined) return;
  const expected = 'a whole number of at least 0';
  if (typeof backlog !== 'number') {
    throw new InvalidArgTypeError('options.backlog', expected, backlog);
  }
  if (!Number.isSafeInteger(backlog) || backlog < 0) {
    throw new OutOfRangeError('options.backlog', expected, backlog);
  }
}

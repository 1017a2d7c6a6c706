/** Servers: a protocol of a factory for each connection that comes in. */
import type net from 'node:net';

import { peerOf } from '../streams/addresses.js';
import { wrapInTLS, type StartTLSOptions } from '../streams/start-tls.js';
import type { WritableConsumerOptions } from '../streams/writable-consumer-options.js';
import type { IAddress } from '../twisted/interfaces.js';
import { log } from '../twisted/log.js';
import { CannotListenError } from './errors.js';
import { connectProtocol } from './connect-protocol.js';
import { assertFactory, type Factory } from './factory.js';
import { assertPlace, type Place } from './place.js';

/** Options of {@link listen}: a `port` or a `path`, and the rest. */
export type ListenOptions = Place &
  WritableConsumerOptions & {
    /** Connections that the operating system keeps until they are accepted. */
    backlog?: number | undefined;
    /** Speak TLS with these options of `node:tls`, `key` and `cert` among them. */
    tls?: Omit<StartTLSOptions, 'isServer'> | undefined;
    /** Stops listening when it aborts. */
    signal?: AbortSignal | undefined;
  };

/**
 * A server that listens.
 *
 * @see Twisted: `twisted.internet.interfaces.IListeningPort`
 */
export class ListeningPort {
  private stopped = false;

  /** @internal Use {@link listen}. */
  constructor(
    private readonly server: net.Server,
    private readonly factory: Factory,
    private readonly path: string | undefined,
  ) {}

  /** Where this listens; the port that the operating system chose, where 0 was asked for. */
  getHost(): IAddress {
    const address = this.server.address();
    if (address === null || typeof address === 'string') {
      return { type: 'UNIX', name: this.path ?? address };
    }
    const family = address.family === 'IPv6' ? 'IPv6' : 'IPv4';
    return { type: 'TCP', family, host: address.address, port: address.port };
  }

  /**
   * Accepts no more connections; those that stand are left alone. Called again, does nothing.
   *
   * @returns a promise that resolves once the port is free.
   */
  async stopListening(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.server.close();
    // The descriptor is closed when the loop has turned; `close` would wait for the connections.
    await new Promise((resolve) => setImmediate(resolve));
    this.factory.doStop();
  }
}

/**
 * Listens, and gives each connection a protocol that `factory` builds, on a `DuplexTransport`.
 *
 * A factory that builds none has the connection closed at once; one that throws, or that builds
 * something that is no protocol, does too, and the error is logged.
 *
 * @param factory - Builds the protocols.
 * @param options - See {@link ListenOptions}.
 * @returns a promise of the port.
 * @throws CannotListenError (rejects): the port is in use, the path can't be written, …
 * @throws InvalidArgTypeError, OutOfRangeError (rejects): an argument makes no sense.
 * @throws what `node:tls` throws for `tls` options that make no sense (rejects), or the reason of
 *   the signal.
 * @see Twisted: `reactor.listenTCP`, `listenUNIX`, `listenSSL`
 */
export async function listen(factory: Factory, options: ListenOptions): Promise<ListeningPort> {
  assertFactory(factory);
  assertPlace(options);
  const { signal, tls, backlog, port, host, path } = options;
  signal?.throwIfAborted();
  const secure = tls && {
    ...tls,
    isServer: true,
    secureContext: process.getBuiltinModule('node:tls').createSecureContext(tls),
  };

  const { createServer } = process.getBuiltinModule('node:net');
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const stream = secure === undefined ? socket : wrapInTLS(socket, secure, () => {});
    try {
      connectProtocol(factory.buildProtocol(peerOf(socket)), stream, options);
    } catch (thrown) {
      log.err(thrown, `${factory.logPrefix()}: no protocol for a connection; it is closed`);
      socket.destroy();
    }
  });
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: Error) => {
      reject(new CannotListenError(`Couldn't listen: ${cause.message}`, { cause }));
    };
    server.once('error', failed);
    // A `port` that is there and undefined would be any port.
    const place = path === undefined ? { port, host } : { path };
    server.listen({ ...place, backlog } as net.ListenOptions, () => {
      server.removeListener('error', failed);
      resolve();
    });
  });
  server.on('error', (error) => log.err(error, `${factory.logPrefix()}: accepting failed`));

  factory.doStart();
  const listening = new ListeningPort(server, factory, path);
  signal?.addEventListener('abort', () => void listening.stopListening(), { once: true });
  return listening;
}

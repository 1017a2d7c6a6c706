/**
 * The two sides of TLS. Each has the options of one `listen`, `connect` or `startTLS`, checked, and
 * makes their expensive parts once; it begins the handshakes of their connections.
 */
import type { Duplex } from 'node:stream';
import type { SecureContext, Server, TLSSocket } from 'node:tls';

import type { AnyDuplex } from '../any-stream/index.js';
import { hungUp, refused } from './tls-errors.js';
import {
  assertTLSOptions,
  type ClientTLSOptions,
  HANDSHAKE_TIMEOUT,
  type ServerTLSOptions,
  type StartTLSOptions,
} from './tls-options.js';
import { asError } from '../../base/as-error.js';
import { builtIn } from '../../base/built-in.js';

/** Is told how a handshake ends. Only the first call counts. */
export interface HandshakeListener {
  /** It is complete, and the other end is let in. */
  secured(socket: TLSSocket): void;
  /** The other end hung up, is refused, or speaks something else. */
  failed(cause: Error): void;
}

/** Begins handshakes, all with the same options. */
export interface TLSSide {
  /** Milliseconds that one may take. */
  readonly handshakeTimeout: number;
  /** Whether a pre-shared key does in place of the certificate of a client. */
  readonly byKey?: boolean;
  /** Begins one over `stream`. */
  begin(stream: AnyDuplex, listener: HandshakeListener): void;
}

/**
 * The side that `options` are for.
 *
 * `node:tls` reports many wrong options only when it wraps a connection, which would lose that
 * connection, or end the process. So this first wraps one that is never connected.
 *
 * @param isServer - Which side it is, whatever they say themselves.
 * @param name - The name of the argument that has them.
 * @throws InvalidArgTypeError, OutOfRangeError: one of them makes no sense.
 * @throws the error that `node:tls` throws for options that it refuses.
 */
export function tlsSide(options: StartTLSOptions, isServer: boolean, name = 'options'): TLSSide {
  assertTLSOptions(options, name);
  const side = isServer
    ? new ServerSide(options as ServerTLSOptions)
    : new ClientSide(options as ClientTLSOptions);
  // Without a connection no handshake begins: nothing is sent, and no callback is called. Where
  // this throws, nothing is left open, but what `node:tls` has half made couldn't stand being
  // destroyed.
  const plain = new (builtIn('node:net').Socket)();
  side.try(plain);
  plain.destroy();
  return side;
}

/** The connection that is never connected has nothing to tell. */
const nobody: HandshakeListener = { secured() {}, failed() {} };

/**
 * Node's own `tls.Server` decides which clients are let in, which sessions may be resumed, and
 * which certificate is shown. It never listens: connections are handed to it.
 *
 * @see https://nodejs.org/api/tls.html#event-connection
 */
class ServerSide implements TLSSide {
  // Declared only, as those of the other side: the constructor sets them.
  declare readonly handshakeTimeout: number;
  declare readonly byKey: boolean;
  declare private readonly server: Server;

  constructor({ secureContext, handshakeTimeout, ...options }: ServerTLSOptions) {
    this.handshakeTimeout = handshakeTimeout ?? HANDSHAKE_TIMEOUT;
    this.byKey = options.pskCallback !== undefined;
    this.server = builtIn('node:tls').createServer({
      ...options,
      handshakeTimeout: this.handshakeTimeout,
    });
    // `createServer` doesn't take a context that is made already, and this is where it keeps its
    // own.
    if (secureContext !== undefined) Object.assign(this.server, { _sharedCreds: secureContext });
  }

  try(stream: AnyDuplex): void {
    this.begin(stream, nobody);
  }

  begin(stream: AnyDuplex, listener: HandshakeListener): void {
    const { server } = this;
    // Node tells the server how a handshake ended, but not which connection it was for. So each
    // connection has a server object of its own, which inherits everything else from this one.
    const view = Object.create(server) as Server;
    view.emit = (event: string, ...args: unknown[]) => {
      if (event === 'secureConnection') {
        listener.secured(args[0] as TLSSocket);
      } else if (event === 'tlsClientError') {
        listener.failed(refusalOf(args[1] as TLSSocket) ?? (args[0] as Error));
      }
      return true;
    };
    (server.emit as (event: string, stream: unknown) => boolean).call(view, 'connection', stream);
  }
}

/** Why the certificate of a client was refused; Node itself says only that the socket hung up. */
function refusalOf({ authorizationError }: TLSSocket): Error | undefined {
  // Node gives a code where its types promise an error.
  const code = authorizationError as unknown as string | null | undefined;
  return code ? refused(code) : undefined;
}

class ClientSide implements TLSSide {
  declare readonly handshakeTimeout: number;
  declare private readonly options: ClientTLSOptions;
  declare private readonly secureContext: SecureContext;

  constructor({ handshakeTimeout, ...options }: ClientTLSOptions) {
    this.handshakeTimeout = handshakeTimeout ?? HANDSHAKE_TIMEOUT;
    const { checkServerIdentity: check } = options;
    this.options = options;
    if (typeof check === 'function') {
      // One that throws refuses the server, as one that returns an error. Node would end the process.
      options.checkServerIdentity = (...args) => {
        try {
          return check(...args);
        } catch (thrown) {
          return asError(thrown);
        }
      };
    }
    this.secureContext = options.secureContext ?? builtIn('node:tls').createSecureContext(options);
  }

  try(stream: AnyDuplex): void {
    const socket = this.wrap(stream, { signal: undefined });
    socket.on('error', () => {});
    socket.destroy();
  }

  begin(stream: AnyDuplex, listener: HandshakeListener): void {
    const socket = this.wrap(stream);
    const onClose = () => listener.failed(hungUp());
    const onError = (error: Error) => listener.failed(error);
    socket.on('error', onError);
    socket.on('close', onClose);
    socket.once('secureConnect', () => {
      socket.removeListener('close', onClose);
      listener.secured(socket);
      socket.removeListener('error', onError); // Now it has another.
    });
  }

  private wrap(stream: AnyDuplex, more: object = {}): TLSSocket {
    const { secureContext } = this;
    const socket = stream as unknown as Duplex;
    const tls = builtIn('node:tls');
    return tls.connect({ ...this.options, ...more, secureContext, socket });
  }
}

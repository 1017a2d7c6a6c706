/** Wraps a connection in TLS while it stands. */
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket, TLSSocketOptions } from 'node:tls';

import { assertOptions } from '../../base/arguments.js';
import { assertSignal } from '../../base/abort-signal.js';
import type { AnyDuplex } from '../any-stream/index.js';

/** Options of `DuplexTransport#startTLS`: those of `node:tls`, for the side that this end is. */
export interface StartTLSOptions
  extends Omit<ConnectionOptions, 'socket' | 'host' | 'port' | 'path'>, TLSSocketOptions {
  /** Whether this end is the TLS server. The end that was accepted is, unless this says otherwise. */
  isServer?: boolean | undefined;
}

/** Whether `stream` was accepted by a server, as Node's sockets know. */
export function wasAccepted(stream: object): boolean {
  return 'server' in stream && Boolean(stream.server);
}

/**
 * Wraps `stream`.
 *
 * @param onSecure - Called when the handshake is complete and the other end is who it should be;
 *   when it isn't, the result is destroyed with the reason.
 * @throws what `node:tls` throws for options that make no sense; `stream` is as it was.
 */
export function wrapInTLS(
  stream: AnyDuplex,
  { isServer = false, ...options }: StartTLSOptions,
  onSecure: () => void,
): AnyDuplex {
  // Not imported above, because most who load this library never need it.
  const tls = process.getBuiltinModule('node:tls');
  const secureContext = options.secureContext ?? tls.createSecureContext(options);
  const socket = stream as unknown as Duplex;
  const wrapped = isServer
    ? new tls.TLSSocket(socket, { ...options, secureContext, isServer })
    : tls.connect({ ...options, secureContext, socket });
  wrapped.allowHalfOpen = true;
  if (isServer) {
    // What `tls.Server` does for the sockets that it makes.
    wrapped.on('_tlsError', (error: Error) => wrapped.destroy(error));
    wrapped.once('secure', () => {
      const { requestCert, rejectUnauthorized = true } = options;
      if (requestCert === true && rejectUnauthorized && !wrapped.authorized) {
        wrapped.destroy(authorizationError(wrapped));
      } else {
        onSecure();
      }
    });
  } else {
    wrapped.once('secureConnect', onSecure);
  }
  return wrapped;
}

/**
 * `options` as all of an end's connections are given them: checked, and with what costs much made.
 *
 * @param isServer - Which side they are for.
 * @param name - What they are called where they were given.
 * @throws InvalidArgTypeError: they are no object.
 * @throws what `node:tls` throws for options that make no sense.
 */
export function completeTLSOptions(
  options: StartTLSOptions,
  isServer: boolean,
  name = 'options',
): StartTLSOptions {
  assertOptions(options, name);
  const secureContext =
    options.secureContext ?? process.getBuiltinModule('node:tls').createSecureContext(options);
  const complete = { ...options, isServer, secureContext };
  assertTLSOptions(complete, isServer, name);
  return complete;
}

/**
 * Tries `options` on a socket that is never connected, because much of what is wrong with them
 * `node:tls` only says when it wraps: then a connection would be lost, or the process.
 *
 * @param isServer - Which side they are for, whatever they say themselves.
 * @param name - What they are called where they were given.
 * @throws InvalidArgTypeError: they are no object.
 * @throws what `node:tls` throws for options that make no sense.
 */
export function assertTLSOptions(
  options: StartTLSOptions,
  isServer: boolean,
  name = 'options',
): void {
  assertOptions(options, name);
  assertSignal((options as { signal?: unknown }).signal, `${name}.signal`);
  // Without a connection no handshake begins: nothing is sent, and no callback is called. Where this
  // throws, nothing is left open, but what `node:tls` has half made couldn't stand being destroyed.
  const plain = new (process.getBuiltinModule('node:net').Socket)();
  const trial: StartTLSOptions & { signal: undefined } = {
    ...options,
    isServer,
    signal: undefined,
  };
  wrapInTLS(plain, trial, () => {}).destroy?.();
  plain.destroy();
}

function authorizationError(socket: TLSSocket): Error {
  const { authorizationError: reason } = socket;
  if (reason instanceof Error) return reason;
  // Node gives the code where its types promise an error.
  const code = String(reason);
  return Object.assign(new Error(`The peer's certificate was refused: ${code}`), { code });
}

/** Calls `then` when all that was handed to `stream` has left it: at once, if nothing waits. */
export function whenFlushed(stream: AnyDuplex, then: () => void): void {
  if (stream.writableLength === 0) then();
  else stream.write(Buffer.alloc(0), then);
}

/** The options of TLS: those of `node:tls`, for the client's or the server's side. */
import type { ConnectionOptions, TlsOptions, TLSSocketOptions } from 'node:tls';
import type { ServerOpts } from 'node:net';

import { assertSignal } from '../../base/abort-signal.js';
import { assertKnownOptions, assertNumber, assertOptions } from '../../base/arguments.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { LONGEST_TIMER } from '../../base/timers.js';

/**
 * TLS for the end that accepts: the options of `tls.createServer`, `key` and `cert` among them.
 *
 * With `requestCert`, a client is asked for its certificate. One that shows none, or none that `ca`
 * has signed, loses the connection; with `rejectUnauthorized: false` it is let in, and
 * `DuplexTransport#authorized` tells it from the others.
 */
export interface ServerTLSOptions extends Omit<TlsOptions, keyof ServerOpts> {
  /** Milliseconds that a handshake may take. 120,000 unless given. */
  handshakeTimeout?: number | undefined;
  /**
   * Made by `tls.createSecureContext`, in place of `key`, `cert` and the like. For clients that
   * show certificates and resume sessions, make it with a `sessionIdContext`.
   */
  secureContext?: TlsOptions['secureContext'];
}

/**
 * TLS for the end that connects: the options of `tls.connect`, `ca` and `servername` among them.
 */
export interface ClientTLSOptions extends ConnectionOptions {
  /** Milliseconds that the handshake may take. 120,000 unless given. */
  handshakeTimeout?: number | undefined;
}

/** Options of `DuplexTransport#startTLS`: those of `node:tls`, for the side that this end is. */
export interface StartTLSOptions
  extends
    Omit<ClientTLSOptions, 'socket' | 'host' | 'port' | 'path' | 'pskCallback'>,
    Omit<ServerTLSOptions, 'pskCallback'>,
    Pick<TLSSocketOptions, 'requestOCSP'> {
  /**
   * Whether this end is the TLS server. The end that was accepted is, unless this says otherwise.
   */
  isServer?: boolean | undefined;
  /** Tells a pre-shared key: of the identity that a client gave, or that a server hinted at. */
  pskCallback?: ServerTLSOptions['pskCallback'] | ClientTLSOptions['pskCallback'];
}

/** Milliseconds. */
export const HANDSHAKE_TIMEOUT = 120_000;

/** The options that people misspell; there are many more, and each version of Node has others. */
const NAMES: readonly (keyof StartTLSOptions)[] = [
  'ALPNCallback',
  'ALPNProtocols',
  'SNICallback',
  'ca',
  'cert',
  'checkServerIdentity',
  'ciphers',
  'crl',
  'handshakeTimeout',
  'isServer',
  'key',
  'maxVersion',
  'minVersion',
  'passphrase',
  'pfx',
  'pskCallback',
  'rejectUnauthorized',
  'requestCert',
  'secureContext',
  'servername',
  'session',
  'sessionIdContext',
  'sessionTimeout',
  'ticketKeys',
];

/**
 * Checks options that `node:tls` accepts although they are wrong, or refuses too late.
 *
 * @param name - The name of the argument that has them.
 * @throws InvalidArgTypeError: they are not an object, or one of them is misspelt or of the wrong
 *   kind.
 * @throws OutOfRangeError: `handshakeTimeout` is not a time.
 */
export function assertTLSOptions(options: unknown, name: string): void {
  assertOptions(options, name);
  assertKnownOptions(options, NAMES, name);
  const { ALPNProtocols, handshakeTimeout, signal } = options as Partial<Record<string, unknown>>;
  assertSignal(signal, `${name}.signal`);
  if (ALPNProtocols && !Array.isArray(ALPNProtocols) && !ArrayBuffer.isView(ALPNProtocols)) {
    const expected = 'an array of names, or a buffer';
    throw new InvalidArgTypeError(`${name}.ALPNProtocols`, expected, ALPNProtocols);
  }
  if (handshakeTimeout === undefined) return;
  const expected = `a number of milliseconds above 0, and at most ${LONGEST_TIMER}`;
  const isInRange = (given: number) => given > 0 && given <= LONGEST_TIMER;
  assertNumber(handshakeTimeout, `${name}.handshakeTimeout`, expected, isInRange);
}

/** The place to listen or connect: a TCP port, or a Unix socket's path. */
import { Buffer } from 'node:buffer';

import { assertKnownOptions, assertNumber } from '../../base/arguments.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { tcpAddress } from '../../streams/transports/index.js';
import type { IAddress } from '../../twisted/core/index.js';

/** A TCP port of a host, or the path of a Unix socket. */
export type Place =
  | {
      /** The TCP port, from 0 to 65535; if you listen on 0, the operating system chooses a port. */
      port: number;
      /**
       * A name or an IP address. Unless given, `connect` uses `'localhost'`, and `listen` uses all
       * IPv6 and IPv4 addresses of this machine: then `getPeer` of an IPv4 client returns a host
       * like `'::ffff:192.0.2.1'`. `'0.0.0.0'` listens on all IPv4 addresses only.
       */
      host?: string | undefined;
      /** Give a `port` or a `path`, not both. */
      path?: undefined;
    }
  | {
      /** The path of the Unix socket. */
      path: string;
      /** Give a `port` or a `path`, not both. */
      port?: undefined;
      /** A Unix socket is on this machine. */
      host?: undefined;
    };

/** The options that `listen` and `connect` share. */
const COMMON = ['port', 'host', 'path', 'highWaterMark', 'waitsForProducer', 'closeTimeout'];

/**
 * Names of options in Twisted, or in other calls of Node, and ours. If one of a host were ignored, a
 * server would listen on all addresses, and a client would connect to this machine.
 */
const OUR_NAMES = {
  interface: 'host',
  hostname: 'host',
  address: 'host',
  bindAddress: 'localAddress',
  contextFactory: 'tls',
  ssl: 'tls',
  wantPID: 'lockfile',
  checkPID: 'lockfile',
};

/** Options of `tls`. If one beside it were ignored, the connections would not be encrypted. */
const OF_TLS = ['key', 'cert', 'pfx', 'ca', 'secureContext', 'servername', 'rejectUnauthorized'];

/** Options that make sense with a port only. */
const OF_TCP = ['host', 'localAddress'];

/**
 * @param others - The other options that may be given with a place.
 * @throws InvalidArgTypeError: an option is misspelt, has another API's name or is of the wrong kind;
 *   there is neither a `port` nor a `path`, or there are both; or there is an address with a `path`.
 * @throws OutOfRangeError: `port` is not a whole number from 0 to 65535.
 */
export function assertPlace(options: unknown, others: readonly string[]): asserts options is Place {
  assertPlaceOptions(options);
  assertKnownOptions(options, [...COMMON, ...others]);
  for (const [theirs, ours] of Object.entries(OUR_NAMES)) {
    const { [theirs]: value } = options as Record<string, unknown>;
    if (value !== undefined)
      throw new InvalidArgTypeError(`options.${theirs}`, `spelt "${ours}"`, value);
  }
  const { port, path, host } = options as Record<string, unknown>;
  if ((port === undefined) === (path === undefined)) {
    throw new InvalidArgTypeError('options', 'an object with either a `port` or a `path`', options);
  }
  if (path !== undefined && (typeof path !== 'string' || path === '')) {
    throw new InvalidArgTypeError('options.path', 'a path', path);
  }
  if (path !== undefined) {
    assertLeftOut(options, OF_TCP, 'a Unix socket has none');
    return;
  }
  if (host !== undefined && typeof host !== 'string') {
    throw new InvalidArgTypeError('options.host', 'a name or an address', host);
  }
  const isPort = (given: number) => Number.isInteger(given) && given >= 0 && given < 65536;
  assertNumber(port, 'options.port', 'a whole number from 0 to 65535', isPort);
}

/** @throws InvalidArgTypeError: an option of TLS is beside `tls`, which is left out. */
export function assertTLSInside(options: object): void {
  const { tls } = options as { readonly tls?: unknown };
  if (tls === undefined) assertLeftOut(options, OF_TLS, 'it goes inside `tls`');
}

/**
 * @throws InvalidArgTypeError: `options` is not an object. In Twisted, the host and the port are
 * separate arguments.
 */
export function assertPlaceOptions(options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null) return;
  throw new InvalidArgTypeError('options', 'an object with a `port` or a `path`', options);
}

/** `place` as an address. Its `host` is as it was given, which may be a name. */
export function addressOf({ port, host = 'localhost', path }: Place): IAddress {
  if (path !== undefined) return { type: 'UNIX', name: path };
  return tcpAddress(host, port);
}

/** `address` as people write it, for `util.inspect`. */
export function shortFormOf(address: IAddress): string {
  if (address.type === 'UNIX') return String(address.name);
  if (address.type === 'PIPE') return 'stdio';
  const { family, host, port } = address;
  return family === 'IPv6' ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The most bytes of a Unix socket's path, without the zero byte at its end. On systems derived from
 * BSD it is 104 with that byte.
 */
const LONGEST_PATH = { linux: 107, android: 107, win32: Infinity } as Record<string, number>;

/**
 * The error for a path that is too long for a socket: before version 24, Node cuts it off.
 *
 * @see https://nodejs.org/api/net.html#identifying-paths-for-ipc-connections
 */
export function pathTooLong(path: string): Error | undefined {
  if (Buffer.byteLength(path) <= (LONGEST_PATH[process.platform] ?? 103)) return undefined;
  const message = `the path of the socket is too long: ${path}`;
  return Object.assign(new Error(message), { code: 'ENAMETOOLONG' });
}

/** @throws InvalidArgTypeError: one of the options of these `names` was given. */
export function assertLeftOut(options: object, names: readonly string[], why: string): void {
  for (const name of names) {
    const { [name]: value } = options as Record<string, unknown>;
    if (value === undefined) continue;
    throw new InvalidArgTypeError(`options.${name}`, `left out: ${why}`, value);
  }
}

/** Where to listen or connect: a TCP port, or a Unix socket's path. */
import { Buffer } from 'node:buffer';

import { assertKnownOptions } from '../../base/arguments.js';
import { InvalidArgTypeError, OutOfRangeError } from '../../base/errors.js';
import { tcpAddress } from '../../streams/transports/index.js';
import type { IAddress } from '../../twisted/core/index.js';

/** A TCP port of a host, or the path of a Unix socket. */
export type Place =
  | {
      /** The TCP port, from 0 to 65535; to listen on 0 is to have the operating system choose. */
      port: number;
      /**
       * A name or an IP address. To connect, `'localhost'` unless given. To listen, all addresses of
       * this machine unless given, IPv6 and IPv4: there, `getPeer` of a client that came by IPv4 says
       * `'::ffff:192.0.2.1'`. `'0.0.0.0'` listens on those of IPv4 alone.
       */
      host?: string | undefined;
      /** Not both. */
      path?: undefined;
    }
  | {
      /** The path of the Unix socket. */
      path: string;
      /** Not both. */
      port?: undefined;
      /** A Unix socket is on this machine. */
      host?: undefined;
    };

const PORT = 'a whole number from 0 to 65535';

/** Options of `listen` and `connect` both. */
const COMMON = ['port', 'host', 'path', 'highWaterMark', 'waitsForProducer', 'closeTimeout'];

/** Twisted's names of options, and ours. Passed over, `interface` would mean all addresses. */
const OUR_NAMES = { interface: 'host', bindAddress: 'localAddress', contextFactory: 'tls' };

/**
 * @param others - The other options that may be given with a place.
 * @throws InvalidArgTypeError: an option is misspelt, or has Twisted's name.
 * @throws InvalidArgTypeError: there is neither a `port` nor a `path`, or both, or one of the wrong
 *   kind.
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
  if (host !== undefined && typeof host !== 'string') {
    throw new InvalidArgTypeError('options.host', 'a name or an address', host);
  }
  if (path !== undefined) return;
  if (typeof port !== 'number') throw new InvalidArgTypeError('options.port', PORT, port);
  if (!(Number.isInteger(port) && port >= 0 && port < 65536)) {
    throw new OutOfRangeError('options.port', PORT, port);
  }
}

/** @throws InvalidArgTypeError: `options` is not an object: Twisted takes the host and the port singly. */
export function assertPlaceOptions(options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null) return;
  throw new InvalidArgTypeError('options', 'an object with a `port` or a `path`', options);
}

/** `place` as an address, `host` as it was given: it may be a name. */
export function addressOf({ port, host = 'localhost', path }: Place): IAddress {
  if (path !== undefined) return { type: 'UNIX', name: path };
  return tcpAddress(host, port);
}

/** Bytes of a Unix socket's path, without the zero byte at its end: 104 with it where BSD was. */
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

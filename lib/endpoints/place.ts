/** Where to listen or connect: a TCP port, or a Unix socket's path. */
import { InvalidArgTypeError, OutOfRangeError } from '../twisted/errors.js';
import type { IAddress } from '../twisted/interfaces.js';

/** A TCP port of a host, or the path of a Unix socket. */
export type Place =
  | { port: number; host?: string | undefined; path?: undefined }
  | { path: string; port?: undefined; host?: undefined };

/**
 * @throws InvalidArgTypeError: there is neither a `port` nor a `path`, or both.
 * @throws OutOfRangeError: `port` is no whole number from 0 to 65535.
 */
export function assertPlace(options: unknown): asserts options is Place {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgTypeError('options', 'an object with a `port` or a `path`', options);
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
  if (
    path === undefined &&
    !(Number.isInteger(port) && Number(port) >= 0 && Number(port) < 65536)
  ) {
    throw new OutOfRangeError('options.port', 'a whole number from 0 to 65535', port);
  }
}

/** `place` as an address, `host` as it was given: it may be a name. */
export function addressOf({ port, host = 'localhost', path }: Place): IAddress {
  if (path !== undefined) return { type: 'UNIX', name: path };
  return { type: 'TCP', family: host.includes(':') ? 'IPv6' : 'IPv4', host, port };
}

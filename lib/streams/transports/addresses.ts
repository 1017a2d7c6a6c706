/** Where the ends of a stream are, in Twisted's terms. */
import type { IAddress } from '../../twisted/core/index.js';
import { isSocket } from '../any-stream/index.js';

/**
 * A socket's end that has no port is that of a Unix socket, whose name Node doesn't tell; what knows
 * nothing of addresses is a pipe.
 */
function addressOf(end: string, stream: object): IAddress {
  const {
    [`${end}Address`]: host,
    [`${end}Port`]: port,
    [`${end}Family`]: family,
  } = stream as Record<string, string | number | undefined>;
  if (typeof host !== 'string' || typeof port !== 'number') {
    return isSocket(stream) ? { type: 'UNIX', name: null } : { type: 'PIPE' };
  }
  return { type: 'TCP', family: family === 'IPv6' ? 'IPv6' : 'IPv4', host, port };
}

/** The other end of `stream`. */
export function peerOf(stream: object): IAddress {
  return addressOf('remote', stream);
}

/** This end of `stream`. */
export function hostOf(stream: object): IAddress {
  return addressOf('local', stream);
}

/**
 * Makes a socket remember where its other end is: closed, it can only tell what it was asked before,
 * and `connectionLost` is where protocols ask.
 */
export function rememberAddresses(stream: { readonly remoteAddress?: string | undefined }): void {
  void stream.remoteAddress;
}

/** Whether `stream` was accepted by a server, as Node's sockets know. */
export function wasAccepted(stream: object): boolean {
  return 'server' in stream && Boolean(stream.server);
}

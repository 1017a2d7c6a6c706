/** Where the ends of a stream are, in Twisted's terms. */
import type { IAddress, TCPAddress } from '../../twisted/core/index.js';
import { isSocket } from '../any-stream/index.js';

/**
 * If a socket's end has no port, it is that of a Unix socket, and Node does not tell its name; a
 * stream that knows no addresses is a pipe.
 */
function addressOf(end: string, stream: object): IAddress {
  const { [`${end}Address`]: host, [`${end}Port`]: port } = stream as Record<string, unknown>;
  if (typeof host !== 'string' || typeof port !== 'number') {
    return isSocket(stream) ? { type: 'UNIX', name: null } : { type: 'PIPE' };
  }
  return tcpAddress(host, port);
}

/** The address of `port` at `host`, which is an IP address, or a name until it is looked up. */
export function tcpAddress(host: string, port: number): TCPAddress {
  return { type: 'TCP', family: host.includes(':') ? 'IPv6' : 'IPv4', host, port };
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
 * Makes a socket remember where its other end is: after it is closed, it can only tell what it was
 * asked before, and `connectionLost` is where protocols ask.
 */
export function rememberAddresses(stream: { readonly remoteAddress?: string | undefined }): void {
  void stream.remoteAddress;
}

/** Whether `stream` was accepted by a server, as Node's sockets know. */
export function wasAccepted(stream: object): boolean {
  return 'server' in stream && Boolean(stream.server);
}

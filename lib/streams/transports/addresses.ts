/** Where the ends of a stream are, in Twisted's terms. */
import type { IAddress, TCPAddress } from '../../twisted/core/index.js';
import { isSocket } from '../any-stream/index.js';

type End = 'local' | 'remote';

/**
 * If neither end of a socket has a port, it is a Unix socket, and Node does not tell the name; a
 * stream that knows no addresses is a pipe.
 */
function addressOf(end: End, other: End, stream: object): IAddress {
  const address = tcpAddressOf(end, stream);
  if (address !== undefined) return address;
  if (!isSocket(stream)) return { type: 'PIPE' };
  const known = tcpAddressOf(other, stream);
  if (known === undefined) return { type: 'UNIX', name: null };
  // Node has no address of the other end if that had reset the connection before it was accepted.
  // A Unix socket's address would say that it is on this machine.
  return tcpAddress(known.family === 'IPv6' ? '::' : '0.0.0.0', 0);
}

function tcpAddressOf(end: End, stream: object): TCPAddress | undefined {
  const { [`${end}Address`]: host, [`${end}Port`]: port } = stream as Record<string, unknown>;
  if (typeof host !== 'string' || typeof port !== 'number') return undefined;
  return tcpAddress(host, port);
}

/** The address of `port` at `host`, which is an IP address, or a name until it is looked up. */
export function tcpAddress(host: string, port: number): TCPAddress {
  return { type: 'TCP', family: host.includes(':') ? 'IPv6' : 'IPv4', host, port };
}

/** Of sockets whose other end Node does not know: from Node 24 on it forgets ours, too, at the close. */
const remembered = /* @__PURE__ */ new WeakMap<object, IAddress>();

/** The other end of `stream`. */
export function peerOf(stream: object): IAddress {
  return remembered.get(stream) ?? addressOf('remote', 'local', stream);
}

/** This end of `stream`. */
export function hostOf(stream: object): IAddress {
  return addressOf('local', 'remote', stream);
}

/**
 * Makes a socket remember where its other end is: after it is closed, it can only tell what it was
 * asked before, and `connectionLost` is where protocols ask.
 */
export function rememberAddresses(stream: { readonly remoteAddress?: string | undefined }): void {
  if (stream.remoteAddress !== undefined || !isSocket(stream)) return;
  remembered.set(stream, peerOf(stream));
}

/** Whether `stream` was accepted by a server, as Node's sockets know. */
export function wasAccepted(stream: object): boolean {
  return 'server' in stream && Boolean(stream.server);
}

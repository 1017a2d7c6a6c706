/** Where the ends of a stream are, in Twisted's terms. */
import type { IAddress } from '../twisted/interfaces.js';

/** What sockets say of their ends. */
interface Located {
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly localFamily?: string;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly remoteFamily?: string;
}

function addressOf(host?: string, port?: number, family?: string): IAddress {
  if (host === undefined || port === undefined) return { type: 'PIPE' };
  return { type: 'TCP', family: family === 'IPv6' ? 'IPv6' : 'IPv4', host, port };
}

/** The other end of `stream`. */
export function peerOf(stream: object): IAddress {
  const { remoteAddress, remotePort, remoteFamily } = stream as Located;
  return addressOf(remoteAddress, remotePort, remoteFamily);
}

/** This end of `stream`. */
export function hostOf(stream: object): IAddress {
  const { localAddress, localPort, localFamily } = stream as Located;
  return addressOf(localAddress, localPort, localFamily);
}

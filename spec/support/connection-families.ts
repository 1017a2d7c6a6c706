import type { Duplex } from 'node:stream';

import { memoryPair } from './memory-pair.js';
import { tcpPair, tlsPair, unixPair } from './sockets.js';

/** Two ends of a connection: ours, and the one that the spec plays. */
export type Open = () => Promise<[ours: Duplex, peer: Duplex]>;

/** Each kind of connection that can be half open. */
export const families: [string, Open][] = [
  ['TCP', () => tcpPair().then(({ server, client }) => [server, client])],
  ['a Unix socket', () => unixPair().then(({ server, client }) => [server, client])],
  ['TLS', () => tlsPair().then(({ server, client }) => [server, client])],
  ['a pair in memory', () => Promise.resolve(memoryPair())],
];

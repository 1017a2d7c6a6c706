/** Measures the heap of idle connections: of their sockets, and of the transports around them. */
import { once } from 'node:events';
import type { Socket } from 'node:net';

import { DuplexTransport, Protocol } from '../library/index.js';
import { readOptions, say } from './options.js';
import { type ConnectOptions, openAll } from './sending.js';

type Wrapping = 'nothing' | 'transport' | 'transport and protocol';

const options = readOptions<ConnectOptions & { readonly wrapping: Wrapping }>();

function heapUsed(): number {
  if (gc === undefined) throw new Error('Run with --expose-gc');
  // More than once: a finalizer may release objects, which only the next collection finds.
  for (let i = 0; i < 4; i++) gc();
  return process.memoryUsage().heapUsed;
}

// One protocol for all: the heap of users' protocols does not count.
class Shared extends Protocol {}
const shared = new Shared();

function wrap(socket: Socket): unknown {
  if (options.wrapping === 'nothing') return socket;
  if (options.wrapping === 'transport') return new DuplexTransport(socket);
  return new DuplexTransport(socket, { protocol: shared });
}

// The first connections do not count: V8 compiles code during these, more than once, which stays in the heap.
const first = await openAll({ ...options, connections: 2000 });
const kept: unknown[] = first.map(wrap);
// Its place is taken beforehand: the heap of this array does not count.
const rest: unknown[] = new Array<unknown>(options.connections).fill(null);

const before = heapUsed();
const sockets = await openAll(options);
const withSockets = heapUsed();
sockets.forEach((socket, index) => (rest[index] = wrap(socket)));
await new Promise(setImmediate);
const withTransports = heapUsed();

say({
  socket: (withSockets - before) / options.connections,
  wrapping: (withTransports - withSockets) / options.connections,
  kept: kept.length + rest.length,
});
const closes = [...first, ...sockets].map((socket) => once(socket, 'close'));
for (const socket of [...first, ...sockets]) socket.destroy();
await Promise.allSettled(closes);

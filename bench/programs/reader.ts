/** The reader where there is no C compiler; it does the same as `bench/c/reader.c`. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

import { PatternChecker } from '../support/pattern.js';
import type { ReaderOptions, Received } from '../support/reader.js';
import { readOptions, say } from './options.js';

const { connections, warmUp, rate } = readOptions<ReaderOptions>();
const measured: number[] = [];
let total = 0;
let intact = true;
let closed = 0;
let first = 0;
let start = 0;
let last = 0;

/** Reads no faster than `rate`. */
function keepToRate(socket: Socket, at: number): void {
  const wait = first + (total / rate) * 1000 - at;
  if (wait < 1) return;
  socket.pause();
  setTimeout(() => socket.resume(), wait);
}

const server = createServer((socket) => {
  const index = measured.push(0) - 1;
  const checker = new PatternChecker();
  socket.on('data', (chunk: Buffer) => {
    const at = performance.now();
    checker.check(chunk);
    total += chunk.length;
    if (first === 0) first = at;
    if (start > 0) {
      measured[index] = (measured[index] ?? 0) + chunk.length;
      last = at;
    } else if (at - first >= warmUp * 1000) {
      start = at;
    }
    if (rate > 0) keepToRate(socket, at);
  });
  socket.on('error', () => {
    intact = false;
  });
  socket.on('close', () => {
    intact &&= checker.intact;
    if (++closed === connections) finish();
  });
});

function finish(): void {
  server.close();
  const sorted = measured.sort((a, b) => a - b);
  const received: Received = {
    bytes: total,
    intact,
    measuredBytes: sorted.reduce((sum, bytes) => sum + bytes, 0),
    seconds: last > start ? (last - start) / 1000 : 0,
    slowest: sorted[0] ?? 0,
    median: sorted[sorted.length >> 1] ?? 0,
  };
  say(received);
}

server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }));

/** The client of the echo servers where there is no C compiler; it does the same as `bench/c/ping.c`. */
import { connect } from 'node:net';

import type { PingOptions } from '../support/round-trip.js';
import { readOptions, say } from './options.js';

const { port, warmUp, seconds } = readOptions<PingOptions>();
const socket = connect({ port, host: '127.0.0.1', noDelay: true });
const times: number[] = [];
const begin = process.hrtime.bigint() + BigInt(Math.round(warmUp * 1e9));
const end = begin + BigInt(Math.round(seconds * 1e9));
const message = Buffer.alloc(1);
let start = process.hrtime.bigint();

function send(): void {
  message[0] = ((message[0] ?? 0) + 1) & 255;
  start = process.hrtime.bigint();
  socket.write(message);
}

socket.on('connect', send);
socket.on('data', (data: Buffer) => {
  const stop = process.hrtime.bigint();
  if (!data.equals(message))
    throw new Error('The byte that came back is not the one that was sent');
  if (start >= begin) times.push(Number(stop - start) / 1000);
  if (stop < end) {
    send();
    return;
  }
  socket.end();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)];
  say({ count: times.length, p50: at(0.5), p99: at(0.99) });
});

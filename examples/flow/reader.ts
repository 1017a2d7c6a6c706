/**
 * The other end of the flow, a process of its own: a plain Node socket, read no faster than the
 * user chose. Knows nothing of this library, so that it can be believed.
 *
 * Started with a port and a speed in bytes a second; reports over the channel to its parent.
 */
import { createHash } from 'node:crypto';
import net from 'node:net';

/** The reader's message to its parent. */
export interface ReaderReport {
  /** Bytes so far. */
  readonly received: number;
  /** When the last of them came: milliseconds since 1970. */
  readonly at: number;
  /** Of all bytes, once the connection has ended. */
  readonly sha256?: string;
}

const REPORT_EVERY = 50; // ms

const [port, speed] = process.argv.slice(2).map(Number) as [number, number];
const hash = createHash('sha256');
let received = 0;
let at = Date.now();
let reported = 0;

function report(last?: { sha256: string }): void {
  reported = performance.now();
  process.send?.({ received, at, ...last } satisfies ReaderReport);
}

const started = performance.now();
const socket = net.connect(port, '127.0.0.1');

socket.on('data', (chunk) => {
  hash.update(chunk);
  received += chunk.length;
  at = Date.now();
  const now = performance.now();
  if (now - reported >= REPORT_EVERY) report();
  const early = started + (received / speed) * 1000 - now;
  if (early < 1) return;
  socket.pause();
  setTimeout(() => socket.resume(), early);
});
socket.on('end', () => {
  report({ sha256: hash.digest('hex') });
  process.disconnect?.();
});
socket.on('error', (error) => {
  console.error(`The reader failed: ${error.message}`);
  process.exit(1);
});
process.on('disconnect', () => socket.destroy()); // The parent is gone, or knows all.

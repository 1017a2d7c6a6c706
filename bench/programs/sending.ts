/** Shared by the programs that send over TCP: they connect, begin together, and count the sent bytes. */
import { once } from 'node:events';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { performance } from 'node:perf_hooks';

import { type Limit, Supply } from '../support/supply.js';
import { readOptions, say } from './options.js';

export interface ConnectOptions {
  readonly port: number;
  readonly connections: number;
  /** Of the sockets; Node's default if left out. */
  readonly highWaterMark?: number;
}

interface SendOptions extends ConnectOptions {
  /** Bytes in a message. */
  readonly size: number;
  readonly limit: Limit;
}

export interface SendFileOptions extends ConnectOptions {
  readonly path: string;
  /** Bytes to read at a time. */
  readonly size: number;
  readonly seconds: number;
}

/** Connections to open at the same time: more would overflow the listener's backlog. */
const AT_A_TIME = 500;

/** A connection to the reader, without listeners. */
export function open({ port, highWaterMark }: Omit<ConnectOptions, 'connections'>): Socket {
  // `net.connect` passes it on to the stream, which the types do not say.
  const options: TcpNetConnectOpts & { highWaterMark?: number } = { port, host: '127.0.0.1' };
  if (highWaterMark !== undefined) options.highWaterMark = highWaterMark;
  return connect(options);
}

/** Connections to the reader, once all of them are open. */
export async function openAll(options: ConnectOptions): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < options.connections) {
    const some = Array.from(
      { length: Math.min(AT_A_TIME, options.connections - sockets.length) },
      () => open(options),
    );
    await Promise.all(some.map((socket) => once(socket, 'connect')));
    sockets.push(...some);
  }
  return sockets;
}

/** @returns a function that says how many bytes were sent, and the processor time and memory since now. */
function startTelling(): (sent: number) => void {
  const before = process.cpuUsage();
  return (sent) => {
    const { user, system } = process.cpuUsage(before);
    say({ sent, cpu: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 });
  };
}

/** Connects, calls `begin` to send a supply on each connection, and says how many bytes were sent. */
export async function send(begin: (socket: Socket, supply: Supply) => void): Promise<void> {
  const options = readOptions<SendOptions>();
  const sockets = await openAll(options);
  const told = startTelling();
  const closes = sockets.map((socket) => once(socket, 'close'));
  const supplies = sockets.map(() => new Supply(options.size, options.limit));
  sockets.forEach((socket, index) => {
    const supply = supplies[index];
    if (supply !== undefined) begin(socket, supply);
  });
  await Promise.all(closes);
  const sent = supplies.reduce((sum, supply) => sum + supply.sent, 0);
  told(sent);
}

/** Sends the file once, and resolves with the bytes sent. */
type SendOnce = (options: SendFileOptions) => Promise<number>;

/** Sends a file over a connection, and closes that. */
interface FileConnection {
  readonly sendOnce: SendOnce;
  close(): void;
}

/**
 * Connects, sends the file again and again until the time is over, closes, and says how many bytes were
 * sent.
 */
export async function sendFile(begin: (socket: Socket) => FileConnection): Promise<void> {
  const options = readOptions<SendFileOptions>();
  const [socket] = await openAll(options);
  if (socket === undefined) return;
  const told = startTelling();
  const connection = begin(socket);
  const closed = once(socket.resume(), 'close');
  const deadline = performance.now() + options.seconds * 1000;
  let sent = 0;
  while (performance.now() < deadline) sent += await connection.sendOnce(options);
  connection.close();
  await closed;
  told(sent);
}

/** Connects again and again, sends, reads the echo, compares, hangs up. */
import { once } from 'node:events';
import { connect } from 'node:net';

import { readOptions, say } from '../options.js';

interface ClientsOptions {
  readonly port: number;
  /** Connections in all. */
  readonly connections: number;
  /** Connections that are open at the same time. */
  readonly atATime: number;
  /** Bytes to send on each. */
  readonly size: number;
}

const { port, connections, atATime, size } = readOptions<ClientsOptions>();
const message = Buffer.alloc(size, 'to be echoed ');
let left = connections;

async function live(): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  let received = 0;
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= size) socket.end();
  });
  socket.write(message);
  await once(socket, 'close');
  if (!Buffer.concat(chunks).equals(message))
    throw new Error(`Received ${received} bytes of ${size}`);
}

async function liveOn(): Promise<void> {
  while (left-- > 0) await live();
}

await Promise.all(Array.from({ length: atATime }, liveOn));
say({ served: connections });

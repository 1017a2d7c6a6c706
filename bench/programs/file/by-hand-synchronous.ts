/** The loop in C, for Node: reads synchronously, writes, and waits for `drain` while the socket is full. */
import { once } from 'node:events';
import type { Socket } from 'node:net';

import { sendFile } from '../sending.js';
import { type SynchronousFile, withFile } from './synchronous-file.js';

async function copy(file: SynchronousFile, socket: Socket, size: number): Promise<void> {
  for (let chunk = file.read(size); chunk.length > 0; chunk = file.read(size)) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
}

await sendFile((socket) => ({
  sendOnce: ({ path, size }) => withFile(path, (file) => copy(file, socket, size)),
  close: () => socket.end(),
}));

/**
 * A sender that reads in another thread, one block ahead, and does nothing else: it writes each block in chunks,
 * and waits for `drain` while the socket is full.
 */
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { Socket } from 'node:net';

import { sendFile } from '../sending.js';

/** Bytes in a block, as many as `FileSender` reads at a time. */
const BLOCK = 512 * 1024;

async function readBlock(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(BLOCK);
  const { bytesRead } = await file.read(buffer, 0, BLOCK);
  return buffer.subarray(0, bytesRead);
}

async function writeBlock(block: Buffer, socket: Socket, size: number): Promise<void> {
  for (let at = 0; at < block.length; at += size) {
    if (!socket.write(block.subarray(at, at + size))) await once(socket, 'drain');
  }
}

async function copy(file: FileHandle, socket: Socket, size: number): Promise<number> {
  let sent = 0;
  for (let block = await readBlock(file); block.length > 0;) {
    const next = readBlock(file);
    await writeBlock(block, socket, size);
    sent += block.length;
    block = await next;
  }
  return sent;
}

await sendFile((socket) => ({
  async sendOnce({ path, size }) {
    const file = await open(path);
    try {
      return await copy(file, socket, size);
    } finally {
      await file.close();
    }
  },
  close: () => socket.end(),
}));

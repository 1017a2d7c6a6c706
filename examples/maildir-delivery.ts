/**
 * Twisted's maildir `appendMessage`: a message is written to `tmp/`, and comes to `new/` only when
 * all of it is on the disk. Whatever happens before that leaves no message, at worst a file in
 * `tmp/`.
 *
 *     node --import tsx/esm examples/maildir-delivery.ts MAILDIR MESSAGE
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

import { ConnectionDone, FileSender, WritableConsumer, type IFile } from 'twisted-streams';

/**
 * @param message - A path, or anything that a `FileSender` sends.
 * @returns where the message is now.
 */
export async function deliver(maildir: string, message: string | IFile): Promise<string> {
  for (const folder of ['cur', 'new', 'tmp']) {
    await mkdir(join(maildir, folder), { recursive: true, mode: 0o700 });
  }
  const name = `${Date.now()}.${randomUUID()}.${hostname()}`;
  const temporary = join(maildir, 'tmp', name);
  const delivered = join(maildir, 'new', name);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await store(message, file);
    await file.sync();
    await rename(temporary, delivered);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await syncFolder(join(maildir, 'new')); // Else the name could still be lost.
  return delivered;
}

async function store(message: string | IFile, { fd }: FileHandle): Promise<void> {
  const consumer = new WritableConsumer(createWriteStream('', { fd, autoClose: false }));
  const sending = new FileSender().beginFileTransfer(message, consumer);
  consumer.loseConnection(); // Waits until the sender has unregistered and all is written.
  const [sent, reason] = await Promise.allSettled([sending, consumer.closed]);
  if (reason.status === 'fulfilled' && !(reason.value instanceof ConnectionDone)) {
    throw reason.value.cause; // The disk's own error.
  }
  if (sent.status === 'rejected') throw sent.reason;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [, , maildir, message] = argv;
  if (maildir === undefined || message === undefined) {
    console.error('Say which maildir, and which file is the message.');
    process.exit(2);
  }
  console.log('Delivered as', await deliver(maildir, message));
}

/** `FileSender`, given a `FileHandle`. */
import { open } from 'node:fs/promises';

import { FileSender, WritableConsumer } from 'twisted-streams';

import { sendFile } from '../sending.js';

let consumer: WritableConsumer | undefined;

await sendFile(async (socket, { path, size }) => {
  consumer ??= new WritableConsumer(socket);
  const sender = new FileSender();
  sender.CHUNK_SIZE = size;
  const file = await open(path);
  try {
    await sender.beginFileTransfer(file, consumer);
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
});

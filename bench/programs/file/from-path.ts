/** `FileSender`, given a path. */
import { statSync } from 'node:fs';

import { FileSender, WritableConsumer } from 'twisted-streams';

import { sendFile } from '../sending.js';

let consumer: WritableConsumer | undefined;

await sendFile(async (socket, { path, size }) => {
  consumer ??= new WritableConsumer(socket);
  const sender = new FileSender();
  sender.CHUNK_SIZE = size;
  await sender.beginFileTransfer(path, consumer);
  return statSync(path).size;
});

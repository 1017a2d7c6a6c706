/** `FileSender`, given a `FileHandle`. */
import { open } from 'node:fs/promises';

import { sendWithFileSender } from './file-senders.js';

await sendWithFileSender(async (sender, consumer, { path }) => {
  const file = await open(path);
  try {
    await sender.beginFileTransfer(file, consumer);
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
});

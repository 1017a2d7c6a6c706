/** `FileSender`, given a path. */
import { stat } from 'node:fs/promises';

import { sendWithFileSender } from './file-senders.js';

await sendWithFileSender(async (sender, consumer, { path }) => {
  await sender.beginFileTransfer(path, consumer);
  return (await stat(path)).size;
});

/** `FileSender`, given an object that reads synchronously, as Python's files do. */
import { sendWithFileSender } from './file-senders.js';
import { withFile } from './synchronous-file.js';

await sendWithFileSender((sender, consumer, { path }) =>
  withFile(path, (file) => sender.beginFileTransfer(file, consumer)),
);

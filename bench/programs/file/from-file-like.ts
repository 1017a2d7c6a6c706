/** `FileSender`, given an object that reads synchronously, as Python's files do. */
import { closeSync, openSync, readSync } from 'node:fs';

import { sendWithFileSender } from './file-senders.js';

class SynchronousFile {
  bytesRead = 0;

  constructor(private readonly descriptor: number) {}

  read(size: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(size);
    const count = readSync(this.descriptor, buffer, 0, size, null);
    this.bytesRead += count;
    return count === size ? buffer : buffer.subarray(0, count);
  }
}

await sendWithFileSender(async (sender, consumer, { path }) => {
  const descriptor = openSync(path, 'r');
  try {
    const file = new SynchronousFile(descriptor);
    await sender.beginFileTransfer(file, consumer);
    return file.bytesRead;
  } finally {
    closeSync(descriptor);
  }
});

/** `createReadStream` through `stream.pipeline`. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import { sendFile } from '../sending.js';

await sendFile((socket) => ({
  async sendOnce({ path, size }) {
    const file = createReadStream(path, { highWaterMark: size });
    await pipeline(file, socket, { end: false });
    return file.bytesRead;
  },
  close: () => socket.end(),
}));

/** `createReadStream` piped into the socket. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';

import { sendFile } from '../sending.js';

await sendFile((socket) => ({
  async sendOnce({ path, size }) {
    const file = createReadStream(path, { highWaterMark: size });
    file.pipe(socket, { end: false });
    await once(file, 'end');
    return file.bytesRead;
  },
  close: () => socket.end(),
}));

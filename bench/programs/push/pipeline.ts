/** A `Readable` that pushes until `push` returns `false`, through `stream.pipeline`. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { send } from '../sending.js';

await send((socket, supply) => {
  const source = new Readable({
    highWaterMark: socket.writableHighWaterMark,
    read() {
      let message = supply.next();
      while (message !== null && this.push(message)) message = supply.next();
      if (message === null) this.push(null);
    },
  });
  socket.resume();
  void pipeline(source, socket);
});

/** A `Readable` of streamx, piped into the socket. */
import { Readable } from 'streamx';

import { send } from '../sending.js';

await send((socket, supply) => {
  const source: Readable = new Readable({
    highWaterMark: socket.writableHighWaterMark,
    read(callback) {
      let message = supply.next();
      while (message !== null && source.push(message)) message = supply.next();
      if (message === null) source.push(null);
      callback(null);
    },
  });
  socket.resume();
  source.pipe(socket);
});

/** Gathers messages by hand: the least that is done to have many of them leave with one write. */
import type { Socket } from 'node:net';

import type { Supply } from '../../support/supply.js';
import { send } from '../sending.js';

await send((socket: Socket, supply: Supply) => {
  const size = socket.writableHighWaterMark;
  /** Fills a buffer with messages, which are all of one length; the last may be left unfilled. */
  const gather = (): Buffer => {
    const gathered = Buffer.allocUnsafeSlow(size);
    let length = 0;
    for (let message = supply.next(); message !== null; message = supply.next()) {
      gathered.set(message, length);
      length += message.length;
      if (length + message.length > size) break;
    }
    return gathered.subarray(0, length);
  };
  const produce = () => {
    for (let gathered = gather(); gathered.length > 0; gathered = gather()) {
      if (!socket.write(gathered)) return;
    }
    socket.end();
  };
  socket.on('drain', produce).resume();
  produce();
});

/**
 * Writes until `write` returns `false`, then waits for `drain`, as Node's documentation says.
 *
 * @see https://nodejs.org/api/stream.html#event-drain
 */
import type { Socket } from 'node:net';

import type { Supply } from '../support/supply.js';

export function pushRaw(socket: Socket, supply: Pick<Supply, 'next'>): void {
  const produce = () => {
    for (let message = supply.next(); message !== null; message = supply.next()) {
      if (!socket.write(message)) return;
    }
    socket.end();
  };
  socket.on('drain', produce).resume();
  produce();
}

/** As `raw-node`, but lets the event loop turn every millisecond, so that others get their turn. */
import { performance } from 'node:perf_hooks';
import type { Socket } from 'node:net';

import type { Supply } from '../../support/supply.js';
import { send } from '../sending.js';

/** Milliseconds. */
const TURN = 1;

await send((socket: Socket, supply: Supply) => {
  let since = performance.now();
  const produce = () => {
    for (let message = supply.next(); message !== null; message = supply.next()) {
      if (!socket.write(message)) return;
    }
    socket.end();
  };
  const produceInNextTurn = () => {
    since = performance.now();
    produce();
  };
  socket.resume().on('drain', () => {
    if (performance.now() - since < TURN) produce();
    else setImmediate(produceInNextTurn);
  });
  produce();
});

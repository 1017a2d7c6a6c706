/** `write` until it says no, then wait for `drain`: how Node's documentation tells one to. */
import { send } from '../sending.js';

await send((socket, supply) => {
  const produce = () => {
    for (let message = supply.next(); message !== null; message = supply.next()) {
      if (!socket.write(message)) return;
    }
    socket.end();
  };
  socket.on('drain', produce).resume();
  produce();
});

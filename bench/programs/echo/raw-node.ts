/** Writes back every chunk. */
import { serveOne } from '../listening.js';

serveOne((socket) => {
  socket.setNoDelay(true);
  socket.on('data', (data) => socket.write(data));
});

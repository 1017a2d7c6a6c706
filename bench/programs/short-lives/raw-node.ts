/** Writes back every chunk. Node ends this half when the other end has ended its own. */
import { serveMany } from './serve-many.js';

serveMany((socket) => {
  socket.on('data', (data) => socket.write(data));
});

/** Writes back what comes. Node ends its half when the other end has. */
import { serveMany } from './serve-many.js';

serveMany((socket) => {
  socket.on('data', (data) => socket.write(data));
});

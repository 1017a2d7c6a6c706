/** A socket piped into itself. */
import { serveMany } from './serve-many.js';

serveMany((socket) => {
  socket.pipe(socket);
});

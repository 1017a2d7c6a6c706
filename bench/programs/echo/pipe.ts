/** A socket piped into itself. */
import { serveOne } from '../listening.js';

serveOne((socket) => {
  socket.setNoDelay(true);
  socket.pipe(socket);
});

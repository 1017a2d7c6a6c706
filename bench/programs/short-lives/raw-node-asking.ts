/** As `raw-node`, but asks each connection for its peer's address: a call to the operating system. */
import { serveMany } from './serve-many.js';

serveMany((socket) => {
  void socket.remoteAddress;
  socket.on('data', (data) => socket.write(data));
});

/** Shared by the servers that take sockets. */
import { createServer, type AddressInfo, type ServerOpts, type Socket } from 'node:net';

import { say } from '../options.js';
import { countLives } from './count-lives.js';

/** Listens on a free port, says which, and gives each connection to `serve`. */
export function serveMany(serve: (socket: Socket) => void, options: ServerOpts = {}): void {
  const closed = countLives(() => server.close());
  const server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.on('close', closed);
    serve(socket);
  });
  server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }));
}

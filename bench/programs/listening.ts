/** Shared by the programs that take one connection. */
import { createServer, type AddressInfo, type ServerOpts, type Socket } from 'node:net';

import { say } from './options.js';

/**
 * Listens on a free port, says which, and gives the first connection to `serve`. At the end, says
 * how many seconds of a processor it took.
 */
export function serveOne(serve: (socket: Socket) => void, options: ServerOpts = {}): void {
  const server = createServer(options, (socket) => {
    const before = process.cpuUsage();
    process.on('exit', () => {
      const { user, system } = process.cpuUsage(before);
      say({ cpu: (user + system) / 1e6 });
    });
    server.close();
    serve(socket);
  });
  server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }));
}

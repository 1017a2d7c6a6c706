/** Shared by the servers that take many short connections. */
import { createServer, type AddressInfo, type ServerOpts, type Socket } from 'node:net';

import { readOptions, say } from '../options.js';

/** The options of such a server. */
interface ManyOptions {
  /** Connections that do not count: V8 compiles the code during these. */
  readonly warmUp: number;
  /** Connections that count, after those. */
  readonly connections: number;
}

/**
 * Listens on a free port, says which, and gives each connection to `serve`. After the last one has
 * closed, says how many microseconds of a processor each took.
 */
export function serveMany(serve: (socket: Socket) => void, options: ServerOpts = {}): void {
  const { warmUp, connections } = readOptions<ManyOptions>();
  let closed = 0;
  let before = process.cpuUsage();
  const server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      closed += 1;
      if (closed === warmUp) before = process.cpuUsage();
      if (closed < warmUp + connections) return;
      const { user, system } = process.cpuUsage(before);
      say({ cpu: (user + system) / connections });
      server.close();
    });
    serve(socket);
  });
  server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }));
}

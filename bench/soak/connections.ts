/** Connections for the jobs: our transport at one end, a plain socket at the other. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Both ends of a connection. */
export interface Ends {
  readonly ours: net.Socket;
  readonly peer: net.Socket;
}

async function ends(server: net.Server, connect: () => net.Socket): Promise<Ends> {
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const peer = connect();
  peer.on('error', () => {}); // Some jobs reset the connection.
  const [ours] = await accepted;
  server.close();
  return { ours, peer };
}

/** Over TCP. */
export function tcp(): Promise<Ends> {
  const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  return ends(server, () => net.connect((server.address() as AddressInfo).port, '127.0.0.1'));
}

let sockets = 0;

/** Over a UNIX socket. */
export function unix(): Promise<Ends> {
  const path = join(tmpdir(), `twisted-streams-soak-${process.pid}-${sockets++}`);
  const server = net.createServer({ allowHalfOpen: true }).listen(path);
  return ends(server, () => net.connect(path));
}

/** Reads `readable` to its end. */
export async function all(readable: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readable) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

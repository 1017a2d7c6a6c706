/** Connected pairs of real sockets. */
import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import tls from 'node:tls';

import type { EmitterLike } from '../../lib/streams/any-stream/capabilities.js';
import { certificate } from './certificate.js';
import { makeFolder, removeFolder } from './temporary-folder.js';

/** Two ends of one connection. */
export interface Pair<Socket extends net.Socket = net.Socket> {
  /** The end that was accepted. */
  server: Socket;
  /** The end that connected. */
  client: Socket;
}

async function pair<S extends net.Socket>(
  server: net.Server,
  accepted: string,
  listen: () => void,
  connect: () => S,
  connected: string,
): Promise<Pair<S>> {
  listen();
  await once(server, 'listening');
  const accept = once(server, accepted);
  const client = connect();
  await once(client, connected);
  const [socket] = (await accept) as [S];
  server.close();
  return { server: socket, client };
}

/** A TCP connection over the loopback interface. Both ends may be half open. */
export function tcpPair(options: net.ServerOpts = { allowHalfOpen: true }): Promise<Pair> {
  const server = net.createServer(options);
  return pair(
    server,
    'connection',
    () => server.listen(0, '127.0.0.1'),
    () => net.connect({ ...options, port: port(server), host: '127.0.0.1' }),
    'connect',
  );
}

/** A TLS connection over the loopback interface. */
export function tlsPair(): Promise<Pair<tls.TLSSocket>> {
  const { key, cert } = certificate();
  const server = tls.createServer({ key, cert, allowHalfOpen: true });
  return pair(
    server,
    'secureConnection',
    () => server.listen(0, '127.0.0.1'),
    () => tls.connect({ port: port(server), host: 'localhost', ca: cert }),
    'secureConnect',
  );
}

/** A connection over a Unix socket. */
export async function unixPair(): Promise<Pair> {
  const folder = makeFolder();
  const path = join(folder, 'socket');
  const server = net.createServer({ allowHalfOpen: true });
  try {
    return await pair(
      server,
      'connection',
      () => server.listen(path),
      () => net.connect({ path, allowHalfOpen: true }),
      'connect',
    );
  } finally {
    removeFolder(folder);
  }
}

/** The two ends of a connection in memory, on which what is written is there before `write` returns. */
export function synchronousPair(): [Duplex, Duplex] {
  class End extends Duplex {
    other!: Duplex;
    override _read(): void {}
    override _write(chunk: Buffer, _encoding: string, done: () => void): void {
      if (chunk.length > 0) this.other.push(chunk);
      done();
    }
    override _final(done: () => void): void {
      this.other.push(null);
      done();
    }
  }
  const ends: [End, End] = [new End(), new End()];
  [ends[0].other, ends[1].other] = [ends[1], ends[0]];
  return ends;
}

/** The port that `server` listens on. */
export function port(server: net.Server): number {
  return (server.address() as net.AddressInfo).port;
}

/** Everything that `readable` gives until it ends, which leaves its other half alone. */
export function readAll(readable: EmitterLike): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    readable.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    readable.on('end', () => resolve(Buffer.concat(chunks)));
    readable.on('error', reject);
    readable.on('close', () => reject(new Error('closed before its end')));
  });
}

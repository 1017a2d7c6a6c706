/**
 * TLS ends with a last word, `close_notify` (RFC 8446, section 6.1). An end without it is that of a
 * connection that was cut. Node's own sockets do not tell of the difference, so it is looked for
 * among the bytes.
 */
import { once } from 'node:events';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';

import { expect } from 'chai';

import { DuplexTransport, Protocol, WritableConsumer } from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { tcpPair } from '../../support/sockets.js';
import { trusting } from '../../support/tls-clients.js';

type Version = 'TLSv1.2' | 'TLSv1.3';

/** The type and the length of the last record in `bytes`. */
function lastRecord(bytes: Buffer): string {
  let last = '';
  for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    last = `${bytes[at]}:${bytes.readUInt16BE(at + 3)}`;
  }
  return last;
}

/** An alert: as such, or encrypted with its type and a tag of 16 bytes. */
const LAST_WORD = { 'TLSv1.2': /^21:/, 'TLSv1.3': /^23:19$/ };

class Farewell extends Protocol<DuplexTransport> {
  constructor(private readonly method: 'loseConnection' | 'loseWriteConnection') {
    super();
  }
  handshakeCompleted(): void {
    this.transport.write(Buffer.from('farewell'));
    this.transport[this.method]();
  }
}

/** Writes and closes as soon as the handshake of the server's end of `raw` is complete. */
const closers: Record<string, (raw: net.Socket, server: tls.Server) => void> = {
  'loseConnection in handshakeCompleted': (raw) => upgrade(raw, new Farewell('loseConnection')),
  'loseWriteConnection in handshakeCompleted': (raw) =>
    upgrade(raw, new Farewell('loseWriteConnection')),
  'loseConnection of a transport in secureConnection': (raw, server) => {
    server.once('secureConnection', (socket: tls.TLSSocket) => {
      const transport = new DuplexTransport(socket, { protocol: new Protocol() });
      transport.write(Buffer.from('farewell'));
      transport.loseConnection();
    });
    server.emit('connection', raw);
  },
  'loseConnection of a consumer in secureConnection': (raw, server) => {
    server.once('secureConnection', (socket: tls.TLSSocket) => {
      const consumer = new WritableConsumer(socket);
      consumer.write(Buffer.from('farewell'));
      consumer.loseConnection();
    });
    server.emit('connection', raw);
  },
};

function upgrade(raw: net.Socket, protocol: Protocol): void {
  const transport = new DuplexTransport(raw, { protocol });
  transport.startTLS({ ...certificate(), isServer: true });
}

describe('The last word of TLS is sent', () => {
  for (const [name, close] of Object.entries(closers)) {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const satisfies Version[]) {
      it(`by ${name}, over ${version}`, async () => {
        const raw = await tcpPair();
        const server = tls.createServer(certificate());
        close(raw.server, server);
        const received: Buffer[] = [];
        const below = new Duplex({
          read() {},
          write: (chunk, _encoding, done) => raw.client.write(chunk as Buffer, () => done()),
        });
        raw.client.on('data', (data: Buffer) => {
          received.push(data);
          below.push(data);
        });
        const peer = tls.connect({ socket: below, maxVersion: version, ...trusting() });
        peer.on('error', () => {});
        let said = '';
        peer.on('data', (data: Buffer) => (said += String(data)));
        raw.client.on('end', () => below.push(null));
        await once(peer, 'end');
        expect(lastRecord(Buffer.concat(received))).to.match(LAST_WORD[version]);
        expect(said).to.equal('farewell');
        peer.destroy();
        raw.client.destroy();
      });
    }
  }
});

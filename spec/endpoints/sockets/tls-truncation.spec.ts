import { once } from 'node:events';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

import { expect } from 'chai';

import {
  ClientFactory,
  connect,
  DuplexTransport,
  Factory,
  listen,
  Protocol,
  TransportDuplex,
  WritableConsumer,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { local, portOf } from '../../support/connections.js';
import { trusting } from '../../support/tls-clients.js';

/** Tells Node from Twisted, for which each of these ends is a `ConnectionLost`. */
describe('TLS whose other end ends TCP, and does not say before that it ends', () => {
  for (const [whose, closes] of [
    ['before ours closes', false],
    ['after ours has closed', true],
  ] as const) {
    it(`is a clean close, ${whose}`, async () => {
      let told: (reason: Error) => void;
      const lost = new Promise<Error>((resolve) => (told = resolve));
      class Heard extends Protocol {
        override dataReceived(data: Buffer): void {
          this.transport.write(data);
          if (closes) this.transport.loseConnection();
          isCut = true;
          onward.end();
        }
        override connectionLost(reason: Error): void {
          told(reason);
        }
      }
      const factory = Factory.forProtocol(Heard);
      const port = await listen(factory, { port: 0, ...local, tls: certificate() });

      // Between the two stands a relay, which can end TCP without a word of TLS.
      let isCut = false;
      const onward = net.connect(portOf(port), '127.0.0.1');
      const relay = net.createServer((socket) => {
        socket.on('error', () => {}); // The client has gone.
        onward.on('data', (data) => socket.write(data));
        socket.on('data', (data) => isCut || onward.write(data));
      });
      await once(relay.listen(0, '127.0.0.1'), 'listening');
      const { port: near } = relay.address() as net.AddressInfo;
      const client = tls.connect({ port: near, host: '127.0.0.1', ...trusting() });
      client.write('hello');

      expect((await lost).name).to.equal('ConnectionDone');
      client.destroy();
      relay.close();
      await port.stopListening();
    });
  }
});

describe('An abort over TLS', () => {
  // A bare end passes for a clean one with many programs: they take half a file for the whole.
  let opened: { close(): unknown }[];
  beforeEach(() => (opened = []));
  afterEach(() => opened.forEach((each) => each.close()));

  class Aborter extends Protocol {
    override dataReceived(): void {
      this.transport.abortConnection();
    }
  }
  /** Sends a word to the server at `port`, and tells how the connection ends. */
  const endAt = async (port: number, word = 'hello'): Promise<string | undefined> => {
    const client = tls.connect({ port, host: '127.0.0.1', ...trusting() });
    client.on('end', () => client.destroy(new Error('a clean end'))).resume();
    client.write(word);
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    return error.code;
  };
  const started = async <T extends net.Server>(server: T): Promise<[T, number]> => {
    opened.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return [server, (server.address() as net.AddressInfo).port];
  };

  it('resets the connection of a server', async () => {
    const options = { port: 0, ...local, tls: certificate() };
    const port = await listen(Factory.forProtocol(Aborter), options);
    opened.push({ close: () => port.stopListening() });
    expect(await endAt(portOf(port))).to.equal('ECONNRESET');
  });

  it('resets the connection of a client', async () => {
    const [server, port] = await started(tls.createServer(certificate()));
    class Factory extends ClientFactory {
      override buildProtocol = () => new Aborter();
      override clientConnectionLost() {}
    }
    connect(new Factory(), { port, host: '127.0.0.1', tls: trusting() });
    const [socket] = (await once(server, 'secureConnection')) as [tls.TLSSocket];
    socket.on('end', () => socket.destroy(new Error('a clean end'))).resume();
    socket.write('hello');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
  });

  it('resets the connection of a server of Node’s own', async () => {
    const [server, port] = await started(tls.createServer(certificate()));
    server.on('secureConnection', (socket) => {
      new DuplexTransport(socket, { protocol: new Aborter() });
    });
    expect(await endAt(port)).to.equal('ECONNRESET');
  });

  it('resets the connection of an answer to HTTP/1.0', async () => {
    const [server, port] = await started(https.createServer(certificate()));
    server.on('request', (_request, response) => {
      new WritableConsumer(response).abortConnection();
    });
    expect(await endAt(port, 'GET / HTTP/1.0\r\n\r\n')).to.equal('ECONNRESET');
  });

  it('resets the connection below two layers', async () => {
    class Layered extends Aborter {
      private layers = 0;
      override connectionMade(): void {
        this.transport.startTLS(certificate());
      }
      handshakeCompleted(): void {
        this.layers += 1;
        if (this.layers === 1) this.transport.startTLS(certificate());
      }
    }
    const port = await listen(Factory.forProtocol(Layered), { port: 0, ...local });
    opened.push({ close: () => port.stopListening() });
    const outer = tls.connect({ port: portOf(port), host: '127.0.0.1', ...trusting() });
    await once(outer, 'secureConnect');
    const inner = tls.connect({ socket: outer, ...trusting() });
    inner.on('end', () => inner.destroy(new Error('a clean end'))).resume();
    inner.write('hello');
    const [error] = (await once(inner, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
  });

  it('aborts the transport below a TransportDuplex', async () => {
    const server = await listen(
      new (class extends Factory {
        override buildProtocol() {
          const duplex = new TransportDuplex();
          new DuplexTransport(duplex, { protocol: new Aborter() }).startTLS({
            ...certificate(),
            isServer: true,
          });
          return duplex;
        }
      })(),
      { port: 0, ...local },
    );
    opened.push({ close: () => server.stopListening() });
    expect(await endAt(portOf(server))).to.equal('ECONNRESET');
  });
});

import { once } from 'node:events';
import net from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
} from '../../../lib/index.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { port, readAll, tcpPair, tlsPair, unixPair, type Pair } from '../../support/sockets.js';
import { Recorder, connected } from '../../support/recording-protocols.js';

const families: [string, () => Promise<Pair>][] = [
  ['TCP', tcpPair],
  ['Unix', unixPair],
  ['TLS', tlsPair],
];

describe('DuplexTransport', () => {
  for (const [family, open] of families) {
    describe(`over ${family}`, () => {
      it('makes the connection, delivers data and reports a clean hang-up, in that order', async () => {
        const { protocol, transport, peer } = await connected(new Recorder(), open);
        peer.end('hello');
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        expect(protocol.told).to.deep.equal(['made', 'data', 'ConnectionDone']);
        expect(protocol.text).to.equal('hello');
        expect(protocol.transport).to.equal(transport);
        peer.destroy();
      });

      it('flushes everything before it closes, to a reader that is slow', async () => {
        const { protocol, transport, peer } = await connected(new Recorder(), open);
        const data = numbered(3_000_000);
        const producer = new PushProducer(transport, data, 1000).start();
        transport.loseConnection();
        const chunks: Buffer[] = [];
        for await (const chunk of peer) {
          chunks.push(chunk as Buffer);
          await turn();
        }
        expect(Buffer.concat(chunks).equals(data)).to.equal(true);
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        expect(protocol.told).to.deep.equal(['made', 'ConnectionDone']);
        expect(producer.log).to.include('pause').and.not.include('stop');
      });

      it('delivers everything although the other end keeps sending', async () => {
        const { transport, peer } = await connected(new Recorder(), open);
        const data = numbered(3_000_000);
        const junk = Buffer.alloc(65536);
        let sending = true;
        const send = () => {
          while (sending && peer.write(junk));
        };
        peer.on('drain', send).on('error', () => {});
        send();
        await turn();
        transport.pauseProducing(); // So that there is unread input.
        transport.write(data);
        transport.loseConnection();
        const received = await readAll(peer);
        sending = false;
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
        expect(received.equals(data)).to.equal(true);
        peer.destroy();
      });

      it('pauses and resumes its input', async () => {
        const { protocol, transport, socket, peer } = await connected(new Recorder(), open);
        transport.pauseProducing();
        peer.write('held');
        while (socket.readableLength === 0) await turn();
        expect(protocol.received).to.deep.equal([]);
        transport.resumeProducing();
        while (protocol.text !== 'held') await turn();
        transport.loseConnection();
        peer.resume().end();
        await transport.closed;
      });

      for (const [when, prepare] of [
        ['idle', () => {}],
        ['with a backlog', (transport) => transport.write(Buffer.alloc(20_000_000))],
        ['in the turn of loseConnection', (transport) => transport.loseConnection()],
        [
          'in the turn after loseConnection',
          async (transport) => {
            transport.loseConnection();
            await new Promise((resolve) => process.nextTick(resolve));
          },
        ],
        [
          'a microtask after loseConnection',
          async (transport) => {
            transport.write(Buffer.from('x'));
            transport.loseConnection();
            await Promise.resolve();
          },
        ],
        [
          'while a backlog is flushed to close',
          async (transport) => {
            transport.write(Buffer.alloc(20_000_000));
            transport.loseConnection();
            await turn();
          },
        ],
        [
          'after a half close',
          async (transport) => {
            transport.loseWriteConnection();
            await turn();
          },
        ],
        [
          'in the turn of a half close',
          async (transport) => {
            transport.loseWriteConnection();
            await new Promise((resolve) => process.nextTick(resolve));
          },
        ],
      ] as [string, (transport: DuplexTransport) => void | Promise<void>][]) {
        it(`aborts ${when}: one connectionLost, the socket closed on both sides`, async () => {
          const { protocol, transport, socket, peer } = await connected(new Recorder(), open);
          const closed = once(socket, 'close').catch(() => {});
          await prepare(transport);
          transport.abortConnection();
          const reason = await transport.closed;
          expect([ConnectionAborted, ConnectionDone]).to.include(reason.constructor);
          await closed;
          expect(protocol.told).to.deep.equal(['made', reason.name]);
          peer.on('error', () => {}).resume();
          peer.destroy();
        });
      }
    });
  }

  describe('connecting', () => {
    it('counts as connected; written bytes wait; makeConnection comes with connect', async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const accepted = once(server, 'connection') as Promise<[net.Socket]>;
      const socket = net.connect(port(server), '127.0.0.1');
      const protocol = new Recorder();
      const transport = new DuplexTransport(socket, { protocol });
      expect(transport.connected).to.equal(true);
      expect(protocol.told).to.deep.equal([]);
      transport.write(Buffer.from('early'));
      await once(socket, 'connect');
      expect(protocol.told).to.deep.equal(['made']);
      transport.loseConnection();
      const [peer] = await accepted;
      server.close();
      expect(String(await readAll(peer))).to.equal('early');
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });

    it('refused: `closed` is told, the protocol, which was never connected, is not', async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const refused = port(server);
      await new Promise((resolve) => server.close(resolve));
      const protocol = new Recorder();
      const transport = new DuplexTransport(net.connect(refused, '127.0.0.1'), { protocol });
      const producer = new PushProducer(transport, numbered(1_000_000), 1000).start();
      const reason = await transport.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.have.property('code', 'ECONNREFUSED');
      expect(protocol.told).to.deep.equal([]);
      expect(producer.log).to.deep.equal(['pause', 'stop']);
    });

    it('aborted: never connects', async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const socket = net.connect(port(server), '127.0.0.1');
      const protocol = new Recorder();
      const transport = new DuplexTransport(socket, { protocol });
      transport.abortConnection();
      expect(await transport.closed).to.be.instanceOf(ConnectionAborted);
      if (!socket.closed) await once(socket, 'close').catch(() => {});
      await turn();
      expect(protocol.told).to.deep.equal([]);
      server.close();
    });

    it('and closed at once: connects, sends and closes', async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const accepted = once(server, 'connection') as Promise<[net.Socket]>;
      const protocol = new Recorder();
      const transport = new DuplexTransport(net.connect(port(server), '127.0.0.1'), { protocol });
      transport.write(Buffer.from('all'));
      transport.loseConnection();
      const [peer] = await accepted;
      server.close();
      expect(String(await readAll(peer))).to.equal('all');
      await transport.closed;
      expect(protocol.told).to.deep.equal(['made', 'ConnectionDone']);
    });
  });

  describe('bad input', () => {
    for (const [name, value] of [
      ['nothing', undefined],
      ['a readable', new Readable()],
      ['an object', {}],
    ] as const) {
      it(`is refused where a duplex is due: ${name}`, () => {
        expect(() => new DuplexTransport(value as never))
          .to.throw(TypeError, /duplex stream/)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      });
    }

    it('is refused as options, and the stream is left alone', () => {
      const stream = new PassThrough();
      for (const options of [null, 5, new Recorder(), { waitsForProducer: 'no' }]) {
        expect(() => new DuplexTransport(stream, options as never))
          .to.throw(TypeError, /"options/)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
      expect(() => new DuplexTransport(stream, new Recorder() as never)).to.throw('{ protocol }');
      expect(stream.listenerCount('error')).to.equal(0);
    });

    it('is refused as protocol, and the stream is left alone', () => {
      const stream = new PassThrough();
      for (const protocol of [{}, 'Echo', Recorder, { dataReceived() {} }]) {
        expect(() => new DuplexTransport(stream, { protocol: protocol as never }))
          .to.throw(TypeError, /a protocol/)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
      expect(stream.listenerCount('error')).to.equal(0);
    });
  });

  it('leaves no listener after the close but a guard on error', async () => {
    const { server, client } = await tcpPair();
    const events = ['error', 'close', 'drain', 'finish', 'data', 'end', 'connect', 'secure'];
    const before = events.map((name) => server.listenerCount(name));
    const transport = new DuplexTransport(server, { protocol: new Recorder() });
    for (let i = 0; i < 10_000; i++) {
      transport.pauseProducing();
      transport.resumeProducing();
    }
    transport.loseConnection();
    client.resume().end();
    await once(server, 'close');
    await turn();
    const left = events.map((name, i) => server.listenerCount(name) - before[i]!);
    // Node takes its own `end` listener off.
    expect(left).to.deep.equal([1, 0, 0, 0, 0, left[5], 0, 0]);
    expect(left[5]).to.be.at.most(0);
  });
});

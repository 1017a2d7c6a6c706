import { EventEmitter, once } from 'node:events';
import net from 'node:net';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  DuplexTransport,
  log,
  Protocol,
  type DuplexTransportOptions,
} from '../../../lib/index.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { port, readAll, tcpPair, tlsPair, unixPair, type Pair } from '../../support/sockets.js';

/** Records what it is told, in order; override what it does about it. */
class Recorder extends Protocol {
  readonly told: string[] = [];
  readonly received: Buffer[] = [];
  override connectionMade(): void {
    this.told.push('made');
  }
  override dataReceived(data: Buffer): void {
    if (this.told.at(-1) !== 'data') this.told.push('data');
    this.received.push(data);
  }
  override connectionLost(reason: Error): void {
    this.told.push(reason.name);
  }
  get text(): string {
    return Buffer.concat(this.received).toString();
  }
}

/** The same, and goes on with one half of its connection. */
class HalfCloseable extends Recorder {
  readConnectionLost(): void {
    this.told.push('read lost');
  }
  writeConnectionLost(): void {
    this.told.push('write lost');
  }
}

async function connected<P extends Recorder>(
  protocol: P,
  open: () => Promise<Pair> = tcpPair,
  options: DuplexTransportOptions = {},
): Promise<{ protocol: P; transport: DuplexTransport; socket: net.Socket; peer: net.Socket }> {
  const { server, client } = await open();
  const transport = new DuplexTransport(server, { ...options, protocol });
  return { protocol, transport, socket: server, peer: client };
}

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

      it('pauses and resumes what it delivers', async () => {
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

  describe('half close', () => {
    it('lets an IHalfCloseableProtocol go on writing when the other end hangs up', async () => {
      const { protocol, transport, peer } = await connected(new HalfCloseable(), () =>
        tcpPair({ allowHalfOpen: true }),
      );
      const received = readAll(peer);
      peer.end('question');
      while (!protocol.told.includes('read lost')) await turn();
      transport.write(Buffer.from('answer'));
      transport.loseConnection();
      expect(String(await received)).to.equal('answer');
      await transport.closed;
      expect(protocol.told).to.deep.equal(['made', 'data', 'read lost', 'ConnectionDone']);
    });

    it('does so on a socket whose server was told to allow no half-open ones', async () => {
      const server = net.createServer().listen(0, '127.0.0.1'); // allowHalfOpen: false
      await once(server, 'listening');
      const accepted = once(server, 'connection') as Promise<[net.Socket]>;
      const peer = net.connect({ port: port(server), host: '127.0.0.1', allowHalfOpen: true });
      const [socket] = await accepted;
      server.close();
      const protocol = new HalfCloseable();
      const transport = new DuplexTransport(socket, { protocol });
      const received = readAll(peer);
      peer.end('question');
      while (!protocol.told.includes('read lost')) await turn();
      await turn();
      transport.write(Buffer.from('answer'));
      transport.loseConnection();
      expect(String(await received)).to.equal('answer');
    });

    it('tells an IHalfCloseableProtocol when its own half has ended, and reads on', async () => {
      const { protocol, transport, peer } = await connected(new HalfCloseable());
      transport.write(Buffer.from('question'));
      transport.loseWriteConnection();
      expect(String(await readAll(peer))).to.equal('question');
      expect(protocol.told).to.deep.equal(['made', 'write lost']);
      peer.write('answer');
      while (protocol.text !== 'answer') await turn();
      transport.loseConnection();
      expect(transport.disconnected).to.equal(true);
      peer.end();
      expect(protocol.told).to.deep.equal(['made', 'write lost', 'data', 'ConnectionDone']);
    });

    it('is the end of the connection for any other protocol, and its producer is stopped', async () => {
      const { protocol, transport, peer } = await connected(new Recorder());
      const producer = new PushProducer(transport, numbered(50_000_000), 65_536).start();
      peer.end();
      await transport.closed;
      expect(protocol.told).to.deep.equal(['made', 'ConnectionDone']);
      expect(producer.log.at(-1)).to.equal('stop');
      peer.destroy();
    });

    it('is over, cleanly, when both halves are', async () => {
      const { protocol, transport, peer } = await connected(new HalfCloseable());
      transport.loseWriteConnection();
      await once(peer.resume(), 'end');
      peer.end();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      expect(protocol.told).to.deep.equal(['made', 'write lost', 'read lost', 'ConnectionDone']);
    });
  });

  describe('connecting', () => {
    it('counts as connected; what is written waits; makeConnection comes with connect', async () => {
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

  describe('a peer that resets the connection', () => {
    it('is ConnectionLost with the cause, and stops the producer once', async () => {
      const { protocol, transport, peer } = await connected(new Recorder());
      const producer = new PushProducer(transport, numbered(50_000_000), 65_536).start();
      await turn();
      peer.resetAndDestroy();
      const reason = await transport.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.have.property('code').that.is.oneOf(['ECONNRESET', 'EPIPE']);
      expect(protocol.told).to.deep.equal(['made', 'ConnectionLost']);
      expect(producer.log.filter((told) => told === 'stop')).to.have.length(1);
    });
  });

  describe('a protocol that throws', () => {
    const thrown = new Error('bug');
    let logged: unknown[];
    let restore: () => void;
    beforeEach(() => {
      logged = [];
      restore = log.addObserver(({ error }) => logged.push(error));
    });
    afterEach(() => restore());

    it('in connectionMade loses its connection with that as the reason', async () => {
      const protocol = new (class extends Recorder {
        override connectionMade(): void {
          throw thrown;
        }
      })();
      const { transport, peer } = await connected(protocol);
      expect(await transport.closed).to.equal(thrown);
      expect(protocol.told).to.deep.equal(['Error']);
      expect(logged).to.deep.equal([thrown]);
      if (!peer.readableEnded) await once(peer.resume(), 'end');
    });

    it('in dataReceived loses its connection, and its producer is stopped', async () => {
      const protocol = new (class extends Recorder {
        override dataReceived(): void {
          throw thrown;
        }
      })();
      const { transport, peer } = await connected(protocol);
      const producer = new PushProducer(transport, numbered(50_000_000), 65_536).start();
      peer.on('error', () => {}).write('x');
      expect(await transport.closed).to.equal(thrown);
      expect(protocol.told).to.deep.equal(['made', 'Error']);
      expect(producer.log.at(-1)).to.equal('stop');
      expect(logged).to.deep.equal([thrown]);
    });

    it('in readConnectionLost or writeConnectionLost loses its connection', async () => {
      class Thrower extends HalfCloseable {
        override readConnectionLost(): void {
          throw thrown;
        }
        override writeConnectionLost(): void {
          throw thrown;
        }
      }
      const one = await connected(new Thrower());
      one.peer.on('error', () => {}).end();
      expect(await one.transport.closed).to.equal(thrown);
      const other = await connected(new Thrower());
      other.peer.on('error', () => {}).resume();
      other.transport.loseWriteConnection();
      expect(await other.transport.closed).to.equal(thrown);
      expect(logged).to.deep.equal([thrown, thrown]);
    });

    it('in connectionLost is logged, and all is closed', async () => {
      const protocol = new (class extends Recorder {
        override connectionLost(): void {
          throw thrown;
        }
      })();
      const { transport, socket, peer } = await connected(protocol);
      peer.end();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      expect(logged).to.deep.equal([thrown]);
      if (!socket.closed) await once(socket, 'close');
    });
  });

  describe('input', () => {
    /** A transport that has ended its write half and is paused, on a stream that bears anything. */
    const pausedAndHalfClosed = async () => {
      const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
      const protocol = new HalfCloseable();
      const transport = new DuplexTransport(duplex, { protocol });
      await turn();
      transport.loseWriteConnection();
      await once(duplex, 'finish');
      transport.pauseProducing();
      return { duplex, protocol, transport };
    };

    it('stops with loseConnection, also from inside dataReceived', async () => {
      const protocol = new (class extends Recorder {
        override dataReceived(data: Buffer): void {
          super.dataReceived(data);
          this.transport.loseConnection();
        }
      })();
      const { transport, peer } = await connected(protocol);
      peer.write(Buffer.alloc(1_000_000));
      peer.on('error', () => {}).resume();
      await transport.closed;
      expect(protocol.told).to.deep.equal(['made', 'data', 'ConnectionDone']);
      expect(protocol.received).to.have.length(1);
      peer.end();
    });

    it('stops with abortConnection, also from inside dataReceived', async () => {
      const protocol = new (class extends Recorder {
        override dataReceived(data: Buffer): void {
          super.dataReceived(data);
          (this.transport as DuplexTransport).abortConnection();
        }
      })();
      const { transport, peer } = await connected(protocol);
      peer.on('error', () => {}).write(Buffer.alloc(1_000_000));
      await transport.closed;
      expect(protocol.received).to.have.length(1);
    });

    it('that comes although the stream was paused is heard before the close, and so is its end', async () => {
      const { duplex, protocol, transport } = await pausedAndHalfClosed();
      duplex.emit('data', Buffer.from('late'));
      duplex.push(null);
      duplex.resume(); // Other code does.
      await once(duplex, 'close');
      await turn();
      expect(protocol.told).to.deep.equal(['made', 'write lost']);
      transport.resumeProducing();
      await transport.closed;
      expect(protocol.text).to.equal('late');
      const told = ['made', 'write lost', 'data', 'read lost', 'ConnectionDone'];
      expect(protocol.told).to.deep.equal(told);
    });

    for (const Kind of [Recorder, HalfCloseable]) {
      it(`has no end for a ${Kind.name} that is paused, as in Twisted, until it is resumed`, async () => {
        const protocol = new (class extends Kind {
          override connectionMade(): void {
            super.connectionMade();
            this.transport.pauseProducing();
          }
        })();
        const { transport, socket, peer } = await connected(protocol);
        peer.on('error', () => {}).end();
        await once(socket, 'end');
        for (let count = 0; count < 5; count += 1) await turn();
        expect(protocol.told).to.deep.equal(['made']);
        transport.resumeProducing();
        await turn();
        expect(protocol.told[1]).to.equal(Kind === Recorder ? 'ConnectionDone' : 'read lost');
        transport.abortConnection();
        await transport.closed;
      });
    }

    it('that has ended is heard to have when the stream closes, paused or not', async () => {
      const { duplex, protocol, transport } = await pausedAndHalfClosed();
      duplex.push(null);
      duplex.resume(); // Other code does.
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      const told = ['made', 'write lost', 'read lost', 'ConnectionDone'];
      expect(protocol.told).to.deep.equal(told);
    });

    it('that comes although the stream was paused holds up no close that is asked for', async () => {
      const { duplex, protocol, transport } = await pausedAndHalfClosed();
      duplex.emit('data', Buffer.from('late'));
      duplex.push(null);
      duplex.resume();
      await once(duplex, 'close');
      transport.loseConnection();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      expect(protocol.text).to.equal('');
    });

    it('of a stream that gives it at once is heard, though it is paused and resumed before', async () => {
      const given = ['one', 'two'];
      const old = Object.assign(new EventEmitter(), {
        write: () => true,
        end() {},
        pause() {},
        resume() {
          for (const text of given.splice(0)) old.emit('data', Buffer.from(text));
        },
      });
      class Hasty extends Recorder {
        override connectionMade(): void {
          this.transport.pauseProducing();
          this.transport.resumeProducing();
        }
      }
      const protocol = new Hasty();
      new DuplexTransport(old, { protocol });
      await turn();
      expect(protocol.text).to.equal('onetwo');
    });

    it('that comes although the stream was paused is held, not lost', async () => {
      const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
      const protocol = new Recorder();
      const transport = new DuplexTransport(duplex, { protocol });
      await turn();
      transport.pauseProducing();
      duplex.emit('data', Buffer.from('one,'));
      duplex.emit('data', Buffer.from('two'));
      expect(protocol.received).to.deep.equal([]);
      transport.resumeProducing();
      expect(protocol.received, 'not from inside resumeProducing').to.deep.equal([]);
      await turn();
      expect(protocol.text).to.equal('one,two');
      transport.abortConnection();
    });

    it('is one chunk at most after a pause from inside dataReceived, and that is held', async () => {
      const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
      const protocol = new (class extends Recorder {
        override dataReceived(data: Buffer): void {
          super.dataReceived(data);
          this.transport.pauseProducing();
        }
      })();
      const transport = new DuplexTransport(duplex, { protocol });
      for (const text of ['one,', 'two,', 'three']) duplex.push(text);
      await turn();
      expect(protocol.text).to.equal('one,');
      expect(duplex.isPaused()).to.equal(true);
      expect(duplex.readableLength).to.equal('three'.length);
      for (const expected of ['one,two,', 'one,two,three']) {
        transport.resumeProducing();
        await turn();
        expect(protocol.text).to.equal(expected);
      }
      transport.abortConnection();
      await transport.closed;
    });

    it('is bytes again after setEncoding', async () => {
      const { protocol, transport, socket, peer } = await connected(new Recorder());
      socket.setEncoding('latin1');
      peer.end(Buffer.from([0, 127, 128, 255]));
      await transport.closed;
      expect([...Buffer.concat(protocol.received)]).to.deep.equal([0, 127, 128, 255]);
    });

    it('that is not bytes is an error with a code', async () => {
      const restore = log.addObserver(() => {});
      const duplex = new Duplex({ objectMode: true, read() {}, write() {} });
      const transport = new DuplexTransport(duplex, { protocol: new Recorder() });
      duplex.push({ not: 'bytes' });
      expect(await transport.closed).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
      restore();
    });

    it('is left alone where there is no protocol', async () => {
      const { server, client } = await tcpPair();
      const transport = new DuplexTransport(server);
      expect(server.listenerCount('data')).to.equal(0);
      expect(server.readableFlowing).to.equal(null);
      client.end('for other code');
      expect(String(await readAll(server))).to.equal('for other code');
      transport.loseConnection();
      client.resume();
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
    });

    it('is discarded after loseConnection if the socket is not read', async () => {
      const { server, client } = await tcpPair();
      const transport = new DuplexTransport(server);
      const data = numbered(3_000_000);
      client.write(Buffer.alloc(100_000));
      transport.write(data);
      transport.loseConnection();
      expect((await readAll(client)).equals(data)).to.equal(true);
      await transport.closed;
      client.end();
      if (!server.closed) await once(server, 'close');
    });
  });

  describe('addresses and options', () => {
    it('are those of the socket', async () => {
      const { transport, peer } = await connected(new Recorder());
      const { localPort, remotePort } = peer;
      const at = { type: 'TCP', family: 'IPv4', host: '127.0.0.1' };
      expect(transport.getPeer()).to.deep.equal({ ...at, port: localPort });
      expect(transport.getHost()).to.deep.equal({ ...at, port: remotePort });
      peer.end();
      await transport.closed;
      expect(transport.getPeer()).to.deep.equal({ ...at, port: localPort });
    });

    it('are known in connectionLost, although they were not asked for before', async () => {
      let lost: unknown;
      const protocol = new (class extends Recorder {
        override connectionLost(): void {
          lost = this.transport.getPeer();
        }
      })();
      const { transport, peer } = await connected(protocol);
      const { localPort } = peer;
      peer.end();
      await transport.closed;
      expect(lost).to.have.property('port', localPort);
    });

    it('are Unix and pipe addresses for what has no port', async () => {
      const { transport, peer } = await connected(new Recorder(), unixPair);
      expect(transport.getPeer()).to.deep.equal({ type: 'UNIX', name: null });
      peer.end();
      await transport.closed;
      expect(new DuplexTransport(new PassThrough()).getHost()).to.deep.equal({ type: 'PIPE' });
    });

    it('reach the socket', async () => {
      const { server, client } = await tcpPair();
      const told: unknown[] = [];
      server.setNoDelay = (enabled) => (told.push('no delay', enabled), server);
      server.setKeepAlive = (enabled) => (told.push('keep alive', enabled), server);
      const transport = new DuplexTransport(server, { protocol: new Recorder() });
      transport.setTcpNoDelay(true);
      transport.setTcpKeepAlive(true);
      expect(told).to.deep.equal(['no delay', true, 'keep alive', true]);
      client.end();
      await transport.closed;
    });

    it('remember what they were set to', async () => {
      const { transport, peer } = await connected(new Recorder());
      expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([
        false,
        false,
      ]);
      transport.setTcpNoDelay(true);
      transport.setTcpKeepAlive(true);
      expect([transport.getTcpNoDelay(), transport.getTcpKeepAlive()]).to.deep.equal([true, true]);
      expect(transport.logPrefix()).to.equal('Recorder');
      peer.end();
      await transport.closed;
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
    const events = ['error', 'close', 'drain', 'finish', 'data', 'end', 'connect'];
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
    expect(left).to.deep.equal([1, 0, 0, 0, 0, left[5], 0]);
    expect(left[5]).to.be.at.most(0);
  });
});

describe('two DuplexTransports that are each other’s producer', () => {
  async function forwarder() {
    const [left, right] = [await tcpPair(), await tcpPair()];
    const protocols = [new Recorder(), new Recorder()] as const;
    const [a, b] = [left.server, right.server].map(
      (socket, i) => new DuplexTransport(socket, { protocol: protocols[i] }),
    ) as [DuplexTransport, DuplexTransport];
    a.registerProducer(b, true);
    b.registerProducer(a, true);
    return { a, b, left: left.client.resume(), right: right.client.resume() };
  }

  it('both close, when both are told to', async () => {
    const { a, b, left, right } = await forwarder();
    a.loseConnection();
    await turn();
    b.loseConnection();
    left.end();
    right.end();
    const reasons = await Promise.all([a.closed, b.closed]);
    expect(reasons.map((reason) => reason.name)).to.deep.equal([
      'ConnectionDone',
      'ConnectionDone',
    ]);
  });

  it('the one that waits to close closes when the other is lost', async () => {
    const { a, b, left, right } = await forwarder();
    b.loseConnection();
    await turn();
    expect(b.disconnected).to.equal(false);
    left.resetAndDestroy();
    expect((await a.closed).name).to.equal('ConnectionLost');
    expect((await b.closed).name).to.equal('ConnectionDone');
    right.end();
  });
});

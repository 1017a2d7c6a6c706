import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionDone, ConnectionLost, DuplexTransport } from '../../../lib/index.js';
import { loggedErrors } from '../../support/logged.js';
import { memoryPair } from '../../support/memory-pair.js';
import { numbered, PushProducer } from '../../support/producers.js';
import { port, readAll, tcpPair } from '../../support/sockets.js';
import { Recorder, HalfCloseable, connected } from '../../support/recording-protocols.js';

describe('DuplexTransport', () => {
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

    it('does so on a socket of a server that allows no half-open sockets', async () => {
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

    it('tells of the end of a half once, though that is read, or asked for, again', async () => {
      for (const end of ['read', 'write'] as const) {
        const protocol = new HalfCloseable();
        const [stream, other] = memoryPair();
        other.on('error', () => {});
        const transport = new DuplexTransport(stream, { protocol });
        const again = () =>
          end === 'read' ? transport.resumeProducing() : transport.loseWriteConnection();
        if (end === 'read') other.end();
        else again();
        for (let count = 0; count < 3; count += 1) {
          await turn();
          again();
        }
        await turn();
        expect(protocol.told).to.deep.equal(['made', `${end} lost`]);
        transport.abortConnection();
      }
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

  describe('a close', () => {
    for (const reader of ['a protocol', 'nobody']) {
      it(`delivers all to a peer that reads only once it has sent all, to ${reader}`, async () => {
        const { server, client } = await tcpPair();
        const protocol = reader === 'nobody' ? undefined : new Recorder();
        const transport = new DuplexTransport(server, { protocol });
        const data = numbered(16_000_000);
        transport.write(data);
        transport.loseConnection();
        await new Promise((resolve) => client.write(Buffer.alloc(32_000_000), resolve));
        expect((await readAll(client)).equals(data)).to.equal(true);
        client.end();
        expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      });
    }

    it('leaves the input to the code that reads it, also while that is paused', async () => {
      const { server, client } = await tcpPair();
      const transport = new DuplexTransport(server);
      server.on('data', () => {});
      server.pause();
      server.removeAllListeners('data');
      client.end('for other code');
      transport.write(Buffer.from('goodbye'));
      transport.loseConnection();
      transport.loseConnection();
      expect(String(await readAll(client))).to.equal('goodbye');
      expect(await transport.closed).to.be.instanceOf(ConnectionDone);
      await turn();
      expect(String(await readAll(server.resume()))).to.equal('for other code');
    });
  });

  it('leaves a socket to its reader when it is told to close after it was lost', async () => {
    const { server, client } = await tcpPair();
    server.end(); // By other code, before.
    await once(server, 'finish');
    const transport = new DuplexTransport(server);
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
    transport.loseConnection();
    client.resume().end('for other code');
    await turn();
    await turn();
    expect(String(await readAll(server))).to.equal('for other code');
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

    it('is ConnectionLost also if ours closes it in that turn, and the other half had ended', async () => {
      const [stream, peer] = memoryPair();
      const protocol = new HalfCloseable();
      const transport = new DuplexTransport(stream, { protocol });
      peer.on('error', () => {}).end();
      while (!protocol.told.includes('read lost')) await turn();
      transport.loseConnection();
      const cause = new Error('reset');
      stream.destroy(cause);
      expect(await transport.closed).to.be.instanceOf(ConnectionLost);
      expect(await transport.closed).to.have.property('cause', cause);
    });

    it('is ConnectionLost also if ours closes it while the stream has yet to tell the error', async () => {
      let tell!: () => void;
      const stream = new Duplex({
        read() {},
        write() {},
        destroy: (error, callback) => (tell = () => callback(error)),
      });
      stream.push(null);
      const protocol = new HalfCloseable();
      const transport = new DuplexTransport(stream, { protocol });
      while (!protocol.told.includes('read lost')) await turn();
      const cause = new Error('reset');
      stream.destroy(cause);
      transport.loseConnection();
      await turn();
      tell();
      expect(await transport.closed).to.be.instanceOf(ConnectionLost);
      expect(await transport.closed).to.have.property('cause', cause);
    });
  });

  describe('a protocol that throws', () => {
    const thrown = new Error('bug');
    const logged = loggedErrors();

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

  it('a connection that waits to close closes when the other is lost', async () => {
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

import { EventEmitter, once } from 'node:events';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionDone, ConnectionLost, DuplexTransport } from '../../../lib/index.js';
import { loggedErrors } from '../../support/logged.js';
import { numbered } from '../../support/producers.js';
import { readAll, tcpPair } from '../../support/sockets.js';
import { Recorder, HalfCloseable, connected } from '../../support/recording-protocols.js';
import { until } from '../../support/until.js';

describe('DuplexTransport', () => {
  describe('input', () => {
    const logged = loggedErrors();

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

    it('stays stopped after abortConnection, although resumeProducing is called', async () => {
      const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
      const protocol = new Recorder();
      const transport = new DuplexTransport(duplex, { protocol });
      transport.abortConnection();
      transport.resumeProducing();
      duplex.push('late');
      await transport.closed;
      expect(protocol.told).to.deep.equal(['made', 'ConnectionAborted']);
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

    it('that comes although the stream was paused is buffered, not dropped', async () => {
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

    it('is one chunk at most after a pause from inside dataReceived, and that is buffered', async () => {
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

    it('that is not bytes loses the connection, for an error with a code', async () => {
      for (const encoding of [undefined, 'utf8'] as const) {
        const duplex = new Duplex({ objectMode: true, read() {}, write() {} });
        if (encoding !== undefined) duplex.setEncoding(encoding);
        const protocol = new Recorder();
        const transport = new DuplexTransport(duplex, { protocol });
        const bad = encoding === undefined ? { not: 'bytes' } : Buffer.from([0xff]);
        for (const chunk of [Buffer.from('good'), bad, Buffer.from('more')]) duplex.push(chunk);
        const reason = await transport.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
        expect(protocol.text).to.equal('good');
        expect(duplex.destroyed).to.equal(true);
      }
      expect(logged).to.deep.equal([]);
    });

    it('that a paused transport has not delivered is dropped if the other end resets', async () => {
      const { server, client } = await tcpPair();
      const protocol = new (class extends Recorder {
        override dataReceived(data: Buffer): void {
          super.dataReceived(data);
          (this.transport as DuplexTransport).pauseProducing();
        }
      })();
      const transport = new DuplexTransport(server, { protocol });
      client.write('given');
      await until(() => protocol.text === 'given');
      client.write('unread');
      await until(() => server.bytesRead === 11);
      client.resetAndDestroy();
      expect(await transport.closed).to.be.instanceOf(ConnectionLost);
      expect(protocol.text).to.equal('given');
    });

    it('is not read where there is no protocol', async () => {
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
});

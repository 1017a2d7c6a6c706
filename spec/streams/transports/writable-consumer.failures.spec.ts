import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { Duplex, PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { ConnectionAborted, ConnectionLost, WritableConsumer } from '../../../lib/index.js';
import { http2Exchange } from '../../support/http2-exchange.js';
import { loggedErrors } from '../../support/logged.js';
import { readableStreams } from '../../support/older-libraries.js';
import { recorder } from '../../support/recording-producer.js';
import { port } from '../../support/sockets.js';
import { Gate } from '../../support/gate.js';
import { nextTick } from '../../support/turns.js';

describe('WritableConsumer', () => {
  describe('failures', () => {
    const logged = loggedErrors();

    for (const [name, make] of [
      ['node:stream', () => new Gate()],
      ['node:stream, no autoDestroy', () => new Gate({ autoDestroy: false })],
      ['readable-stream', () => new rs.Writable({ write() {} })],
      [
        'streamx',
        () => new streamx.Writable({ write: (_chunk, done) => setImmediate(done, null) }),
      ],
    ] as const) {
      it(`are ConnectionLost with the cause when the stream is destroyed: ${name}`, async () => {
        const stream = make();
        const consumer = new WritableConsumer(stream);
        const producer = recorder();
        consumer.registerProducer(producer, true);
        consumer.write(Buffer.alloc(100_000));
        await turn();
        const cause = new Error('pulled the plug');
        stream.destroy(cause);
        const reason = await consumer.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.equal(cause);
        expect(producer.told).to.deep.equal(['pause', 'stop']);
      });

      it(`are ConnectionLost when the stream is destroyed without an error: ${name}`, async () => {
        const stream = make();
        const consumer = new WritableConsumer(stream);
        consumer.write(Buffer.from('x'));
        stream.destroy();
        const reason = await consumer.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      });
    }

    for (const [name, { Writable }] of Object.entries(readableStreams).slice(1)) {
      it(`are ConnectionLost with the cause when the last step of a stream of ${name} fails`, async () => {
        const cause = new Error('not closed');
        const final = (done: (error: Error) => void) => void setImmediate(done, cause);
        const consumer = new WritableConsumer(
          new Writable({ autoDestroy: true, write: (_chunk, _encoding, done) => done(), final }),
        );
        consumer.write(Buffer.from('x'));
        consumer.loseConnection();
        const reason = await consumer.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.equal(cause);
      });
    }

    describe('after all that was written has left the stream', () => {
      const cause = new Error('not flushed');
      const options = {
        write: (_chunk: unknown, _encoding: string, done: () => void) => done(),
        destroy: (_error: unknown, done: (error: Error) => void) => void setImmediate(done, cause),
      };
      const closing = async (stream: Writable): Promise<unknown[]> => {
        const consumer = new WritableConsumer(stream);
        consumer.write(Buffer.from('x'));
        consumer.loseConnection();
        expect((await consumer.closed).name).to.equal('ConnectionDone');
        for (let turns = 0; turns < 4; turns += 1) await turn();
        return logged;
      };

      it('are logged', async () => {
        expect(await closing(new Writable(options))).to.deep.equal([cause]);
      });

      it('are not logged if other code listens for them, or reads the stream too', async () => {
        expect(await closing(new Writable(options).on('error', () => {}))).to.deep.equal([]);
        const duplex = new Duplex({ ...options, read() {} });
        duplex.resume().push(null);
        expect(await closing(duplex)).to.deep.equal([]);
      });
    });

    it('are ConnectionLost when a write fails', async () => {
      const cause = new Error('disk full');
      const stream = new Writable({ write: (_chunk, _encoding, done) => done(cause) });
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.from('x'));
      consumer.loseConnection();
      expect((await consumer.closed).cause).to.equal(cause);
    });

    it('are ConnectionLost when a write fails and the stream doesn’t destroy itself', async () => {
      const cause = new Error('disk full');
      const stream = new Writable({
        autoDestroy: false,
        write: (_chunk, _encoding, done) => done(cause),
      });
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.from('x'));
      expect((await consumer.closed).cause).to.equal(cause);
      expect(stream.destroyed).to.equal(true);
    });

    it('are the errors that the stream’s own write throws', async () => {
      const thrown = new Error('no such method');
      const stream = new Writable({
        write() {
          throw thrown;
        },
      });
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.from('x'));
      const reason = await consumer.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.equal(thrown);
      expect(stream.destroyed).to.equal(true);
    });

    it('are ConnectionLost when other code ends the stream', async () => {
      const stream = new PassThrough();
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      stream.end('not ours');
      const reason = await consumer.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(producer.told).to.deep.equal(['stop']);
    });

    it('lose no byte that other code wrote, when we write after its end', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      stream.write('theirs');
      stream.end();
      consumer.write(Buffer.from('late'));
      await turn();
      expect(stream.errored).to.not.have.property('code', 'ERR_STREAM_WRITE_AFTER_END');
      expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
    });

    it('are there from the start, where the stream is destroyed already', async () => {
      const stream = new PassThrough();
      const cause = new Error('dead');
      stream.on('error', () => {}).destroy(cause);
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.write(Buffer.from('ignored'));
      expect(consumer).to.include({ connected: false, disconnected: true });
      expect(producer.told).to.deep.equal(['stop']);
      expect((await consumer.closed).cause).to.equal(cause);
    });

    it('of pauseProducing reach the caller of write, and the bytes are sent', async () => {
      const stream = new Gate({ highWaterMark: 1 });
      const consumer = new WritableConsumer(stream);
      const thrown = new Error('cannot pause');
      consumer.registerProducer(
        {
          ...recorder(),
          pauseProducing() {
            throw thrown;
          },
        },
        true,
      );
      expect(() => consumer.write(Buffer.from('x'))).to.throw(thrown);
      await nextTick();
      expect(stream.chunks.map(String)).to.deep.equal(['x']);
    });

    it('of resumeProducing take the connection down, stop the producer and are logged', async () => {
      const stream = new Gate({ highWaterMark: 1 });
      const consumer = new WritableConsumer(stream);
      const thrown = new Error('cannot resume');
      const producer = recorder();
      consumer.registerProducer(
        {
          ...producer,
          resumeProducing() {
            throw thrown;
          },
        },
        true,
      );
      consumer.write(Buffer.from('x'));
      await nextTick();
      stream.open();
      expect(await consumer.closed).to.equal(thrown);
      expect(producer.told).to.deep.equal(['pause', 'stop']);
      expect(logged).to.deep.equal([thrown]);
      expect(stream.errored).to.equal(thrown);
    });

    it('of stopProducing are logged, and the connection is lost all the same', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      const thrown = new Error('cannot stop');
      consumer.registerProducer(
        {
          ...recorder(),
          stopProducing() {
            throw thrown;
          },
        },
        true,
      );
      consumer.abortConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionAborted);
      expect(stream.destroyed).to.equal(true);
      expect(logged).to.deep.equal([thrown]);
    });

    it('are ConnectionLost when a client goes away in the middle of a response', async () => {
      const server = http.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const request = http.get({ port: port(server), host: '127.0.0.1' }).on('error', () => {});
      const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse];
      const consumer = new WritableConsumer(response);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.write(Buffer.from('some'));
      await once(request, 'response');
      request.destroy();
      expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      expect(producer.told).to.deep.equal(['stop']);
      server.close();
    });

    for (const highWaterMark of [16_384, 100]) {
      it(`ask for nothing more once a write has failed at once (of ${highWaterMark} bytes)`, async () => {
        // As a socket does whose other end is gone.
        const stream = new Writable({
          write: (_chunk, _encoding, done) => done(new Error('gone')),
          writev: (_chunks, done) => done(new Error('gone')),
        });
        const consumer = new WritableConsumer(stream, { highWaterMark });
        const producer = recorder();
        consumer.registerProducer(producer, true);
        consumer.write(Buffer.alloc(10_000));
        consumer.write(Buffer.alloc(10_000));
        expect((await consumer.closed).cause).to.have.property('message', 'gone');
        expect(producer.told).to.deep.equal(['pause', 'stop']);
      });
    }

    it('are ConnectionLost when an HTTP/2 stream is cancelled, although it says finish', async () => {
      const { request, accepted: stream, dispose } = await http2Exchange('GET');
      stream.respond();
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.alloc(1_000_000));
      await once(request, 'response');
      consumer.loseConnection();
      request.close(http2.constants.NGHTTP2_CANCEL);
      expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      dispose();
    });
  });
});

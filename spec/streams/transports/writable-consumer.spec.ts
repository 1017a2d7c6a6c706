import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  WritableConsumer,
  type LogEvent,
  log,
} from '../../../lib/index.js';
import { PullProducer, PushProducer, numbered } from '../../support/producers.js';
import { port, tcpPair } from '../../support/sockets.js';

/** A writable that completes a write when told to, and records its chunks. */
class Gate extends Writable {
  readonly chunks: Buffer[] = [];
  private waiting: (() => void)[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    this.waiting.push(done);
  }

  override _writev(items: { chunk: Buffer }[], done: () => void): void {
    this.chunks.push(...items.map(({ chunk }) => chunk));
    this.waiting.push(done);
  }

  /** Completes what is waiting, until nothing is. */
  open(): void {
    for (let done = this.waiting.shift(); done; done = this.waiting.shift()) done();
  }
}

/** A push producer that only records. */
function recorder() {
  const told: string[] = [];
  return {
    told,
    pauseProducing: () => void told.push('pause'),
    resumeProducing: () => void told.push('resume'),
    stopProducing: () => void told.push('stop'),
  };
}

/** Collects what reaches the log until `restore`. */
function captureLog(): { events: LogEvent[]; restore: () => void } {
  const events: LogEvent[] = [];
  return { events, restore: log.addObserver((event) => events.push(event)) };
}

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));

describe('WritableConsumer', () => {
  describe('flow', () => {
    it('pauses a push producer when the buffer reaches highWaterMark, not before', () => {
      const consumer = new WritableConsumer(new Gate({ highWaterMark: 10 }));
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.write(Buffer.alloc(9));
      expect(producer.told).to.deep.equal([]);
      consumer.write(Buffer.alloc(1));
      expect(producer.told).to.deep.equal(['pause']);
    });

    it('counts what the stream holds', async () => {
      const stream = new Gate({ highWaterMark: 10 });
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.write(Buffer.alloc(8));
      await nextTick();
      expect(stream.writableLength).to.equal(8);
      consumer.registerProducer(producer, true);
      consumer.write(Buffer.alloc(2));
      expect(producer.told).to.deep.equal(['pause']);
    });

    it('resumes it on drain, once, its own state already right', async () => {
      const stream = new Gate({ highWaterMark: 10 });
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      const states: boolean[] = [];
      producer.resumeProducing = () => void states.push(consumer.producerPaused);
      consumer.write(Buffer.alloc(10));
      await turn();
      expect(states).to.deep.equal([]);
      stream.open();
      await turn();
      expect(states).to.deep.equal([false]);
      consumer.write(Buffer.alloc(1));
      await turn();
      stream.open();
      await turn();
      expect(states).to.deep.equal([false]);
    });

    it('pauses once for each time that the buffer fills, for producers that count', async () => {
      const stream = new Gate({ highWaterMark: 1 });
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      for (let filled = 0; filled < 2; filled++) {
        consumer.write(Buffer.alloc(1));
        consumer.write(Buffer.alloc(1));
        consumer.writeSequence([Buffer.alloc(1)]);
        await turn();
        consumer.write(Buffer.alloc(1));
        while (consumer.producerPaused) {
          stream.open();
          await turn();
        }
      }
      expect(producer.told).to.deep.equal(['pause', 'resume', 'pause', 'resume']);
    });

    it('forgets no producer that overfills the buffer from inside resumeProducing', async () => {
      const stream = new Gate({ highWaterMark: 10 });
      const consumer = new WritableConsumer(stream);
      const producer = new PushProducer(consumer, numbered(1000), 16).start();
      consumer.loseConnection();
      while (!consumer.disconnected) {
        stream.open();
        await turn();
      }
      expect(Buffer.concat(stream.chunks).equals(numbered(1000))).to.equal(true);
      expect(producer.log.filter((told) => told === 'pause').length).to.equal(
        producer.log.filter((told) => told === 'resume').length,
      );
    });

    it("takes a highWaterMark below the stream's own at its word", async () => {
      const stream = new Gate({ highWaterMark: 16384 });
      const consumer = new WritableConsumer(stream, { highWaterMark: 100 });
      const producer = new PushProducer(consumer, numbered(1000), 30).start();
      consumer.loseConnection();
      let peak = 0;
      while (!consumer.disconnected) {
        peak = Math.max(peak, consumer.writableLength);
        stream.open();
        await turn();
      }
      expect(peak).to.be.within(100, 130);
      expect(producer.log).to.include('pause');
      expect(Buffer.concat(stream.chunks).equals(numbered(1000))).to.equal(true);
    });

    it("holds back itself where highWaterMark is above the stream's own", async () => {
      const stream = new Gate({ highWaterMark: 10 });
      const consumer = new WritableConsumer(stream, { highWaterMark: 1000 });
      const producer = recorder();
      consumer.registerProducer(producer, true);
      for (let i = 0; i < 99; i++) {
        consumer.write(Buffer.alloc(10));
        await nextTick();
      }
      expect(producer.told).to.deep.equal([]);
      consumer.write(Buffer.alloc(10));
      expect(producer.told).to.deep.equal(['pause']);
      expect(stream.writableLength).to.equal(10);
    });

    it('asks a pull producer again only once something was written', async () => {
      const consumer = new WritableConsumer(new Gate());
      let asked = 0;
      consumer.write(Buffer.from('written before it was registered'));
      consumer.registerProducer({ resumeProducing: () => asked++, stopProducing() {} }, false);
      await turn();
      consumer.startWriting();
      await turn();
      expect(asked).to.equal(1);
      consumer.write(Buffer.from('its answer'));
      await turn();
      expect(asked).to.equal(2);
    });

    for (const close of ['loseConnection', 'loseWriteConnection'] as const) {
      it(`asks a pull producer that has yet to answer no second time for ${close}`, async () => {
        const stream = new PassThrough().resume();
        const consumer = new WritableConsumer(stream);
        let asked = 0;
        consumer.registerProducer({ resumeProducing: () => asked++, stopProducing() {} }, false);
        consumer.write(Buffer.from('its first answer'));
        await turn();
        expect(asked).to.equal(2);
        consumer[close]();
        consumer.startWriting();
        await turn();
        expect(asked, 'it still owes its second answer').to.equal(2);
        consumer.write(Buffer.from('its second answer'));
        await turn();
        expect(asked).to.equal(3);
        consumer.startWriting();
        await turn();
        expect(asked, 'it still owes its third answer').to.equal(3);
        consumer.unregisterProducer();
        await once(stream, 'finish');
      });
    }

    it('asks a pull producer that answers from inside a stream that is written to at once', async () => {
      const chunks: Buffer[] = [];
      const stream = new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk);
          done();
        },
      });
      const consumer = new WritableConsumer(stream);
      new PullProducer(consumer, numbered(200_000), 1).start();
      let timers = 0;
      const interval = setInterval(() => timers++, 0);
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      clearInterval(interval);
      expect(Buffer.concat(chunks).equals(numbered(200_000))).to.equal(true);
      expect(timers, 'timers that ran meanwhile').to.be.greaterThan(2);
    });

    for (const [name, make] of [
      ['node:stream', () => new Writable({ write: (_chunk, _encoding, done) => done() })],
      ['readable-stream', () => new rs.Writable({ write: (_chunk, _encoding, done) => done() })],
      ['node:stream PassThrough', () => new PassThrough().resume()],
      ['streamx', () => new streamx.Writable({ write: (_chunk, done) => done(null) })],
    ] as const) {
      it(`lets timers run while a producer never ends, on ${name}`, async () => {
        const consumer = new WritableConsumer(make());
        const piece = Buffer.alloc(10);
        let ticks = 0;
        consumer.registerProducer(
          { resumeProducing: () => consumer.write(piece), stopProducing() {} },
          false,
        );
        await new Promise<void>((resolve) => {
          const interval = setInterval(() => {
            if (++ticks < 3) return;
            clearInterval(interval);
            resolve();
          }, 1);
        });
        consumer.abortConnection();
        expect(await consumer.closed).to.be.instanceOf(ConnectionAborted);
      });
    }
  });

  describe('what reaches the stream', () => {
    it('is one chunk for all small writes of one turn', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      for (let i = 0; i < 1000; i++) consumer.write(Buffer.from(`${i},`));
      consumer.writeSequence([Buffer.from('a'), Buffer.from(''), new Uint8Array([98])]);
      await nextTick();
      const expected = [...Array(1000).keys(), 'ab'].join();
      expect(stream.chunks.map(String)).to.deep.equal([expected]);
    });

    it('is one chunk each for consumers that are written to in turns', async () => {
      const streams = [new Gate(), new Gate(), new Gate()];
      const consumers = streams.map((stream) => new WritableConsumer(stream));
      for (let i = 0; i < 3000; i++) {
        consumers.forEach((consumer, n) => consumer.write(Buffer.from(`${n}:${i} `)));
      }
      await nextTick();
      streams.forEach((stream, n) => {
        const expected = [...Array(3000).keys()].map((i) => `${n}:${i} `).join('');
        expect(stream.chunks.map(String)).to.deep.equal([expected]);
      });
    });

    it('is a large write itself, uncopied and in order', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      const large = Buffer.alloc(65536, 'x');
      consumer.write(Buffer.from('before'));
      consumer.write(large);
      consumer.write(Buffer.from('after'));
      await nextTick();
      stream.open();
      expect(stream.chunks[1]).to.equal(large);
      expect(stream.chunks.map((chunk) => chunk.length)).to.deep.equal([6, 65536, 5]);
    });

    it('is what a small write was, although its memory is used again at once', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      const memory = Buffer.alloc(2);
      for (const text of ['ab', 'cd', 'ef']) {
        memory.write(text);
        consumer.write(memory);
      }
      memory.fill('?');
      await nextTick();
      expect(stream.chunks.map(String)).to.deep.equal(['abcdef']);
    });

    it('is memory that is never used again', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      for (let i = 0; i < 5000; i++) {
        consumer.write(Buffer.from(String(i % 10).repeat(50)));
        await nextTick();
        stream.open();
      }
      stream.chunks.forEach((chunk, i) => {
        expect(chunk.toString()).to.equal(String(i % 10).repeat(50));
      });
    });

    it('is each write by itself, where the stream takes objects', async () => {
      const stream = new Gate({ objectMode: true });
      const consumer = new WritableConsumer(stream);
      for (const text of ['one', 'two', 'three']) consumer.write(Buffer.from(text));
      await nextTick();
      stream.open();
      expect(stream.chunks.map(String)).to.deep.equal(['one', 'two', 'three']);
    });

    it('leaves in the turn in which it was written', async () => {
      const stream = new Gate();
      new WritableConsumer(stream).write(Buffer.from('lone'));
      await nextTick();
      expect(stream.chunks.map(String)).to.deep.equal(['lone']);
    });
  });

  describe('closing', () => {
    it('waits for the producer, paused or not, and for every byte', async () => {
      const stream = new Gate({ highWaterMark: 10 });
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.loseConnection();
      await turn();
      expect(stream.writableEnded).to.equal(false);
      consumer.write(Buffer.alloc(10));
      await turn();
      consumer.unregisterProducer();
      await turn();
      expect(consumer.disconnected).to.equal(false);
      stream.open();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(producer.told).to.deep.equal(['pause']);
    });

    it('sends what is written after loseConnection, until the close', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      consumer.loseConnection();
      consumer.write(Buffer.from('late'));
      await turn();
      consumer.write(Buffer.from('too late'));
      stream.open();
      await consumer.closed;
      expect(stream.chunks.map(String)).to.deep.equal(['late']);
    });

    it('only stops a producer that comes while the end is on its way', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.from('x'));
      await nextTick();
      consumer.loseConnection();
      await turn();
      expect(stream.writableEnded).to.equal(true);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      expect(producer.told).to.deep.equal(['stop']);
      expect(consumer.producer).to.equal(null);
      stream.open();
      await consumer.closed;
    });

    it('doesn’t wait for an unpaused push producer where waitsForProducer is false', async () => {
      const consumer = new WritableConsumer(new PassThrough(), { waitsForProducer: false });
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.loseConnection();
      await consumer.closed;
      expect(producer.told).to.deep.equal(['stop']);
    });

    it('doesn’t wait for a producer that is a lost transport', async () => {
      const consumer = new WritableConsumer(new PassThrough());
      const producer = { ...recorder(), loseConnection() {}, disconnected: true };
      consumer.registerProducer(producer, true);
      consumer.loseConnection();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    });

    it('ends the write half only, on loseWriteConnection, when the producer is done', async () => {
      const { server, client } = await tcpPair();
      const consumer = new WritableConsumer(server);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.loseWriteConnection();
      consumer.write(Buffer.from('all'));
      await turn();
      expect(server.writableEnded).to.equal(false);
      consumer.unregisterProducer();
      client.resume();
      await once(client, 'end');
      expect(consumer.connected).to.equal(true);
      consumer.write(Buffer.from('nothing'));
      client.end('answer');
      server.resume();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(client.bytesRead).to.equal(3);
    });

    it('waits for what a half close still has to deliver', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.from('x'));
      consumer.loseWriteConnection();
      await turn();
      consumer.loseConnection();
      await turn();
      expect(consumer.disconnected).to.equal(false);
      stream.open();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    });

    it('closes at once, and stops the producer, after a completed half close', async () => {
      const consumer = new WritableConsumer(new PassThrough({ autoDestroy: false }));
      consumer.loseWriteConnection();
      await turn();
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.loseConnection();
      expect(consumer.disconnected).to.equal(true);
      expect(producer.told).to.deep.equal(['stop']);
    });

    it('resolves `closed` also for a late reader of it', async () => {
      const consumer = new WritableConsumer(new PassThrough());
      consumer.loseConnection();
      await turn();
      expect(consumer.disconnected).to.equal(true);
      expect(await consumer.closed).to.equal(await consumer.closed);
    });
  });

  describe('aborting', () => {
    it('drops what is buffered, destroys the stream and stops the producer, once', async () => {
      const stream = new Gate({ highWaterMark: 10 });
      const consumer = new WritableConsumer(stream);
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.write(Buffer.alloc(10));
      consumer.abortConnection();
      consumer.abortConnection();
      const reason = await consumer.closed;
      expect(reason).to.be.instanceOf(ConnectionAborted);
      expect(stream.destroyed).to.equal(true);
      expect(stream.errored).to.equal(reason);
      expect(stream.chunks).to.deep.equal([]);
      expect(producer.told).to.deep.equal(['pause', 'stop']);
    });

    it('hands the stream nothing more, also from inside a write of the stream', async () => {
      const seen: string[] = [];
      const stream = new Writable({
        write(chunk: Buffer, _encoding, done) {
          seen.push(String(chunk[0]));
          consumer.abortConnection();
          done();
        },
        final(done) {
          seen.push('end');
          done();
        },
      });
      const consumer = new WritableConsumer(stream);
      for (const byte of [1, 2]) consumer.write(Buffer.alloc(8192, byte));
      consumer.loseConnection();
      expect((await consumer.closed).name).to.equal('ConnectionAborted');
      expect(seen).to.deep.equal(['1']);
    });

    it('asks a pull producer no more, also from inside a write of the stream', async () => {
      const stream = new Writable({
        write(_chunk, _encoding, done) {
          consumer.abortConnection();
          done();
        },
      });
      const consumer = new WritableConsumer(stream);
      let asked = 0;
      const producer = {
        resumeProducing() {
          asked += 1;
          consumer.write(Buffer.from('x'));
        },
        stopProducing() {},
      };
      consumer.registerProducer(producer, false);
      await consumer.closed;
      expect(asked).to.equal(1);
    });

    it('doesn’t call back from inside abortConnection', () => {
      const consumer = new WritableConsumer(new Gate());
      const producer = recorder();
      consumer.registerProducer(producer, true);
      consumer.abortConnection();
      expect(producer.told).to.deep.equal([]);
    });
  });

  describe('failures', () => {
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

    it('are what the stream’s own write throws', async () => {
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
      const { events, restore } = captureLog();
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
      restore();
      expect(producer.told).to.deep.equal(['pause', 'stop']);
      expect(events.map(({ error }) => error)).to.deep.equal([thrown]);
      expect(stream.errored).to.equal(thrown);
    });

    it('of stopProducing are logged, and the connection is lost all the same', async () => {
      const { events, restore } = captureLog();
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
      restore();
      expect(stream.destroyed).to.equal(true);
      expect(events.map(({ error }) => error)).to.deep.equal([thrown]);
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

    it('are ConnectionLost when an HTTP/2 stream is cancelled, although it says finish', async () => {
      const server = http2.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const session = http2.connect(`http://127.0.0.1:${port(server)}`);
      const request = session.request({ ':path': '/' });
      const [stream] = (await once(server, 'stream')) as [http2.ServerHttp2Stream];
      stream.respond();
      const consumer = new WritableConsumer(stream);
      consumer.write(Buffer.alloc(1_000_000));
      await once(request, 'response');
      consumer.loseConnection();
      request.close(http2.constants.NGHTTP2_CANCEL);
      expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      session.destroy();
      server.close();
    });
  });

  describe('bad input', () => {
    for (const [name, value] of [
      ['nothing', undefined],
      ['a string', 'file.txt'],
      ['a readable', new Readable()],
      ['an object', {}],
    ] as const) {
      it(`is refused where a stream is due: ${name}`, () => {
        expect(() => new WritableConsumer(value as never))
          .to.throw(TypeError, /writable stream/)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      });
    }

    it('is refused as streaming, which must be given', () => {
      const consumer = new WritableConsumer(new PassThrough());
      const producer = recorder();
      expect(() => consumer.registerProducer(producer, undefined as never))
        .to.throw(TypeError, /"streaming"/)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(consumer.producer).to.equal(null);
      expect(producer.told).to.deep.equal([]);
    });

    it('is refused as options', () => {
      for (const options of [null, 5, { highWaterMark: '10' }, { waitsForProducer: 1 }]) {
        expect(() => new WritableConsumer(new PassThrough(), options as never))
          .to.throw(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      }
    });

    for (const highWaterMark of [-1, NaN, 1.5, Infinity]) {
      it(`is refused as highWaterMark: ${String(highWaterMark)}`, () => {
        const stream = new PassThrough();
        expect(() => new WritableConsumer(stream, { highWaterMark })).to.throw(RangeError, /whole/);
        expect(stream.listenerCount('error')).to.equal(0);
      });
    }

    it('is refused as data, connected or not', async () => {
      const consumer = new WritableConsumer(new PassThrough());
      const refuse = () => {
        for (const data of ['text', 1, null, undefined, {}, new ArrayBuffer(1), [1]]) {
          expect(() => consumer.write(data as never)).to.throw(TypeError, /must be bytes/);
          expect(() => consumer.writeSequence([Buffer.from('x'), data as never])).to.throw(
            TypeError,
          );
        }
      };
      refuse();
      expect(consumer.writableLength).to.equal(0);
      consumer.abortConnection();
      await consumer.closed;
      refuse();
    });
  });

  describe('listeners', () => {
    const events = ['error', 'close', 'drain', 'finish', 'data', 'end'];
    const counts = (stream: PassThrough | Gate) => events.map((name) => stream.listenerCount(name));

    it('are one set for a stream, however often it pauses', async () => {
      const stream = new Gate({ highWaterMark: 1 });
      const before = counts(stream);
      const consumer = new WritableConsumer(stream);
      const wrapped = counts(stream);
      expect(wrapped.map((count, i) => count - before[i]!)).to.deep.equal([1, 1, 1, 1, 0, 0]);
      const producer = new PushProducer(consumer, numbered(10_000), 1).start();
      while (!producer.done) {
        stream.open();
        await turn();
        expect(counts(stream)).to.deep.equal(wrapped);
      }
      expect(producer.log.length).to.be.greaterThan(10_000);
    });

    it('are gone after the close, but for a guard on error', async () => {
      const stream = new Gate();
      const before = counts(stream);
      const consumer = new WritableConsumer(stream);
      consumer.loseConnection();
      await consumer.closed;
      expect(counts(stream).map((count, i) => count - before[i]!)).to.deep.equal([
        1, 0, 0, 0, 0, 0,
      ]);
    });
  });
});

describe('A stream of the oldest kind that can only be written to', () => {
  for (const event of ['end', 'close', 'finish']) {
    for (const later of [true, false]) {
      it(`is closed when it says ${event} ${later ? 'after' : 'from inside'} its end, and goes on calling itself writable`, async () => {
        const written: string[] = [];
        const stream = Object.assign(new EventEmitter(), {
          writable: true,
          write: (data: Buffer) => written.push(String(data)) > 0,
          end: () => {
            if (later) setImmediate(() => stream.emit(event));
            else stream.emit(event);
          },
        });
        const consumer = new WritableConsumer(stream);
        consumer.write(Buffer.from('all'));
        consumer.loseConnection();
        expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
        expect(written).to.deep.equal(['all']);
      });
    }
  }
});

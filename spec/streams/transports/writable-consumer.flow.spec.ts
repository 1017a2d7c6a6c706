import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { ConnectionAborted, ConnectionDone, WritableConsumer } from '../../../lib/index.js';
import { PullProducer, PushProducer, numbered } from '../../support/producers.js';
import { recorder } from '../../support/recording-producer.js';
import { Gate } from '../../support/gate.js';
import { nextTick } from '../../support/turns.js';

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

    it('counts the bytes that the stream has buffered', async () => {
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

    it("buffers bytes itself where highWaterMark is above the stream's own", async () => {
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

    it('asks a pull producer again only after it has written', async () => {
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
    }).timeout(20_000); // On a machine with much else to do, longer than a mutation run allows.

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
});

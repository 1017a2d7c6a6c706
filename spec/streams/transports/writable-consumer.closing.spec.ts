import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionAborted, ConnectionDone, WritableConsumer } from '../../../lib/index.js';
import { recorder } from '../../support/recording-producer.js';
import { tcpPair } from '../../support/sockets.js';
import { Gate } from '../../support/gate.js';
import { nextTick } from '../../support/turns.js';

describe('WritableConsumer', () => {
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

    it('sends the bytes that are written after loseConnection, until the close', async () => {
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

    for (const [when, lose] of [
      ['loseConnection', (consumer) => consumer.loseConnection()],
      ['loseWriteConnection', (consumer) => consumer.loseWriteConnection()],
      [
        'the loseConnection of a producer that it does not wait for',
        (consumer) => {
          consumer.registerProducer(recorder(), true);
          consumer.loseConnection();
        },
      ],
    ] as [string, (consumer: WritableConsumer) => void][]) {
      it(`sends what code writes that awaits settled promises at ${when}, as a fired Deferred’s callbacks do`, async () => {
        const stream = new Gate();
        const consumer = new WritableConsumer(stream, { waitsForProducer: false });
        const answer = async (question: string): Promise<void> => {
          for (let i = 0; i < 20; i++) await Promise.resolve();
          consumer.write(Buffer.from(question));
        };
        const answered = answer('first, ');
        lose(consumer);
        await Promise.all([answered, answer('second')]);
        await turn();
        stream.open();
        await finished(stream);
        expect(Buffer.concat(stream.chunks).toString()).to.equal('first, second');
      });
    }

    for (const [kind, streaming, asked] of [
      ['resumes a paused producer', true, ['pause', 'resume']],
      ['asks a pull producer', false, ['resume', 'resume']],
    ] as const) {
      it(`${kind} at the drain itself, although it is to close`, async () => {
        const stream = new Gate({ highWaterMark: 10 });
        const consumer = new WritableConsumer(stream);
        const producer = recorder();
        consumer.registerProducer(producer, streaming);
        consumer.write(Buffer.alloc(10));
        await turn();
        consumer.loseConnection();
        let atDrain: string[] = [];
        stream.once('drain', () => (atDrain = [...producer.told]));
        stream.open();
        await turn();
        expect(atDrain).to.deep.equal(asked);
        consumer.abortConnection();
      });
    }

    it('leaves a trailer the rest of the turn in which the producer has unregistered', async () => {
      const stream = new Gate();
      const consumer = new WritableConsumer(stream);
      consumer.registerProducer(recorder(), true);
      consumer.loseConnection();
      await turn();
      consumer.unregisterProducer();
      for (let i = 0; i < 5; i++) await nextTick();
      consumer.write(Buffer.from('trailer'));
      await turn();
      stream.open();
      expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
      expect(stream.chunks.map(String)).to.deep.equal(['trailer']);
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

    it('waits for the bytes that a half close still has to deliver', async () => {
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
    it('drops the buffered bytes, destroys the stream and stops the producer, once', async () => {
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
});

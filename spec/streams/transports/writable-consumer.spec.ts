import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ConnectionDone, WritableConsumer } from '../../../lib/index.js';
import { PushProducer, numbered } from '../../support/producers.js';
import { recorder } from '../../support/recording-producer.js';
import { Gate } from '../../support/gate.js';
import { nextTick } from '../../support/turns.js';

describe('WritableConsumer', () => {
  describe('the data that reaches the stream', () => {
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

    it('has the bytes of each small write, although the writer uses the memory again at once', async () => {
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

    it('are the same few for a stream, however often it pauses', async () => {
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

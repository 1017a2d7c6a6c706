import { PassThrough, Writable } from 'node:stream';

import { expect } from 'chai';

import { ConnectionDone, ReadableProducer, WritableConsumer } from '../../../lib/index.js';
import { Minipass } from '../../support/older-libraries.js';
import { objectSinks } from '../../support/object-kinds.js';
import { until } from '../../support/until.js';

const values = [
  { n: 1 },
  'two',
  3,
  ['four'],
  [],
  false,
  0,
  '',
  Buffer.from('bytes'),
  Buffer.alloc(0),
];

/** A push producer that logs what it is told. */
const logging = (log: string[]) => ({
  pauseProducing: () => log.push('pause'),
  resumeProducing: () => log.push('resume'),
  stopProducing: () => log.push('stop'),
});

describe('A WritableConsumer of a stream in object mode', () => {
  it('writes `undefined` too, as Node does', async () => {
    const got: unknown[] = [];
    const stream = new Writable({
      objectMode: true,
      write(object, _encoding, done) {
        got.push(object);
        done();
      },
    });
    const consumer = new WritableConsumer<unknown>(stream);
    consumer.write(undefined);
    await new ReadableProducer([1, undefined, 2] as never).startProducing(consumer);
    consumer.loseConnection();
    expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
    expect(got).to.deep.equal([undefined, 1, undefined, 2]);
  });

  for (const { name, counts, open } of objectSinks) {
    describe(name, () => {
      it('writes each value unchanged, with a write of its own, in order', async () => {
        const got: unknown[] = [];
        const consumer = new WritableConsumer<unknown>(
          open((object, done) => {
            got.push(object);
            setImmediate(done);
          }),
        );
        for (const value of values.slice(0, 3)) consumer.write(value);
        consumer.writeSequence(values.slice(3));
        consumer.loseConnection();
        expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
        expect(got).to.have.lengthOf(values.length);
        values.forEach((value, i) => expect(got[i]).to.equal(value));
      });

      it('pauses its producer at highWaterMark objects, and resumes it when they are gone', async () => {
        const log: string[] = [];
        let release: (() => void) | undefined;
        const consumer = new WritableConsumer<unknown>(
          open((_object, done) => (release = done)),
          {
            highWaterMark: 3,
          },
        );
        consumer.registerProducer(logging(log), true);
        consumer.write(Buffer.alloc(100_000));
        consumer.write('two');
        await new Promise(setImmediate);
        expect(log).to.deep.equal([]);
        if (counts) expect(consumer.writableLength).to.equal(2);
        for (const value of values.slice(0, 3)) consumer.write(value);
        expect(log[0]).to.equal('pause');
        expect(log).not.to.include('resume');
        for (let i = 0; i < 5; i++) {
          await new Promise(setImmediate);
          release?.();
        }
        await new Promise(setImmediate);
        expect(log.at(-1)).to.equal('resume');
        consumer.abortConnection();
        await consumer.closed;
      });

      it('refuses null, and writes nothing of a sequence that has one', async () => {
        const got: unknown[] = [];
        const consumer = new WritableConsumer<unknown>(
          open((object, done) => {
            got.push(object);
            done();
          }),
        );
        expect(() => consumer.write(null)).to.throw(TypeError, 'any value but null');
        expect(() => consumer.writeSequence(['one', null])).to.throw(TypeError);
        expect(() => consumer.writeSequence('text')).to.throw(TypeError, 'a sequence of values');
        consumer.loseConnection();
        await consumer.closed;
        expect(got).to.deep.equal([]);
      });
    });
  }

  it('writes each value to a minipass, which says that it is in object mode in its own way', async () => {
    const stream = new Minipass({ objectMode: true });
    const got: unknown[] = [];
    stream.on('data', (object) => got.push(object));
    const consumer = new WritableConsumer<unknown>(stream);
    for (const value of values) consumer.write(value);
    consumer.loseConnection();
    await consumer.closed;
    expect(got).to.deep.equal(values);
  });

  it('does nothing with values once the stream was ended or closed, but refuses null', async () => {
    for (const [end, isOver] of [
      ['loseWriteConnection', false],
      ['loseConnection', true],
    ] as const) {
      const stream = new PassThrough({ objectMode: true });
      const consumer = new WritableConsumer<unknown>(stream);
      consumer[end]();
      await until(() => stream.writableFinished);
      expect(consumer.disconnected).to.equal(isOver);
      consumer.write({ n: 1 });
      consumer.writeSequence([{ n: 1 }, 'two']);
      expect(() => consumer.write(null)).to.throw(TypeError);
      expect(consumer.writableLength).to.equal(0);
      expect(stream.read()).to.equal(null);
    }
  });

  it('does not ask to write for an empty sequence, as for an empty one of bytes', () => {
    let asked = 0;
    class Counting extends WritableConsumer<unknown> {
      override startWriting(): void {
        asked += 1;
        super.startWriting();
      }
    }
    const consumers = [true, false].map(
      (objectMode) => new Counting(new PassThrough({ objectMode })),
    );
    for (const consumer of consumers) consumer.writeSequence([]);
    expect(asked).to.equal(0);
    for (const consumer of consumers) consumer.writeSequence([Buffer.from('a')]);
    expect(asked).to.equal(2);
  });

  it('is full at the highWaterMark that an old library keeps, unless it has its own', () => {
    for (const { open } of objectSinks.filter(({ counts }) => counts)) {
      expect(new WritableConsumer(open(() => {})).highWaterMark).to.equal(3);
    }
  });
});

describe('A WritableConsumer of a stream of bytes', () => {
  for (const value of [{ n: 1 }, 'text', 3, ['four'], false, null]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      const consumer = new WritableConsumer<unknown>(new PassThrough());
      expect(() => consumer.write(value))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(consumer.writableLength).to.equal(0);
    });
  }
});

import { Readable } from 'node:stream';

import { expect } from 'chai';

import {
  ConsumerWritable,
  InvalidArgTypeError,
  ProducerReadable,
  ReadableProducer,
  type IConsumer,
  type IPushProducer,
} from '../../../lib/index.js';
import { pipeline } from 'node:stream/promises';

const values: unknown[] = [
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
  undefined,
];

function expectSame(got: readonly unknown[]): void {
  expect(got).to.have.lengthOf(values.length);
  values.forEach((value, i) => expect(got[i]).to.equal(value));
}

/** A consumer of anything. */
class AnyConsumer implements IConsumer {
  readonly got: unknown[] = [];
  producer: IPushProducer | null = null;
  registerProducer(producer: IPushProducer): void {
    this.producer = producer;
  }
  unregisterProducer(): void {
    this.producer = null;
  }
  write(value: unknown): void {
    this.got.push(value);
  }
}

const logging = (log: string[]) => ({
  pauseProducing: () => log.push('pause'),
  resumeProducing: () => log.push('resume'),
  stopProducing: () => log.push('stop'),
});

describe('A ProducerReadable in object mode', () => {
  it('gives each value as it was written', async () => {
    const readable = new ProducerReadable<unknown>({ objectMode: true, highWaterMark: 100 });
    readable.registerProducer(logging([]), true);
    for (const value of values) readable.write(value);
    readable.unregisterProducer();
    const got: unknown[] = [];
    for await (const value of readable) got.push(value);
    expectSame(got);
  });

  it('asks a pull producer once for each value', async () => {
    const readable = new ProducerReadable<unknown>({ objectMode: true, highWaterMark: 1 });
    const rest = [...values];
    readable.registerProducer(
      {
        resumeProducing() {
          if (rest.length > 0) readable.write(rest.shift());
          else readable.unregisterProducer();
        },
        stopProducing() {},
      },
      false,
    );
    const got: unknown[] = [];
    for await (const value of readable) got.push(value);
    expectSame(got);
  });

  it('counts objects: it is full at highWaterMark objects, of any size', async () => {
    const log: string[] = [];
    const readable = new ProducerReadable<unknown>({ objectMode: true, highWaterMark: 3 });
    readable.registerProducer(logging(log), true);
    readable.write(Buffer.alloc(1_000_000));
    readable.write('');
    expect(log).to.deep.equal([]);
    readable.write([]);
    expect(log).to.deep.equal(['pause']);
    for (let i = 0; i < 3; i++) readable.read();
    await new Promise(setImmediate);
    expect(log).to.deep.equal(['pause', 'resume']);
  });

  it('takes each value that a ReadableProducer gives it', async () => {
    const readable = new ProducerReadable<unknown>({ objectMode: true });
    const sent = new ReadableProducer(Readable.from(values)).startProducing(readable);
    const got: unknown[] = [];
    for await (const value of readable) got.push(value);
    await sent;
    expectSame(got);
  });

  it('refuses null, and goes on', () => {
    const readable = new ProducerReadable<unknown>({ objectMode: true });
    expect(() => readable.write(null)).to.throw(InvalidArgTypeError, 'any value but null');
    readable.write('one');
    expect(readable.read()).to.equal('one');
  });
});

describe('A ConsumerWritable in object mode', () => {
  it('gives its consumer each value as it was written, and counts objects', async () => {
    const consumer = new AnyConsumer();
    const writable = new ConsumerWritable(consumer, { objectMode: true, highWaterMark: 3 });
    consumer.producer?.pauseProducing();
    expect(writable.write(values[0])).to.equal(true);
    expect(writable.write(values[1])).to.equal(true);
    expect(writable.write(values[2])).to.equal(false);
    for (const value of values.slice(3)) writable.write(value);
    consumer.producer?.resumeProducing();
    await new Promise<void>((resolve) => writable.end(resolve));
    expectSame(consumer.got);
    expect(consumer.producer).to.equal(null);
  });

  it('keeps a value of length 0 for a consumer that has paused it', async () => {
    for (const value of ['', []]) {
      const consumer = new AnyConsumer();
      const writable = new ConsumerWritable(consumer, { objectMode: true });
      consumer.producer?.pauseProducing();
      writable.write(value);
      expect(consumer.got).to.deep.equal([]);
      consumer.producer?.resumeProducing();
      await new Promise<void>((resolve) => writable.end(resolve));
      expect(consumer.got).to.deep.equal([value]);
    }
  });

  it('carries values through a pipeline from a ProducerReadable', async () => {
    const consumer = new AnyConsumer();
    const readable = new ProducerReadable<unknown>({ objectMode: true });
    for (const value of values) readable.write(value);
    readable.finish();
    await pipeline(readable, new ConsumerWritable(consumer, { objectMode: true }));
    expectSame(consumer.got);
  });
});

describe('Our streams of bytes', () => {
  it('refuse anything else', () => {
    const readable = new ProducerReadable<unknown>();
    const writable = new ConsumerWritable(new AnyConsumer()).on('error', () => {});
    for (const value of [{ n: 1 }, 3, ['four'], false]) {
      expect(() => readable.write(value)).to.throw(InvalidArgTypeError);
      expect(() => writable.write(value))
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
  });
});

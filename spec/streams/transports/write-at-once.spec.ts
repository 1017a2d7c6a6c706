/** Large chunks that a `ReadableProducer` gives to an idle `WritableConsumer`. */
import { EventEmitter } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ReadableProducer,
  WritableConsumer,
  type WritableConsumerOptions,
} from '../../../lib/index.js';
import { KIB } from '../../support/sizes.js';
import { FakeStream } from '../../support/fake-stream.js';

/** A chunk that shows what it is. */
const chunk = (name: string, length = 16 * KIB) => Buffer.alloc(length, name);

/** Gives what it is told to, at once and whole, to a consumer of a `Writable` that does `write`. */
async function setUp(
  write: (chunk: Buffer, done: (error?: Error) => void) => void = (_chunk, done) => done(),
  {
    Consumer = WritableConsumer,
    ...options
  }: WritableConsumerOptions & { Consumer?: typeof WritableConsumer } = {},
) {
  const written: string[] = [];
  const writable = new Writable({
    highWaterMark: 16 * KIB,
    write(data: Buffer, _encoding, done) {
      written.push(`${data.length} ${String.fromCharCode(data[0] ?? 0)}`);
      write(data, done);
    },
  });
  const consumer = new Consumer(writable, options);
  const source = new PassThrough({ highWaterMark: 1024 * KIB });
  const producer = new ReadableProducer(source);
  const pause = sinon.spy(producer, 'pauseProducing');
  const resume = sinon.spy(producer, 'resumeProducing');
  const produced = producer.startProducing(consumer);
  produced.catch(() => {}); // Awaited below.
  await turn(); // The source flows from here on.
  return { written, writable, consumer, source, produced, pause, resume };
}

describe('A large chunk of a ReadableProducer', () => {
  it('goes to an idle stream as it comes, which is full of nothing then', async () => {
    const { written, source, pause } = await setUp();
    source.write(chunk('a'));
    source.write(chunk('b'));
    expect(written).to.deep.equal(['16384 a', '16384 b']);
    sinon.assert.notCalled(pause);
  });

  it('pauses the producer where the stream keeps it, and its drain resumes it', async () => {
    let done!: () => void;
    const { written, source, pause, resume } = await setUp((_chunk, then) => (done = then));
    source.write(chunk('a'));
    source.write(chunk('b'));
    await turn();
    expect(written).to.deep.equal(['16384 a']);
    sinon.assert.calledOnce(pause);
    sinon.assert.notCalled(resume);
    done();
    await turn();
    expect(written).to.deep.equal(['16384 a', '16384 b']);
    sinon.assert.calledOnce(resume);
  });

  it('resumes a producer also where highWaterMark is less than the bytes buffered in the stream', async () => {
    const dones: (() => void)[] = [];
    const { written, source, pause, resume } = await setUp((_chunk, done) => dones.push(done), {
      highWaterMark: 4 * KIB,
    });
    source.write(chunk('a', 4 * KIB));
    sinon.assert.calledOnce(pause);
    await turn();
    sinon.assert.notCalled(resume);
    dones.shift()?.();
    await turn();
    sinon.assert.calledOnce(resume);
    source.write(chunk('b', 4 * KIB));
    await turn();
    expect(written).to.deep.equal(['4096 a', '4096 b']);
  });

  it('waits behind the bytes that were written in the same turn', async () => {
    const { written, source, consumer } = await setUp();
    consumer.write(chunk('a', 10));
    source.write(chunk('b'));
    consumer.write(chunk('c', 10));
    expect(written).to.deep.equal([]);
    await turn();
    expect(written).to.deep.equal(['10 a', '16384 b', '10 c']);
  });

  it('waits for the drain that a stream owes although it is not full', async () => {
    let done!: () => void;
    const { written, writable, source, pause } = await setUp((_chunk, then) => (done = then), {
      highWaterMark: 1024 * KIB,
    });
    source.write(chunk('a'));
    source.write(chunk('b'));
    await turn();
    expect(writable.writableLength).to.equal(16 * KIB);
    expect(written).to.deep.equal(['16384 a']);
    sinon.assert.notCalled(pause);
    done();
    await turn();
    expect(written).to.deep.equal(['16384 a', '16384 b']);
  });

  it('is gathered with others if it is small', async () => {
    const { written, source } = await setUp();
    source.write(chunk('a', 1000));
    source.write(chunk('b', 1000));
    expect(written).to.deep.equal([]);
    await turn();
    expect(written).to.deep.equal(['2000 a']);
  });

  it('is asked for again by a stream that takes each at once, where it is pulled', async () => {
    const { written, source, consumer } = await setUp();
    source.end();
    await turn();
    expect(consumer.producer).to.equal(null);
    const chunks = ['a', 'b', 'c'].map((name) => chunk(name));
    await new ReadableProducer(Readable.from(chunks), { streaming: false }).startProducing(
      consumer,
    );
    consumer.loseConnection();
    await consumer.closed;
    expect(written).to.deep.equal(['16384 a', '16384 b', '16384 c']);
  });

  it('is followed by bytes that are written from inside the write of the stream', async () => {
    const state = await setUp((data, done) => {
      if (data[0] === 'a'.charCodeAt(0)) state.consumer.write(Buffer.alloc(16 * KIB, 'n'));
      done();
    });
    const { written, source, consumer, produced } = state;
    source.write(chunk('a'));
    source.end(chunk('b'));
    await produced; // A producer that was paused by that is resumed.
    consumer.loseConnection();
    await consumer.closed;
    expect(written).to.deep.equal(['16384 a', '16384 n', '16384 b']);
  });

  it('goes on after a drain that the stream emits from inside the write', async () => {
    const written: number[] = [];
    const old = Object.assign(new EventEmitter(), {
      write(data: Buffer) {
        written.push(data.length);
        old.emit('drain');
        return false;
      },
      end() {},
    });
    const chunks = Readable.from(['a', 'b', 'c'].map((name) => chunk(name)));
    await new ReadableProducer(chunks).startProducing(new WritableConsumer(old));
    expect(written).to.deep.equal([16384, 16384, 16384]);
  });

  it('pauses the producer at highWaterMark also where the stream takes all it is given', async () => {
    const old = Object.assign(new EventEmitter(), {
      writableLength: 0,
      write(data: Buffer) {
        old.writableLength += data.length;
        return true;
      },
      end() {},
    });
    const source = new PassThrough();
    const producer = new ReadableProducer(source);
    const pause = sinon.spy(producer, 'pauseProducing');
    producer.startProducing(new WritableConsumer(old, { highWaterMark: 16 * KIB })).catch(() => {});
    await turn();
    source.write(chunk('a'));
    sinon.assert.calledOnce(pause);
  });

  it('waits behind chunks that are being handed on when a stream that drains makes it come', async () => {
    const written: string[] = [];
    const source = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
    const old = Object.assign(new EventEmitter(), {
      write(data: Buffer) {
        written.push(String.fromCharCode(data[0] ?? 0));
        if (written.length > 1) return true;
        old.emit('drain');
        source.emit('data', chunk('c', 5 * KIB));
        return true;
      },
      end() {},
    });
    const consumer = new WritableConsumer(old);
    void new ReadableProducer(source).startProducing(consumer);
    consumer.write(chunk('a', 5 * KIB));
    consumer.write(chunk('b', 5 * KIB));
    await turn();
    expect(written).to.deep.equal(['a', 'b', 'c']);
  });

  it('is seen by a subclass that has its own idea of when the buffer is full', async () => {
    let pauses = 0;
    class Never extends WritableConsumer {
      protected override isSendBufferFull(): boolean {
        return false;
      }
    }
    class Counting extends WritableConsumer {
      protected override maybePauseProducer(): void {
        pauses += 1;
        super.maybePauseProducer();
      }
    }
    const never = await setUp(() => {}, { Consumer: Never });
    never.source.write(chunk('a'));
    never.source.write(chunk('b'));
    await turn();
    sinon.assert.notCalled(never.pause);
    const counting = await setUp(undefined, { Consumer: Counting });
    counting.source.write(chunk('a'));
    counting.source.write(chunk('b'));
    await turn();
    expect(pauses).to.equal(2);
  });

  it('is seen by a subclass that overrides write', async () => {
    const seen: number[] = [];
    class Counting extends WritableConsumer {
      override write(data: Uint8Array): void {
        seen.push(data.length);
        super.write(data);
      }
    }
    const { written, source } = await setUp(undefined, { Consumer: Counting });
    source.write(chunk('a'));
    expect(seen).to.deep.equal([16384]);
    await turn();
    expect(written).to.deep.equal(['16384 a']);
  });

  it('is seen by a subclass that overrides doWrite or sendHeld', async () => {
    for (const method of ['doWrite', 'sendHeld'] as const) {
      let seen = 0;
      const Counting = class extends WritableConsumer {} as typeof WritableConsumer;
      const { [method]: inherited } = WritableConsumer.prototype as unknown as Record<
        string,
        (this: WritableConsumer) => unknown
      >;
      Object.defineProperty(Counting.prototype, method, {
        value(this: WritableConsumer) {
          seen += 1;
          return inherited?.call(this);
        },
      });
      const { written, source } = await setUp(undefined, { Consumer: Counting });
      source.write(chunk('a'));
      await turn();
      expect(written).to.deep.equal(['16384 a']);
      expect(seen, method).to.be.at.least(1);
    }
  });

  it('goes nowhere once the end was asked for, although an HTTP/2 stream has yet to be ended', async () => {
    // It is ended with a frame of its own, once all before that has left.
    const stream = Object.assign(new FakeStream(), { rstCode: 0, writableLength: 3 });
    const consumer = new WritableConsumer(stream);
    consumer.loseWriteConnection();
    await turn();
    expect(stream.writableEnded).to.equal(false);
    const before = stream.calls.length;
    consumer.writeAtOnce(chunk('a'));
    expect(stream.calls.slice(before)).to.deep.equal([]);
  });

  it('goes nowhere after abortConnection', async () => {
    const { written, source, consumer, produced } = await setUp();
    consumer.abortConnection();
    source.write(chunk('a'));
    expect((await consumer.closed).name).to.equal('ConnectionAborted');
    await produced.catch(() => {});
    expect(written).to.deep.equal([]);
  });

  it('takes the connection down if the stream throws, and stops the producer', async () => {
    const boom = new Error('boom');
    const { source, consumer, produced } = await setUp(() => {
      throw boom;
    });
    source.write(chunk('a'));
    expect(await consumer.closed).to.include({ name: 'ConnectionLost', cause: boom });
    expect(await produced.catch((error: Error) => error.name)).to.equal('ProducerStoppedError');
    expect(source.destroyed).to.equal(true);
  });

  it('is the last before an end that was asked for while it came', async () => {
    const { written, writable, source, consumer, produced } = await setUp();
    consumer.loseConnection();
    source.end(chunk('a'));
    await produced;
    expect((await consumer.closed).name).to.equal('ConnectionDone');
    expect(writable.writableFinished).to.equal(true);
    expect(written).to.deep.equal(['16384 a']);
  });
});

import { EventEmitter } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  InvalidArgTypeError,
  InvalidStateError,
  ProducerAlreadyRegisteredError,
  ReadableProducer,
  WritableConsumer,
  type IConsumer,
  type IPullProducer,
  type IPushProducer,
  type ReadableLike,
} from '../../../lib/index.js';
import { assertBytes } from '../../../lib/base/bytes.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

/** A pull consumer that asks again only when it is told to. */
class AskingConsumer extends RecordingConsumer {
  override wrote(): void {}
  ask(): void {
    (this.producer as IPullProducer).resumeProducing();
  }
}

const push = (consumer: RecordingConsumer) => consumer.producer as IPushProducer;

/** A stream of the oldest kind: `resume` may give all at once, and `pause` is mere advice. */
class OldStyleStream extends EventEmitter {
  readable = true;

  constructor(private chunks: string[]) {
    super();
  }

  resume(): void {
    const { chunks } = this;
    this.chunks = [];
    for (const chunk of chunks) this.emit('data', Buffer.from(chunk));
    if (chunks.length === 0) return;
    this.readable = false;
    this.emit('end');
  }

  pause(): void {}
}

/** A stream that gives each of `chunks` at once. */
function streamOf(...chunks: (string | Buffer)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

/** Fails if no timer has run when `work` is done. */
async function expectTimersDuring(work: Promise<unknown>): Promise<void> {
  let timers = 0;
  const timer = setInterval(() => (timers += 1), 0);
  await work;
  clearInterval(timer);
  expect(timers).to.be.above(0);
}

/** A consumer of bytes, which refuses anything else, as the library's own do. */
class ByteConsumer extends RecordingConsumer {
  override write(data: Uint8Array): void {
    assertBytes(data);
    super.write(data);
  }
}

describe('ReadableProducer', () => {
  describe('when it starts', () => {
    it('leaves the stream alone until there is a consumer for it', async () => {
      const stream = streamOf('a');
      new ReadableProducer(stream);
      await turn();
      expect(stream.eventNames()).to.deep.equal([]);
      expect(stream.readableFlowing).to.equal(null);
    });

    it('registers before the promise is returned, and writes only after that', async () => {
      const consumer = new RecordingConsumer();
      const produced = new ReadableProducer(streamOf('a', 'b')).startProducing(consumer);
      expect(consumer.log).to.deep.equal(['register push']);
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'unregister']);
    });

    it('registers itself, as the producer that `streaming` says', () => {
      for (const streaming of [true, false]) {
        const consumer = new RecordingConsumer();
        const producer = new ReadableProducer(new PassThrough(), { streaming });
        producer.startProducing(consumer).catch(() => {});
        expect(consumer).to.include({ producer, streaming });
        expect(producer.streaming).to.equal(streaming);
        producer.stopProducing();
      }
    });

    it('reads also a stream that was paused by hand', async () => {
      const consumer = new RecordingConsumer();
      await new ReadableProducer(streamOf('a').pause()).startProducing(consumer);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
    });

    it('unregisters from a consumer of an empty stream', async () => {
      for (const streaming of [true, false]) {
        const consumer = new RecordingConsumer();
        await new ReadableProducer(streamOf(), { streaming }).startProducing(consumer);
        expect(consumer.log.slice(1)).to.deep.equal(['unregister']);
      }
    });

    const ended: [string, () => ReadableLike][] = [
      ['node:stream', () => streamOf('a')],
      ['WHATWG', () => new Blob(['a']).stream()],
      ['an array', () => [Buffer.from('a')]],
      ['old-style', () => new OldStyleStream(['a'])],
    ];
    for (const [name, open] of ended) {
      it(`registers and unregisters again when the stream has ended before: ${name}`, async () => {
        const stream = open();
        const producer = new ReadableProducer(stream);
        await producer.startProducing(new RecordingConsumer());
        const others = name === 'node:stream' || name === 'old-style';
        for (const again of others ? [producer, new ReadableProducer(stream)] : [producer]) {
          const consumer = new RecordingConsumer();
          await again.startProducing(consumer);
          expect(consumer.log).to.deep.equal(['register push', 'unregister']);
        }
      });
    }

    it('unlocks a WHATWG stream at its end', async () => {
      const stream = new Blob(['a']).stream();
      const consumer = new RecordingConsumer();
      const locked: boolean[] = [];
      consumer.wrote = () => locked.push(stream.locked);
      await new ReadableProducer(stream).startProducing(consumer);
      expect([...locked, stream.locked]).to.deep.equal([true, false]);
    });

    it('ends the transfer, not the other half of a stream that has one', async () => {
      const stream = new PassThrough({ autoDestroy: false });
      stream.end('a');
      const producer = new ReadableProducer(stream);
      await producer.startProducing(new RecordingConsumer());
      for (const late of [producer, new ReadableProducer(stream)]) late.stopProducing();
      expect(stream.destroyed).to.equal(false);
    });
  });

  describe('when it pushes', () => {
    it('stops within a write in which it is paused, and goes on when resumed', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = () => push(consumer).pauseProducing();
      const produced = new ReadableProducer(streamOf('a', 'b', 'c')).startProducing(consumer);
      await turn();
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'a']);

      push(consumer).resumeProducing();
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b']);

      consumer.wrote = () => {};
      push(consumer).resumeProducing();
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'c', 'unregister']);
    });

    it('does not begin when it is paused while it registers', async () => {
      const stream = streamOf('a');
      const consumer = new (class extends RecordingConsumer {
        override registerProducer(producer: IPushProducer, streaming: boolean): void {
          super.registerProducer(producer, streaming);
          producer.pauseProducing();
        }
      })();
      const produced = new ReadableProducer(stream).startProducing(consumer);
      await turn();
      expect(consumer.log).to.deep.equal(['register push']);
      expect(stream.isPaused()).to.equal(true);

      push(consumer).resumeProducing();
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
    });

    it('bears being paused twice, and paused and resumed within one write', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = () => {
        push(consumer).pauseProducing();
        push(consumer).pauseProducing();
        push(consumer).resumeProducing();
      };
      await new ReadableProducer(streamOf('a', 'b', 'c')).startProducing(consumer);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'c', 'unregister']);
    });

    it('keeps the order when a write makes the stream give more', async () => {
      const stream = new PassThrough();
      const consumer = new RecordingConsumer();
      consumer.wrote = () => {
        if (consumer.chunks.length === 1) stream.end('b');
        consumer.log.push('done');
      };
      stream.write('a');
      await new ReadableProducer(stream).startProducing(consumer);
      const done = ['register push', 'a', 'done', 'b', 'done', 'unregister'];
      expect(consumer.log).to.deep.equal(done);
    });

    it('keeps the order when a write makes a stream that cannot wait give more', async () => {
      const stream = new OldStyleStream([]);
      class Provoking extends RecordingConsumer {
        override wrote(): void {
          if (this.received.equals(Buffer.from('a'))) stream.emit('data', Buffer.from('b'));
        }
      }
      const consumer = new Provoking();
      const produced = new ReadableProducer(stream).startProducing(consumer);
      for (const chunk of ['a', 'c', 'd']) stream.emit('data', Buffer.from(chunk));
      stream.emit('end');
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'c', 'd', 'unregister']);
    });

    it('pauses the stream also when it is paused from outside a write', async () => {
      const stream = new PassThrough();
      const consumer = new RecordingConsumer();
      const produced = new ReadableProducer(stream).startProducing(consumer);
      await turn();
      push(consumer).pauseProducing();
      expect(stream.isPaused()).to.equal(true);
      stream.end('a');
      await turn();
      expect(consumer.log).to.deep.equal(['register push']);
      push(consumer).resumeProducing();
      await produced;
    });

    it('pauses the stream itself, so that it reads no more than its own buffer', async () => {
      let reads = 0;
      const stream = new Readable({
        highWaterMark: 4,
        read() {
          reads += 1;
          this.push('abcd');
        },
      });
      const consumer = new RecordingConsumer();
      consumer.wrote = () => push(consumer).pauseProducing();
      const producer = new ReadableProducer(stream);
      producer.startProducing(consumer).catch(() => {});
      for (let i = 0; i < 10; i += 1) await turn();
      expect(consumer.chunks).to.have.length(1);
      expect(reads).to.be.at.most(3);
      producer.stopProducing();
    });
  });

  describe('when it is pulled', () => {
    it('writes one chunk each time it is asked', async () => {
      const consumer = new AskingConsumer();
      const producer = new ReadableProducer(streamOf('a', 'b', 'c'), { streaming: false });
      const produced = producer.startProducing(consumer);
      await turn();
      await turn();
      expect(consumer.log).to.deep.equal(['register pull', 'a']);

      consumer.ask();
      await turn();
      expect(consumer.log).to.deep.equal(['register pull', 'a', 'b']);

      consumer.wrote = () => consumer.ask();
      consumer.ask();
      await produced;
      expect(consumer.log).to.deep.equal(['register pull', 'a', 'b', 'c', 'unregister']);
    });

    it('gives nothing to a consumer that has not asked', async () => {
      const consumer = new AskingConsumer();
      consumer.registerProducer = (producer) => void (consumer.producer = producer);
      const produced = new ReadableProducer(streamOf('a'), { streaming: false });
      const done = produced.startProducing(consumer);
      await turn();
      await turn();
      expect(consumer.log).to.deep.equal([]);
      consumer.ask();
      await done;
      expect(consumer.log).to.deep.equal(['a', 'unregister']);
    });

    it('waits for data when there is none', async () => {
      const stream = new PassThrough();
      const consumer = new AskingConsumer();
      const produced = new ReadableProducer(stream, { streaming: false }).startProducing(consumer);
      await turn();
      stream.write('a');
      stream.write('b');
      await turn();
      expect(consumer.log).to.deep.equal(['register pull', 'a']);

      consumer.ask();
      await turn();
      stream.end();
      await turn();
      expect(consumer.log).to.deep.equal(['register pull', 'a', 'b']);

      consumer.ask();
      await produced;
    });

    it('owes one chunk to a consumer that asks again before the answer', async () => {
      const stream = new PassThrough();
      const consumer = new AskingConsumer();
      const produced = new ReadableProducer(stream, { streaming: false }).startProducing(consumer);
      consumer.ask();
      await turn();
      consumer.ask();
      for (const chunk of ['a', 'b', 'c']) stream.write(chunk);
      stream.end();
      await turn();
      await turn();
      expect(consumer.log).to.deep.equal(['register pull', 'a']);

      consumer.wrote = () => consumer.ask();
      consumer.ask();
      await produced;
      expect(consumer.log).to.deep.equal(['register pull', 'a', 'b', 'c', 'unregister']);
    });

    it('answers with data: empty chunks are left out', async () => {
      const consumer = new RecordingConsumer();
      const stream = streamOf('', 'a', '', '', 'b', '');
      await new ReadableProducer(stream, { streaming: false }).startProducing(consumer);
      expect(consumer.log).to.deep.equal(['register pull', 'a', 'b', 'unregister']);
    });

    it('is asked only once what it gave has gone, by a WritableConsumer', async () => {
      const taken: string[] = [];
      const sink = new Writable({
        highWaterMark: 1,
        write(chunk: Buffer, _encoding, done) {
          taken.push(chunk.toString());
          setImmediate(done);
        },
      });
      const consumer = new WritableConsumer(sink);
      const produced = new ReadableProducer(streamOf('a', 'b', 'c'), { streaming: false });
      await produced.startProducing(consumer);
      consumer.loseConnection();
      await consumer.closed;
      expect(taken).to.deep.equal(['a', 'b', 'c']);
    });
  });

  describe('on a stream that gives more than it is asked for', () => {
    for (const streaming of [true, false]) {
      it(`loses nothing, and ${streaming ? 'pushes' : 'is pulled'} in order`, async () => {
        const consumer = new RecordingConsumer();
        const stream = new OldStyleStream(['a', 'b', 'c']);
        await new ReadableProducer(stream, { streaming }).startProducing(consumer);
        expect(consumer.log.slice(1)).to.deep.equal(['a', 'b', 'c', 'unregister']);
      });

      it(`does not starve timers when it ${streaming ? 'pushes' : 'is pulled'}`, async () => {
        const consumer = new RecordingConsumer();
        const stream = new OldStyleStream(Array.from({ length: 20_000 }, () => 'x'));
        await expectTimersDuring(
          new ReadableProducer(stream, { streaming }).startProducing(consumer),
        );
        expect(consumer.chunks).to.have.length(20_000);
      });
    }

    it('holds what comes while it is paused', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = () => push(consumer).pauseProducing();
      const produced = new ReadableProducer(new OldStyleStream(['a', 'b'])).startProducing(
        consumer,
      );
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'a']);
      push(consumer).resumeProducing();
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'unregister']);
    });

    it('drops what it holds when it is stopped', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = () => {
        if (consumer.chunks.length === 1) push(consumer).pauseProducing();
        else push(consumer).stopProducing();
      };
      const stream = new OldStyleStream(['a', 'b', 'c', 'd']);
      const produced = new ReadableProducer(stream).startProducing(consumer);
      push(consumer).resumeProducing();
      await rejection(produced);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b']);
    });
  });

  describe('on an iterable', () => {
    /** An endless one that counts how often it was asked, and is being asked. */
    class Counted implements AsyncIterable<Uint8Array> {
      asked = 0;
      mostAtOnce = 0;
      private asking = 0;

      [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
        return { next: () => this.next() };
      }

      private async next(): Promise<IteratorResult<Uint8Array>> {
        this.asked += 1;
        this.asking += 1;
        this.mostAtOnce = Math.max(this.mostAtOnce, this.asking);
        await turn();
        this.asking -= 1;
        return { done: false, value: Buffer.from('a') };
      }
    }

    it('asks for one thing at a time, however it is paused and resumed', async () => {
      const iterable = new Counted();
      const consumer = new RecordingConsumer();
      const produced = new ReadableProducer(iterable).startProducing(consumer);
      for (let i = 0; i < 10; i += 1) {
        push(consumer).pauseProducing();
        push(consumer).resumeProducing();
        await turn();
      }
      push(consumer).stopProducing();
      await rejection(produced);
      expect(iterable.mostAtOnce).to.equal(1);
    });

    it('asks for nothing while it is paused', async () => {
      const iterable = new Counted();
      const consumer = new RecordingConsumer();
      consumer.wrote = () => push(consumer).pauseProducing();
      const produced = new ReadableProducer(iterable).startProducing(consumer);
      for (let i = 0; i < 10; i += 1) await turn();
      expect(iterable.asked).to.equal(1);
      push(consumer).stopProducing();
      await rejection(produced);
    });
  });

  for (const streaming of [true, false]) {
    it(`${streaming ? 'pushes' : 'is pulled'} without growing the stack or starving timers`, async () => {
      let left = 20_000;
      const chunk = Buffer.from('x');
      const stream = new Readable({
        read() {
          this.push(left-- > 0 ? chunk : null);
        },
      });
      const consumer = new RecordingConsumer();
      await expectTimersDuring(
        new ReadableProducer(stream, { streaming }).startProducing(consumer),
      );
      expect(consumer.chunks).to.have.length(20_000);
    });
  }

  it('passes the memory of the stream on, uncopied, as Buffers', async () => {
    const chunk = new Uint8Array([1, 2, 3]).subarray(1);
    const consumer = new RecordingConsumer();
    await new ReadableProducer([chunk]).startProducing(consumer);
    const [written] = consumer.chunks as [Buffer];
    expect(Buffer.isBuffer(written)).to.equal(true);
    expect(written.buffer).to.equal(chunk.buffer);
    expect([...written]).to.deep.equal([2, 3]);
  });

  it('turns the strings of setEncoding back into the bytes they were, split characters too', async () => {
    const text = Buffer.from('naïve — 日本語 🙂');
    for (const encoding of ['utf8', 'base64', 'hex', 'latin1'] as const) {
      const stream = streamOf(...[...text].map((byte) => Buffer.of(byte))).setEncoding(encoding);
      const consumer = new RecordingConsumer();
      await new ReadableProducer(stream).startProducing(consumer);
      expect(consumer.received.toString()).to.equal(text.toString(), encoding);
    }
  });

  describe('given something that it can not use', () => {
    const unreadable: [string, unknown][] = [
      ['nothing', undefined],
      ['null', null],
      ['a string, although it is iterable', 'abc'],
      ['bytes, although they are iterable', Buffer.from('abc')],
      ['an object', {}],
      ['a function', () => {}],
      ['a writable', new Writable()],
      ['a promise of a stream', Promise.resolve(new PassThrough())],
    ];
    for (const [name, value] of unreadable) {
      it(`refuses ${name}`, () => {
        expect(() => new ReadableProducer(value as ReadableLike))
          .to.throw(InvalidArgTypeError, '"readable"')
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
      });
    }

    const options: [string, unknown][] = [
      ['options', null],
      ['options', 7],
      ['options.streaming', { streaming: 1 }],
      ['options.signal', { signal: {} }],
    ];
    for (const [name, value] of options) {
      it(`refuses ${JSON.stringify(value)} for options`, () => {
        expect(() => new ReadableProducer([], value as object)).to.throw(
          InvalidArgTypeError,
          `"${name}"`,
        );
      });
    }

    it('rejects a value that is not a consumer, and leaves the stream alone', async () => {
      const stream = streamOf('a');
      const producer = new ReadableProducer(stream);
      const error = await rejection(producer.startProducing({} as IConsumer));
      expect(error).to.be.instanceOf(InvalidArgTypeError);
      expect(stream.eventNames()).to.deep.equal([]);

      const consumer = new RecordingConsumer();
      await producer.startProducing(consumer);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
    });

    it('leaves the stream alone when the consumer has a producer already', async () => {
      const stream = streamOf('a');
      const consumer = new WritableConsumer(new PassThrough());
      const other = { resumeProducing() {}, pauseProducing() {}, stopProducing() {} };
      consumer.registerProducer(other, true);
      const producer = new ReadableProducer(stream);

      expect(await rejection(producer.startProducing(consumer))).to.be.instanceOf(
        ProducerAlreadyRegisteredError,
      );
      expect(consumer.producer).to.equal(other);
      expect(stream.eventNames()).to.deep.equal([]);
      expect(stream.destroyed).to.equal(false);

      await producer.startProducing(new RecordingConsumer());
      expect(stream.readableEnded).to.equal(true);
    });

    it('refuses to start while it is producing, and goes on', async () => {
      const consumer = new RecordingConsumer();
      const producer = new ReadableProducer(streamOf('a'));
      const produced = producer.startProducing(consumer);
      const second = new RecordingConsumer();

      const error = await rejection(producer.startProducing(second));
      await produced;

      expect(error).to.be.instanceOf(InvalidStateError).with.property('code', 'ERR_INVALID_STATE');
      expect(second.log).to.deep.equal([]);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
    });

    const notBytes: [string, () => Readable | ReadableLike][] = [
      ['an object', () => Readable.from([Buffer.from('a'), { an: 'object' }])],
      ['a string of an object stream', () => Readable.from([Buffer.from('a'), 'b'])],
      ['a number', () => [Buffer.from('a'), 7] as unknown as Uint8Array[]],
      ['a string of an iterable', () => [Buffer.from('a'), 'b'] as unknown as Uint8Array[]],
      ['a DataView', () => Readable.from([Buffer.from('a'), new DataView(new ArrayBuffer(1))])],
    ];
    for (const [name, make] of notBytes) {
      it(`rejects with an InvalidArgTypeError when the stream gives ${name}`, async () => {
        const stream = make();
        const consumer = new ByteConsumer();
        const error = await rejection(new ReadableProducer(stream).startProducing(consumer));
        expect(error).to.be.instanceOf(InvalidArgTypeError);
        expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
        if (stream instanceof Readable) expect(stream.destroyed).to.equal(true);
      });
    }
  });
});

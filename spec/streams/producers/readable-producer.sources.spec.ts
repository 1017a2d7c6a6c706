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
  type ReadableLike,
} from '../../../lib/index.js';
import { assertBytes } from '../../../lib/base/bytes.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { streamOf } from '../../support/stream-of.js';
import { rejection } from '../../support/rejection.js';

/** A consumer of bytes, which refuses anything else, as the library's own do. */
class ByteConsumer extends RecordingConsumer {
  override write(data: Uint8Array): void {
    assertBytes(data);
    super.write(data);
  }
}

describe('ReadableProducer', () => {
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

    it('asks for one value at a time, however it is paused and resumed', async () => {
      const iterable = new Counted();
      const consumer = new RecordingConsumer();
      const produced = new ReadableProducer(iterable).startProducing(consumer);
      for (let i = 0; i < 10; i += 1) {
        consumer.pushed.pauseProducing();
        consumer.pushed.resumeProducing();
        await turn();
      }
      consumer.pushed.stopProducing();
      await rejection(produced);
      expect(iterable.mostAtOnce).to.equal(1);
    });

    it('asks for nothing while it is paused', async () => {
      const iterable = new Counted();
      const consumer = new RecordingConsumer();
      consumer.wrote = () => consumer.pushed.pauseProducing();
      const produced = new ReadableProducer(iterable).startProducing(consumer);
      for (let i = 0; i < 10; i += 1) await turn();
      expect(iterable.asked).to.equal(1);
      consumer.pushed.stopProducing();
      await rejection(produced);
    });
  });

  describe('given a source that it cannot use', () => {
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

/** How a `ReadableProducer` treats an iterator, or the reader of a WHATWG stream. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { ProducerStoppedError, ReadableProducer, type ReadableLike } from '../../../lib/index.js';
import { deferred } from '../../support/deferred.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { consumerThat, RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { settled } from '../../support/settled.js';
import { until } from '../../support/until.js';

/** An iterable whose iterator has `next` alone. */
const iterable = (next: () => Promise<IteratorResult<Uint8Array>>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => ({ next }),
});

describe('The iterator of a ReadableProducer', () => {
  expectNothingLogged();

  it('is not asked while the producer is paused, and goes on when it is resumed', async () => {
    let asked = 0;
    const source = (function* () {
      for (const text of ['a', 'b', 'c']) {
        asked += 1;
        yield Buffer.from(text);
      }
    })();
    const consumer = consumerThat((to) => to.pushed.pauseProducing());
    const produced = new ReadableProducer(source).startProducing(consumer);
    for (const count of [1, 2, 3]) {
      await until(() => consumer.chunks.length === count);
      await settled();
      expect([asked, consumer.chunks.length]).to.deep.equal([count, count]);
      consumer.pushed.resumeProducing();
    }
    await produced;
  });

  it('is asked for one value at a time, though the producer is resumed again', async () => {
    let pending = 0;
    const source = iterable(async () => {
      pending += 1;
      expect(pending).to.equal(1);
      await turn();
      pending -= 1;
      return { done: false, value: Buffer.from('a') };
    });
    const consumer = new RecordingConsumer();
    const produced = new ReadableProducer(source).startProducing(consumer);
    for (let count = 0; count < 3; count += 1) {
      consumer.pushed.pauseProducing();
      consumer.pushed.resumeProducing();
    }
    await until(() => consumer.chunks.length > 3);
    consumer.pushed.stopProducing();
    await rejection(produced);
  });

  it('need not have `return`: it is let go of without a word', async () => {
    const consumer = consumerThat((to) => to.pushed.stopProducing());
    const source = iterable(() => Promise.resolve({ done: false, value: Buffer.from('a') }));
    const produced = new ReadableProducer(source).startProducing(consumer);
    expect(await rejection(produced)).to.be.instanceOf(ProducerStoppedError);
    await settled();
  });

  it('is not asked again after its end, though the consumer may yet fail', async () => {
    let asked = 0;
    const source = iterable(() => {
      asked += 1;
      if (asked > 2) return Promise.reject(failure);
      return Promise.resolve({ done: asked === 2, value: Buffer.from('a') });
    });
    const consumer = Object.assign(new RecordingConsumer(), { write: async () => settled() });
    await new ReadableProducer(source).startProducing(consumer);
    expect(asked).to.equal(2);
  });

  it('has nothing more to give once it has failed, and need not be told to return', async () => {
    const iterator = { next: () => Promise.reject(failure), return: sinon.fake.resolves({}) };
    const producer = new ReadableProducer({ [Symbol.asyncIterator]: () => iterator });
    expect(await rejection(producer.startProducing(new RecordingConsumer()))).to.equal(failure);
    expect(await rejection(producer.startProducing(new RecordingConsumer()))).to.have.property(
      'code',
      'ERR_STREAM_PREMATURE_CLOSE',
    );
    sinon.assert.notCalled(iterator.return);
  });

  for (const [what, settle] of [
    ['fails', ({ reject }) => reject(failure)],
    ['gives a value', ({ resolve }) => resolve()],
  ] as [string, (pending: ReturnType<typeof deferred>) => void][]) {
    it(`is heard no more where it ${what} after the producer was stopped`, async () => {
      const pending = deferred();
      const source = iterable(() =>
        pending.promise.then(() => ({ done: false, value: Buffer.from('late') })),
      );
      const consumer = new RecordingConsumer();
      const produced = new ReadableProducer(source).startProducing(consumer);
      consumer.pushed.stopProducing();
      expect(await rejection(produced)).to.be.instanceOf(ProducerStoppedError);
      settle(pending);
      await settled();
      expect(consumer.log).to.deep.equal(['register push']);
    });
  }

  it('belongs to one transfer at a time', async () => {
    const producer = new ReadableProducer([Buffer.from('a')]);
    const consumer = new RecordingConsumer();
    const produced = producer.startProducing(consumer);
    const second = new RecordingConsumer();
    expect(await rejection(producer.startProducing(second)))
      .to.be.instanceOf(Error)
      .with.property('code', 'ERR_INVALID_STATE');
    await produced;
    expect(second.log).to.deep.equal([]);
    expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
  });

  it('is left alone by a producer that is paused and resumed before it starts', async () => {
    const producer = new ReadableProducer([Buffer.from('a')]);
    producer.pauseProducing();
    producer.resumeProducing();
    const consumer = new RecordingConsumer();
    await producer.startProducing(consumer);
    expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
  });

  it('must give bytes to a consumer of which nothing says that it takes others', async () => {
    const consumer = new RecordingConsumer();
    const source = ['text'] as unknown as Uint8Array[];
    const error = await rejection(new ReadableProducer(source).startProducing(consumer));
    expect(error).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(consumer.log).to.deep.equal(['register push', 'unregister']);
  });

  it('may give anything but null to a consumer that takes it', async () => {
    const values = ['text', { n: 1 }, 0, undefined, null] as unknown as Uint8Array[];
    const got: unknown[] = [];
    const consumer = Object.assign(new RecordingConsumer(), {
      takesObjects: true,
      write: (value: unknown) => void got.push(value),
    });
    const error = await rejection(new ReadableProducer(values).startProducing(consumer));
    expect(error).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(got).to.deep.equal(values.slice(0, -1));
  });
});

describe('The WHATWG stream of a ReadableProducer', () => {
  const logged = expectNothingLogged();

  /** One that gives `texts`, and notes what is done to it; as a polyfill, it is no iterable. */
  function polyfill(...texts: string[]) {
    const told: string[] = [];
    const stream = {
      locked: false,
      getReader: () => ({
        read: () => {
          const text = texts.shift();
          const done = text === undefined;
          return Promise.resolve({ done, value: done ? undefined : Buffer.from(text) });
        },
        cancel: () => Promise.resolve(void told.push('cancel')),
        releaseLock: () => void told.push('release'),
      }),
    };
    return { stream: stream as unknown as ReadableLike, told };
  }

  it('may be of any platform', async () => {
    const { stream, told } = polyfill('a', 'b');
    const consumer = new RecordingConsumer();
    await new ReadableProducer(stream).startProducing(consumer);
    expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'unregister']);
    expect(told).to.deep.equal(['release']);
  });

  it('is cancelled and unlocked when the producer is stopped', async () => {
    const { stream, told } = polyfill('a', 'b');
    const consumer = consumerThat((to) => to.pushed.stopProducing());
    await rejection(new ReadableProducer(stream).startProducing(consumer));
    await settled();
    expect(told).to.deep.equal(['cancel', 'release']);
  });

  it('is unlocked, and its error logged, if it fails when it is cancelled', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from('a')),
      cancel: () => Promise.reject(failure),
    });
    const consumer = consumerThat((to) => to.pushed.stopProducing());
    await rejection(new ReadableProducer(stream).startProducing(consumer));
    await settled();
    expect(logged.splice(0)).to.deep.equal([failure]);
    expect(stream.locked).to.equal(false);
  });

  it('is not cancelled at its end, though the producer is stopped before it has heard of that', async () => {
    const { stream, told } = polyfill();
    const consumer = new RecordingConsumer();
    told.push = (...items) => {
      if (items.includes('release')) consumer.pushed.stopProducing();
      return Array.prototype.push.apply(told, items);
    };
    const produced = new ReadableProducer(stream).startProducing(consumer);
    expect(await rejection(produced)).to.be.instanceOf(ProducerStoppedError);
    await settled();
    expect(told).to.deep.equal(['release']);
  });
});

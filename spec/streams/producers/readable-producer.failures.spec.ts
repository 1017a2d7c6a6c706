/** How `ReadableProducer` ends when it doesn't end well. */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ProducerReadable,
  ProducerStoppedError,
  PrematureCloseError,
  ReadableProducer,
  type IConsumer,
  type ReadableLike,
} from '../../../lib/index.js';
import { boom, failures } from '../../support/failing-readables.js';
import { expectNothingLogged } from '../../support/logged.js';
import { consumerThat, RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { endless } from '../../support/endless.js';

const isBoom = (reason: unknown) => reason === boom;
const isPremature = (reason: unknown) => reason instanceof PrematureCloseError;

function destroyedStreamx(reason?: Error): ReadableLike {
  const stream = new streamx.Readable();
  stream.destroy(reason ?? null);
  return stream;
}

function failedStream(): ReadableLike {
  const stream = new Readable({
    autoDestroy: false,
    read() {
      throw boom;
    },
  });
  stream.on('error', () => {}).read();
  return stream;
}

function lockedWebStream(): ReadableLike {
  const stream = new ReadableStream<Uint8Array>();
  stream.getReader();
  return stream;
}

function throwsWhenUnregistering(): RecordingConsumer {
  const consumer = new RecordingConsumer();
  consumer.unregisterProducer = () => {
    throw boom;
  };
  return consumer;
}

describe('ReadableProducer, when', () => {
  const logged = expectNothingLogged();

  describe('the stream fails,', () => {
    for (const { name, open, isExpected } of failures) {
      for (const streaming of [true, false]) {
        const how = streaming ? 'pushed' : 'pulled';

        it(`unregisters and rejects with its error: ${name}, ${how}`, async () => {
          const { stream, fail, dispose } = await open();
          const consumer = consumerThat(() => {
            if (!streaming) consumer.producer?.resumeProducing();
            fail();
          });
          const producer = new ReadableProducer(stream, { streaming });

          const reason = await rejection(producer.startProducing(consumer));

          expect(isExpected(reason), String(reason)).to.equal(true);
          expect(consumer.log.slice(1)).to.deep.equal(['a', 'unregister']);
          dispose?.();
        });
      }
    }

    for (const { name, open, isExpected } of failures) {
      it(`never lets the reader of a ProducerReadable believe in the end: ${name}`, async () => {
        const { stream, fail, dispose } = await open();
        const readable = new ProducerReadable();
        readable.on('data', fail);

        const [produced, read] = await Promise.all([
          rejection(new ReadableProducer(stream).startProducing(readable)),
          rejection(readable.toArray()),
        ]);

        expect(isExpected(produced), String(produced)).to.equal(true);
        expect(read).to.equal(produced);
        dispose?.();
      });
    }

    it('lets another producer follow in a ProducerReadable that does not end with one', async () => {
      const { stream, fail } = await failures[0]!.open();
      const readable = new ProducerReadable({ end: false });
      const text: string[] = [];
      readable.on('data', (chunk: Buffer) => text.push(chunk.toString()));
      readable.once('data', fail);
      expect(await rejection(new ReadableProducer(stream).startProducing(readable))).to.equal(boom);

      await new ReadableProducer([Buffer.from('b')]).startProducing(readable);
      readable.finish();
      await once(readable, 'end');
      expect(text).to.deep.equal(['a', 'b']);
    });

    const before: [string, () => ReadableLike, (reason: unknown) => boolean][] = [
      ['failed', () => new PassThrough().on('error', () => {}).destroy(boom), isBoom],
      ['failed just now', () => new PassThrough().destroy(boom), isBoom],
      ['failed without being destroyed', failedStream, isBoom],
      ['been destroyed', () => new PassThrough().destroy(), isPremature],
      ['been destroyed (readable-stream)', () => new rs.PassThrough().destroy(), isPremature],
      ['failed just now (streamx)', () => destroyedStreamx(boom), isBoom],
      ['been destroyed just now (streamx)', () => destroyedStreamx(), isPremature],
      ['been locked (WHATWG)', lockedWebStream, (reason) => reason instanceof TypeError],
    ];
    for (const [what, make, isExpected] of before) {
      it(`rejects, having registered and unregistered, when it had ${what} before`, async () => {
        const stream = make();
        const consumer = new RecordingConsumer();
        const reason = await rejection(new ReadableProducer(stream).startProducing(consumer));
        expect(isExpected(reason), String(reason)).to.equal(true);
        expect(consumer.log).to.deep.equal(['register push', 'unregister']);
      });
    }

    it('rejects also with a value that is not an error', async () => {
      const stream = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(7) });
      const readable = new ProducerReadable();
      const [produced, read] = await Promise.all([
        rejection(new ReadableProducer(stream).startProducing(readable)),
        rejection(readable.toArray()),
      ]);
      expect(produced).to.equal(7);
      expect(read).to.be.instanceOf(Error).with.property('cause', 7);
    });

    it('destroys a stream that does not destroy itself', async () => {
      const stream = new PassThrough({ autoDestroy: false });
      const produced = new ReadableProducer(stream).startProducing(new RecordingConsumer());
      stream.emit('error', boom);
      await rejection(produced);
      expect(stream.destroyed).to.equal(true);
    });

    it('reports an error that comes after the end, which no other code gets', async () => {
      const stream = new PassThrough({ autoDestroy: false });
      stream.end('a');
      await new ReadableProducer(stream).startProducing(new RecordingConsumer());
      stream.emit('error', boom);
      expect(logged.splice(0)).to.deep.equal([boom]);

      stream.on('error', () => {});
      stream.emit('error', boom);
    });
  });

  describe('the consumer throws', () => {
    for (const streaming of [true, false]) {
      it(`from write, ${streaming ? 'pushed' : 'pulled'}: unregisters, destroys the source, rejects`, async () => {
        const stream = endless();
        const heard: unknown[] = [];
        stream.on('error', (error) => heard.push(error));
        const consumer = consumerThat(() => {
          throw boom;
        });
        const producer = new ReadableProducer(stream, { streaming });
        expect(await rejection(producer.startProducing(consumer))).to.equal(boom);
        await turn();
        expect(stream.destroyed).to.equal(true);
        expect(heard).to.deep.equal([boom]);
        expect(consumer.log.slice(1)).to.deep.equal(['a', 'unregister']);
      });
    }

    for (const streaming of [true, false]) {
      const writes: Record<string, () => unknown> = {
        promise: () => Promise.reject(boom),
        // Promises of other libraries are no instances of Node's.
        thenable: () => ({ then: (_done: unknown, fail: (error: Error) => void) => fail(boom) }),
      };
      for (const [kind, write] of Object.entries(writes)) {
        it(`from a write that gives a ${kind}, with the last chunk, ${streaming ? 'pushed' : 'pulled'}: rejects`, async () => {
          const consumer = Object.assign(new RecordingConsumer(), { write });
          for (const source of [Readable.from([Buffer.from('a')]), streamx.Readable.from(['a'])]) {
            const producer = new ReadableProducer(source, { streaming });
            expect(await rejection(producer.startProducing(consumer))).to.equal(boom);
          }
          expect(consumer.log.filter((entry) => entry === 'unregister')).to.have.length(2);
        });
      }
    }

    it('from write, after stopping it: rejects as stopped, reports this', async () => {
      const consumer = consumerThat(({ producer }) => {
        producer?.stopProducing();
        throw boom;
      });
      const produced = new ReadableProducer([Buffer.from('a')]).startProducing(consumer);
      expect(await rejection(produced)).to.be.instanceOf(ProducerStoppedError);
      expect(logged.splice(0)).to.deep.equal([boom]);
    });

    it('from unregisterProducer at the end: rejects', async () => {
      const consumer = throwsWhenUnregistering();
      const produced = new ReadableProducer([Buffer.from('a')]).startProducing(consumer);
      expect(await rejection(produced)).to.equal(boom);
    });

    it('from unregisterProducer after a failure: rejects with that, reports this', async () => {
      const first = new Error('first');
      const consumer = throwsWhenUnregistering();
      consumer.wrote = () => {
        throw first;
      };
      const produced = new ReadableProducer([Buffer.from('a')]).startProducing(consumer);
      expect(await rejection(produced)).to.equal(first);
      expect(logged.splice(0)).to.deep.equal([boom]);
    });

    it('from registerProducer, after stopping it: rejects as stopped, reports this', async () => {
      const consumer: IConsumer = {
        registerProducer(producer: { stopProducing(): void }) {
          producer.stopProducing();
          throw boom;
        },
        unregisterProducer() {},
        write() {},
      };
      const reason = await rejection(new ReadableProducer(endless()).startProducing(consumer));
      expect(reason).to.be.instanceOf(ProducerStoppedError);
      expect(logged.splice(0)).to.deep.equal([boom]);
    });
  });
});

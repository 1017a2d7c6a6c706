/** How `ReadableProducer` ends when it doesn't end well. */
import { EventEmitter, getEventListeners } from 'node:events';
import { addAbortSignal, PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import {
  ProducerStoppedError,
  PrematureCloseError,
  ReadableProducer,
  WritableConsumer,
  type ReadableLike,
} from '../../../lib/index.js';
import { boom } from '../../support/failing-readables.js';
import { expectNothingLogged } from '../../support/logged.js';
import { consumerThat, RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';
import { endless } from '../../support/endless.js';

/** Sources that have much to give, and tell whether they were let go of. */
const stoppable: [string, () => { stream: ReadableLike; isDestroyed: () => boolean }][] = [
  [
    'node:stream',
    () => {
      const stream = endless();
      return { stream, isDestroyed: () => stream.destroyed };
    },
  ],
  [
    'readable-stream',
    () => {
      const stream = new rs.Readable({ read: () => void stream.push('a') });
      return { stream, isDestroyed: () => stream.destroyed };
    },
  ],
  [
    'streamx',
    () => {
      const stream = new streamx.Readable({
        read(done) {
          stream.push(Buffer.from('a'));
          done(null);
        },
      });
      return { stream, isDestroyed: () => stream.destroying };
    },
  ],
  [
    'old-style, with a close method',
    () => {
      let paused = true;
      let closed = false;
      const stream = Object.assign(new EventEmitter(), {
        pause: () => void (paused = true),
        resume: () => {
          paused = false;
          process.nextTick(() => stream.emit('data', Buffer.from('a')));
        },
        close: () => void (closed = true),
      });
      return { stream, isDestroyed: () => closed && paused };
    },
  ],
  [
    'old-style, destroyed as if it had ended',
    () => {
      const stream = Object.assign(new EventEmitter(), {
        readable: true,
        pause: () => {},
        resume: () => process.nextTick(() => stream.emit('data', Buffer.from('a'))),
        destroy: () => {
          stream.readable = false;
          process.nextTick(() => stream.emit('end'));
        },
      });
      return { stream, isDestroyed: () => !stream.readable };
    },
  ],
  [
    'WHATWG',
    () => {
      let cancelled = false;
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(Uint8Array.of(97)),
        cancel: () => void (cancelled = true),
      });
      return { stream, isDestroyed: () => cancelled && !stream.locked };
    },
  ],
  [
    'iterator',
    () => {
      let returned = false;
      const stream: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.resolve({ done: false, value: Buffer.from('a') }),
          return: () => {
            returned = true;
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
      return { stream, isDestroyed: () => returned };
    },
  ],
];

describe('ReadableProducer, when', () => {
  const logged = expectNothingLogged();

  describe('the consumer stops it,', () => {
    for (const [name, open] of stoppable) {
      for (const streaming of [true, false]) {
        const how = streaming ? 'pushed' : 'pulled';

        it(`destroys the source and rejects with a ProducerStoppedError: ${name}, ${how}`, async () => {
          const { stream, isDestroyed } = open();
          const consumer = consumerThat(() => consumer.producer?.stopProducing());
          const producer = new ReadableProducer(stream, { streaming });

          const reason = await rejection(producer.startProducing(consumer));
          await turn();

          expect(reason)
            .to.be.instanceOf(ProducerStoppedError)
            .with.property('code', 'ERR_PRODUCER_STOPPED');
          expect(isDestroyed()).to.equal(true);
          expect(consumer.log.slice(1)).to.deep.equal(['a']);
        });
      }

      it(`gives nothing more after that: ${name}`, async () => {
        const { stream } = open();
        const producer = new ReadableProducer(stream);
        await rejection(
          producer.startProducing(consumerThat((consumer) => consumer.producer?.stopProducing())),
        );
        await turn();
        const consumer = new RecordingConsumer();
        expect(await rejection(producer.startProducing(consumer))).to.be.instanceOf(
          PrematureCloseError,
        );
        expect(consumer.log).to.deep.equal(['register push', 'unregister']);
      });

      it(`destroys the source of a producer that has not started: ${name}`, async () => {
        const { stream, isDestroyed } = open();
        new ReadableProducer(stream).stopProducing();
        await turn();
        expect(isDestroyed()).to.equal(true);
      });
    }

    it('does so from a later turn as from inside a write', async () => {
      const stream = new Readable({ read() {} });
      const consumer = new RecordingConsumer();
      const produced = new ReadableProducer(stream).startProducing(consumer);
      await turn();
      consumer.producer?.stopProducing();
      consumer.producer?.stopProducing();
      expect(await rejection(produced)).to.be.instanceOf(ProducerStoppedError);
      expect(stream.destroyed).to.equal(true);
      // An `error` may come as long as the stream lives.
      expect(stream.eventNames()).to.deep.equal(['error']);
      expect(stream.listenerCount('error')).to.equal(1);
      expect(consumer.log).to.deep.equal(['register push']);
    });

    it('counts a WHATWG stream that it has cancelled as destroyed, not as ended', async () => {
      const producer = new ReadableProducer(new ReadableStream<Uint8Array>());
      const consumer = new RecordingConsumer();
      const produced = producer.startProducing(consumer);
      await turn();
      consumer.producer?.stopProducing();
      await rejection(produced);
      await turn();
      expect(await rejection(producer.startProducing(new RecordingConsumer()))).to.be.instanceOf(
        PrematureCloseError,
      );
    });

    it('rejects at once for a consumer that is disconnected', async () => {
      for (const streaming of [true, false]) {
        const stream = endless();
        const consumer = new WritableConsumer(new PassThrough().destroy());
        const producer = new ReadableProducer(stream, { streaming });
        expect(await rejection(producer.startProducing(consumer))).to.be.instanceOf(
          ProducerStoppedError,
        );
        expect(stream.destroyed).to.equal(true);
        expect(stream.eventNames()).to.deep.equal(['error']);
      }
    });

    it('ends with the connection of a WritableConsumer', async () => {
      for (const streaming of [true, false]) {
        const stream = endless();
        const sink = new PassThrough();
        const consumer = new WritableConsumer(sink);
        const produced = new ReadableProducer(stream, { streaming }).startProducing(consumer);
        setImmediate(() => sink.destroy(boom));
        expect(await rejection(produced)).to.be.instanceOf(ProducerStoppedError);
        expect(stream.destroyed).to.equal(true);
      }
    });

    it('reports the error that the iterator throws at that', async () => {
      const stream = (function* () {
        try {
          yield Buffer.from('a');
        } finally {
          throw boom;
        }
      })();
      const consumer = consumerThat(() => consumer.producer?.stopProducing());
      await rejection(new ReadableProducer(stream).startProducing(consumer));
      await turn();
      expect(logged.splice(0)).to.deep.equal([boom]);
    });
  });

  describe('its signal aborts,', () => {
    for (const [name, open] of stoppable) {
      it(`destroys the source, unregisters and rejects with the reason: ${name}`, async () => {
        const { stream, isDestroyed } = open();
        const controller = new AbortController();
        const { signal } = controller;
        const consumer = consumerThat(() => controller.abort(boom));

        const reason = await rejection(
          new ReadableProducer(stream, { signal }).startProducing(consumer),
        );
        await turn();

        expect(reason).to.equal(boom);
        expect(isDestroyed()).to.equal(true);
        expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
      });
    }

    it('rejects with an AbortError where no reason was given', async () => {
      const consumer = new RecordingConsumer();
      const signal = AbortSignal.abort();
      const produced = new ReadableProducer(endless(), { signal }).startProducing(consumer);
      expect(await rejection(produced))
        .to.be.instanceOf(Error)
        .with.property('name', 'AbortError');
    });

    it('has registered and unregistered, if it had aborted before', async () => {
      for (const streaming of [true, false]) {
        const stream = endless();
        const consumer = new RecordingConsumer();
        const signal = AbortSignal.abort(boom);
        const producer = new ReadableProducer(stream, { streaming, signal });
        expect(await rejection(producer.startProducing(consumer))).to.equal(boom);
        expect(consumer.log.slice(1)).to.deep.equal(['unregister']);
        expect(stream.destroyed).to.equal(true);
      }
    });

    it('rejects with a reason that is not an error unchanged', async () => {
      const signal = AbortSignal.abort('enough');
      const produced = new ReadableProducer(endless(), { signal });
      expect(await rejection(produced.startProducing(new RecordingConsumer()))).to.equal('enough');
    });

    it('does nothing after the end, and holds on to no listener', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const stream = new PassThrough({ autoDestroy: false });
      stream.end('a');
      await new ReadableProducer(stream, { signal }).startProducing(new RecordingConsumer());
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
      controller.abort();
      expect(stream.destroyed).to.equal(false);
    });

    it('fails as its stream does, where the signal is that of the stream', async () => {
      const controller = new AbortController();
      const consumer = consumerThat(() => controller.abort());
      const stream = addAbortSignal(controller.signal, endless());
      const reason = await rejection(new ReadableProducer(stream).startProducing(consumer));
      expect(reason).to.have.property('code', 'ABORT_ERR');
    });
  });
});

import { once } from 'node:events';

import * as core from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  Bucket,
  ProducerReadable,
  ShapedConsumer,
  type IPushProducer,
} from '../../../lib/index.js';
import { loggedErrors } from '../../support/logged.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';
import { readAll } from '../../support/sockets.js';
import { textOf } from '../../support/text-of.js';
import { recorder, pulled } from '../../support/recording-producer.js';

const boom = new Error('boom');

const bytes = (size: number) => Buffer.alloc(size, 'x');

describe('ProducerReadable', () => {
  describe('ends', () => {
    it('when its producer unregisters', async () => {
      const readable = new ProducerReadable();
      readable.registerProducer(recorder(), true);
      readable.write(Buffer.from('a'));
      readable.unregisterProducer();
      expect(readable.producer).to.equal(null);
      expect(await text(readable)).to.equal('a');
    });

    it('when it is finished, whether or not its producer unregisters', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('a'));
      readable.finish();
      expect(readable.producer, 'forgotten at once').to.equal(null);
      readable.finish();
      readable.unregisterProducer();
      expect(await text(readable)).to.equal('a');
      expect(producer.told).to.deep.equal([]);
    });

    it('at once: what is left is read although less is left than is asked for', () => {
      const readable = new ProducerReadable();
      expect(readable.read()).to.equal(null);
      readable.write(Buffer.from('abc'));
      readable.finish();
      expect(String(readable.read(10))).to.equal('abc');
    });

    it('before a listener may write, although that writes as it is told of the end', async () => {
      const readable = new ProducerReadable();
      readable.read(0);
      readable.once('readable', () => {
        readable.write(Buffer.from('late'));
        readable.finish();
      });
      readable.finish();
      expect(await text(readable)).to.equal('');
    });

    it('not before it is read, although the last write gave its reader nothing', async () => {
      for (const last of [Buffer.alloc(0), Buffer.from([0xe2])]) {
        const readable = new ProducerReadable({ encoding: 'utf8' });
        let hasEnded = false;
        readable.on('end', () => (hasEnded = true));
        readable.write(last);
        readable.finish();
        await turn();
        expect(hasEnded).to.equal(false);
        readable.resume();
        await once(readable, 'end');
      }
    });

    it('not when it is finished after it was destroyed', async () => {
      const readable = new ProducerReadable();
      readable.destroy();
      readable.finish();
      const error: unknown = await finished(readable).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    });

    it('although a producer that has unregistered says that it has failed', async () => {
      const readable = new ProducerReadable();
      readable.registerProducer(recorder(), true);
      readable.write(Buffer.from('a'));
      readable.unregisterProducer();
      readable.producerFailed(boom);
      expect(await text(readable)).to.equal('a');
    });

    it('only when it is finished, with `{ end: false }`: one producer can follow another', async () => {
      const readable = new ProducerReadable({ end: false });
      for (const Producer of [PushProducer, PullProducer]) {
        for (const word of ['one ', 'two ']) {
          const producer = new Producer(readable, Buffer.from(word), 2).start();
          const chunks: string[] = [];
          while (readable.producer === producer) {
            chunks.push(String((readable.read() as Buffer | null) ?? ''));
            await turn();
          }
          chunks.push(textOf(readable));
          expect(chunks.join('')).to.equal(word);
        }
      }
      readable.finish();
      expect(await text(readable)).to.equal('');
    });

    it('not because a producer fails, with `{ end: false }`: another one can go on', async () => {
      const readable = new ProducerReadable({ end: false });
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('one '));
      readable.producerFailed(boom);
      readable.unregisterProducer();
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('two'));
      readable.finish();
      expect(await text(readable)).to.equal('one two');
    });

    it('not when unregisterProducer is called without a registered producer', async () => {
      const readable = new ProducerReadable();
      readable.unregisterProducer();
      readable.write(Buffer.from('a'));
      readable.finish();
      expect(await text(readable)).to.equal('a');
    });

    it('and then stops at once a producer that registers, and drops the bytes that it writes', async () => {
      const readable = new ProducerReadable();
      readable.finish();
      for (const streaming of [true, false]) {
        const producer = recorder();
        readable.registerProducer(producer, streaming);
        readable.write(Buffer.from('late'));
        expect(producer.told).to.deep.equal(['stop']);
        expect(readable.producer).to.equal(null);
      }
      expect(await text(readable)).to.equal('');
    });

    it('and leaves a field `data` of its subclass as it is', async () => {
      class Rows extends ProducerReadable {
        data = ['row'];
      }
      const rows = new Rows();
      rows.write(bytes(1));
      rows.finish();
      expect(await text(rows)).to.equal('x');
      expect(rows.data).to.deep.equal(['row']);
    });
  });

  describe('when it is destroyed,', () => {
    const ways: [string, (readable: ProducerReadable) => unknown][] = [
      ['by destroy', (readable) => readable.destroy()],
      ['by destroy with an error', (readable) => readable.on('error', () => {}).destroy(boom)],
      [
        'by leaving a loop',
        async (readable) => {
          // The first turn is all that is wanted.
          for await (const chunk of readable) if (chunk !== undefined) break;
        },
      ],
      [
        'by a signal',
        (readable) => {
          core.addAbortSignal(AbortSignal.abort(), readable).on('error', () => {});
        },
      ],
      [
        'by the failure of a pipeline',
        (readable) => {
          const sink = new core.PassThrough();
          core.pipeline(readable, sink, () => {});
          sink.destroy(boom);
        },
      ],
      ['by the cancelling of a web stream', (readable) => core.Readable.toWeb(readable).cancel()],
    ];
    for (const [how, destroy] of ways) {
      for (const streaming of [true, false]) {
        it(`stops its ${streaming ? 'push' : 'pull'} producer, once: ${how}`, async () => {
          const readable = new ProducerReadable({ highWaterMark: 1 });
          const producer = recorder();
          readable.registerProducer(producer, streaming);
          readable.write(Buffer.from('a'));
          await destroy(readable);
          await turn();
          readable.destroy();
          readable.unregisterProducer();
          await turn();
          expect(readable.destroyed).to.equal(true);
          expect(readable.producer).to.equal(null);
          expect(producer.told.filter((told) => told === 'stop')).to.have.length(1);
          expect(producer.told.at(-1)).to.equal('stop');
        });
      }
    }

    it('stops at once a producer that registers later, and drops the bytes that it writes', () => {
      const readable = new ProducerReadable();
      readable.destroy();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(Buffer.from('a'));
      readable.finish();
      expect(producer.told).to.deep.equal(['stop']);
      expect(readable).to.include({ producer: null, readableLength: 0 });
    });

    it('stops no producer that has unregistered', async () => {
      const readable = new ProducerReadable();
      const producer = new PullProducer(readable, numbered(100), 10).start();
      await readAll(readable);
      readable.destroy();
      expect(producer.log).not.to.include('stop');
    });

    it('by its own signal, is so from the start if that aborted before', async () => {
      const readable = new ProducerReadable({ signal: AbortSignal.abort(boom) });
      const [error] = (await once(readable, 'error')) as [Error];
      expect(error).to.include({ code: 'ABORT_ERR', cause: boom });
      const producer = recorder();
      readable.registerProducer(producer, true);
      expect(producer.told).to.deep.equal(['stop']);
    });

    it('forgets its producer before it stops it', () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      let seen: unknown;
      producer.stopProducing = () => {
        seen = readable.producer;
        readable.unregisterProducer();
        readable.write(bytes(1));
      };
      readable.registerProducer(producer, true);
      readable.destroy();
      expect(seen).to.equal(null);
    });
  });

  describe('when its producer throws', () => {
    const logged = loggedErrors();

    for (const streaming of [true, false]) {
      it(`from resumeProducing, is destroyed with that and stops the ${streaming ? 'push' : 'pull'} producer`, async () => {
        const readable = new ProducerReadable({ highWaterMark: 1 });
        const producer = pulled(() => {
          throw boom;
        }) as IPushProducer & { told: string[] };
        readable.registerProducer(producer, streaming);
        if (streaming) readable.write(bytes(1));
        const failed = once(readable, 'error');
        readable.resume();
        expect(await failed).to.deep.equal([boom]);
        expect(producer.told.slice(-2)).to.deep.equal(['resume', 'stop']);
        expect(readable.producer).to.equal(null);
      });
    }

    it('from resumeProducing as it registers, lets the caller know', () => {
      const readable = new ProducerReadable();
      readable.read();
      const producer = pulled(() => {
        throw boom;
      });
      expect(() => readable.registerProducer(producer, false)).to.throw(boom);
    });

    it('from pauseProducing, reaches the writer, and the data was written', () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const producer = recorder();
      producer.pauseProducing = () => {
        throw boom;
      };
      readable.registerProducer(producer, true);
      expect(() => readable.write(bytes(1))).to.throw(boom);
      expect(readable.readableLength).to.equal(1);
    });

    it('from stopProducing, is destroyed with that', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      producer.stopProducing = () => {
        throw boom;
      };
      readable.registerProducer(producer, true);
      readable.destroy();
      expect(await once(readable, 'error')).to.deep.equal([boom]);
    });

    it('or says that it has failed, is destroyed with that and need not stop it', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(bytes(1));
      readable.producerFailed(boom);
      readable.unregisterProducer();
      expect(await once(readable, 'error')).to.deep.equal([boom]);
      expect(producer.told).to.deep.equal([]);
    });

    it('if a proxy has bytes of the failed producer left, stops the proxy, which lets its bucket go', async () => {
      const readable = new ProducerReadable();
      readable.on('error', () => {});
      const bucket = new Bucket();
      const shaped = new ShapedConsumer(readable, bucket);
      shaped.registerProducer(recorder(), true);
      shaped.write(bytes(1));
      shaped.producerFailed(boom);
      shaped.unregisterProducer();
      await turn();
      expect(readable.producer).to.equal(null);
      expect(shaped.stopped).to.equal(true);
      expect(bucket.refcount).to.equal(0);
    });

    it('from stopProducing, where there is an error already, reports it', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      producer.stopProducing = () => {
        throw boom;
      };
      readable.registerProducer(producer, true);
      const first = new Error('first');
      readable.destroy(first);
      expect(await once(readable, 'error')).to.deep.equal([first]);
      expect(logged).to.deep.equal([boom]);
    });
  });
});

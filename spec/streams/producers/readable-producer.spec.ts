import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import * as streamx from 'streamx';

import { ReadableProducer, type IPushProducer, type ReadableLike } from '../../../lib/index.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { streamOf } from '../../support/stream-of.js';
import { OldStyleStream } from '../../support/old-style-stream.js';
import { expectTimersDuring } from '../../support/expect-timers.js';

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
      ['streamx', () => streamx.Readable.from([Buffer.from('a')])],
      ['old-style', () => new OldStyleStream(['a'])],
    ];
    for (const [name, open] of ended) {
      it(`registers and unregisters again when the stream has ended before: ${name}`, async () => {
        const stream = open();
        const producer = new ReadableProducer(stream);
        await producer.startProducing(new RecordingConsumer());
        const others = ['node:stream', 'streamx', 'old-style'].includes(name);
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
      consumer.wrote = () => consumer.pushed.pauseProducing();
      const produced = new ReadableProducer(streamOf('a', 'b', 'c')).startProducing(consumer);
      await turn();
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'a']);

      consumer.pushed.resumeProducing();
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b']);

      consumer.wrote = () => {};
      consumer.pushed.resumeProducing();
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

      consumer.pushed.resumeProducing();
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'a', 'unregister']);
    });

    it('can be paused twice, and paused and resumed within one write', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = () => {
        consumer.pushed.pauseProducing();
        consumer.pushed.pauseProducing();
        consumer.pushed.resumeProducing();
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
      consumer.pushed.pauseProducing();
      expect(stream.isPaused()).to.equal(true);
      stream.end('a');
      await turn();
      expect(consumer.log).to.deep.equal(['register push']);
      consumer.pushed.resumeProducing();
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
      consumer.wrote = () => consumer.pushed.pauseProducing();
      const producer = new ReadableProducer(stream);
      producer.startProducing(consumer).catch(() => {});
      for (let i = 0; i < 10; i += 1) await turn();
      expect(consumer.chunks).to.have.length(1);
      expect(reads).to.be.at.most(3);
      producer.stopProducing();
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
});

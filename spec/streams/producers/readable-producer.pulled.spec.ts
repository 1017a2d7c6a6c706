import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ReadableProducer, WritableConsumer, type IPullProducer } from '../../../lib/index.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { streamOf } from '../../support/stream-of.js';
import { rejection } from '../../support/rejection.js';
import { OldStyleStream } from '../../support/old-style-stream.js';
import { expectTimersDuring } from '../../support/expect-timers.js';

/** A pull consumer that asks again only when it is told to. */
class AskingConsumer extends RecordingConsumer {
  override wrote(): void {}
  ask(): void {
    (this.producer as IPullProducer).resumeProducing();
  }
}

describe('ReadableProducer', () => {
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

    it('is asked by a WritableConsumer only after its last chunk has gone', async () => {
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

    it('buffers the data that comes while it is paused', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = () => consumer.pushed.pauseProducing();
      const produced = new ReadableProducer(new OldStyleStream(['a', 'b'])).startProducing(
        consumer,
      );
      await turn();
      expect(consumer.log).to.deep.equal(['register push', 'a']);
      consumer.pushed.resumeProducing();
      await produced;
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b', 'unregister']);
    });

    it('drops the buffered data when it is stopped', async () => {
      const consumer = new RecordingConsumer();
      consumer.wrote = () => {
        if (consumer.chunks.length === 1) consumer.pushed.pauseProducing();
        else consumer.pushed.stopProducing();
      };
      const stream = new OldStyleStream(['a', 'b', 'c', 'd']);
      const produced = new ReadableProducer(stream).startProducing(consumer);
      consumer.pushed.resumeProducing();
      await rejection(produced);
      expect(consumer.log).to.deep.equal(['register push', 'a', 'b']);
    });
  });
});

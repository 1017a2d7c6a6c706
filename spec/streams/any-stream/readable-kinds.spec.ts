/** `ReadableProducer` on every kind of readable that there is. */
import type { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';

import { expect } from 'chai';

import { ReadableProducer, WritableConsumer, type IPushProducer } from '../../../lib/index.js';
import { numbered } from '../../support/producers.js';
import { readableKinds, type Source } from '../../support/readable-kinds.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';

const data = numbered(300_000);

/** A sink that takes one small chunk a turn, so that a fast source is held up. */
function slowSink(): Writable & { received: Buffer[] } {
  const received: Buffer[] = [];
  const sink = new Writable({
    highWaterMark: 1000,
    write(chunk: Buffer, _encoding, done) {
      received.push(chunk);
      setImmediate(done);
    },
  });
  return Object.assign(sink, { received });
}

/** Pauses its producer for a turn after each write. */
class PausingConsumer extends RecordingConsumer {
  writesWhilePaused = 0;
  private paused = false;

  override wrote(): void {
    if (this.paused) this.writesWhilePaused += 1;
    this.paused = true;
    const producer = this.producer as IPushProducer;
    producer.pauseProducing();
    setImmediate(() => {
      this.paused = false;
      producer.resumeProducing();
    });
  }
}

/** How many listeners for data `source` has, if it has any. */
function listenersOf({ stream }: Source): number {
  return 'listenerCount' in stream ? (stream as unknown as EventEmitter).listenerCount('data') : 0;
}

for (const kind of readableKinds) {
  describe(`ReadableProducer on ${kind.name}`, () => {
    let source: Source;
    beforeEach(async () => {
      source = await kind.open(data);
    });
    afterEach(() => source.dispose?.());

    for (const streaming of [true, false]) {
      const how = streaming ? 'pushes' : 'gives when pulled';

      it(`${how} every byte in order, then unregisters once and listens no more`, async () => {
        const consumer = new RecordingConsumer();

        await new ReadableProducer(source.stream, { streaming }).startProducing(consumer);

        expect(consumer.received.equals(data)).to.equal(true);
        expect(consumer.chunks.every((chunk) => Buffer.isBuffer(chunk))).to.equal(true);
        expect(consumer.log.at(-1)).to.equal('unregister');
        expect(consumer.log.filter((entry) => entry === 'unregister')).to.have.length(1);
        expect(listenersOf(source)).to.equal(0);
      });

      it(`${how} every byte to a slow stream`, async () => {
        const sink = slowSink();
        const consumer = new WritableConsumer(sink);

        await new ReadableProducer(source.stream, { streaming }).startProducing(consumer);
        consumer.loseConnection();
        await consumer.closed;

        expect(Buffer.concat(sink.received).equals(data)).to.equal(true);
      });
    }

    it('writes nothing while it is paused', async () => {
      const consumer = new PausingConsumer();

      await new ReadableProducer(source.stream).startProducing(consumer);

      expect(consumer.received.equals(data)).to.equal(true);
      expect(consumer.writesWhilePaused).to.equal(0);
    });
  });
}

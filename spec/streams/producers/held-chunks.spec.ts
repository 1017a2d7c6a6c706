/** Chunks from a stream that takes `pause` for advice. */
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { ReadableProducer, type IPushProducer } from '../../../lib/index.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';

describe('Chunks that come while a ReadableProducer is paused', () => {
  it('are given in order, over many turns of the event loop, if there are many', async () => {
    const stream = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
    const consumer = new RecordingConsumer();
    const produced = new ReadableProducer(stream).startProducing(consumer);
    const producer = consumer.producer as IPushProducer;
    producer.pauseProducing();
    const count = 100_000;
    for (let i = 0; i < count; i++) stream.emit('data', Buffer.from(String(i)));
    stream.emit('end');
    let turns = 0;
    let isDone = false;
    producer.resumeProducing();
    void produced.then(() => (isDone = true));
    while (!isDone) {
      await turn();
      turns += 1;
    }
    expect(turns).to.be.above(5);
    expect(consumer.chunks.length).to.equal(count);
    expect(consumer.chunks.every((chunk, i) => String(chunk) === String(i))).to.equal(true);
  });
});

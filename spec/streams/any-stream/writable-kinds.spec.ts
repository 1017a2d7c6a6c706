/** `WritableConsumer` on every kind of writable that there is. */
import type { Writable } from 'node:stream';

import { expect } from 'chai';
import sinon from 'sinon';

import { ConnectionDone, WritableConsumer } from '../../../lib/index.js';
import type { IConsumer } from '../../../lib/index.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';
import { writableKinds, type Sink } from '../../support/writable-kinds.js';

const data = numbered(300_000);

interface Producer {
  start(): { log: string[] };
}

const producers: [string, (consumer: IConsumer) => Producer][] = [
  ['a push producer of small pieces', (consumer) => new PushProducer(consumer, data, 100)],
  ['a push producer of large pieces', (consumer) => new PushProducer(consumer, data, 40_000)],
  ['a pull producer of small pieces', (consumer) => new PullProducer(consumer, data, 1000)],
  ['a pull producer of large pieces', (consumer) => new PullProducer(consumer, data, 65_536)],
];

for (const kind of writableKinds) {
  describe(`WritableConsumer on ${kind.name}`, () => {
    let sink: Sink;
    beforeEach(async () => {
      sink = await kind.open();
    });
    afterEach(() => sink.dispose?.());

    for (const [name, make] of producers) {
      it(`delivers every byte of ${name}, and closes once it has unregistered`, async () => {
        const consumer = new WritableConsumer(sink.stream);
        const { log } = make(consumer).start();
        consumer.loseConnection();

        const [received, reason] = await Promise.all([sink.received, consumer.closed]);

        expect(received.equals(data)).to.equal(true);
        expect(reason).to.be.instanceOf(ConnectionDone);
        expect(log).not.to.include('stop');
        expect(consumer).to.include({ connected: false, disconnected: true, producer: null });
      });
    }

    it('never buffers more than highWaterMark and one write of the producer', async () => {
      const consumer = new WritableConsumer(sink.stream);
      const { writableObjectMode, writableLength = 0 } = sink.stream as Partial<Writable>;
      // The head of an HTTP message is buffered too: before the first write, or with it.
      const head = kind.name.startsWith('http.') ? Math.max(writableLength, 200) : 0;
      const oneWrite = writableObjectMode === true ? 1 : 100;
      const producer = new PushProducer(consumer, data, 100);
      const write = sinon.stub(consumer, 'write').callsFake((piece) => {
        write.wrappedMethod.call(consumer, piece);
        peak = Math.max(peak, consumer.writableLength);
      });
      let peak = 0;
      producer.start();
      consumer.loseConnection();
      await Promise.all([sink.received, consumer.closed]);

      expect(peak).to.be.within(1, consumer.highWaterMark + oneWrite + head);
      expect(producer.sent).to.equal(data.length);
    });
  });
}

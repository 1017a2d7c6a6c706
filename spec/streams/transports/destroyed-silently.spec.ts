/** Streams without `emitClose`: destroyed without an error, they say nothing at all. */
import * as core from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import {
  ConnectionLost,
  DuplexTransport,
  Protocol,
  ReadableProducer,
  toWeb,
  WritableConsumer,
} from '../../../lib/index.js';
import { Minipass } from '../../support/older-libraries.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

const libraries: [string, Pick<typeof core, 'Duplex' | 'Writable'>][] = [
  ['node:stream', core],
  ['readable-stream', rs as unknown as Pick<typeof core, 'Duplex' | 'Writable'>],
];

const uses: [string, (consumer: WritableConsumer) => void][] = [
  ['written to', (consumer) => consumer.write(Buffer.from('more'))],
  ['closed', (consumer) => consumer.loseConnection()],
  ['half closed', (consumer) => consumer.loseWriteConnection()],
];

for (const [name, { Writable }] of libraries) {
  describe(`A full Writable of ${name} that was destroyed and says nothing`, () => {
    for (const [use, happen] of uses) {
      it(`is lost when its consumer is ${use}`, async () => {
        const stream = new Writable({ emitClose: false, highWaterMark: 10, write() {} });
        const consumer = new WritableConsumer(stream);
        consumer.write(Buffer.alloc(20));
        await new Promise(setImmediate);
        stream.destroy();
        await new Promise(setImmediate);
        expect(consumer.disconnected).to.equal(false);
        happen(consumer);
        const reason = await consumer.closed;
        expect(reason).to.be.instanceOf(ConnectionLost);
        expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
      });
    }
  });
}

const kinds: [string, core.WritableOptions][] = [
  ['without emitClose', { emitClose: false }],
  ['whose destroy never calls back', { destroy() {} }],
];

for (const [name, { Writable }] of libraries) {
  for (const [kind, options] of kinds) {
    describe(`A Writable of ${name} ${kind} that destroys itself in the write that fills it`, () => {
      const open = () =>
        new Writable({
          highWaterMark: 10,
          ...options,
          write(_chunk, _encoding, callback) {
            this.destroy();
            setImmediate(callback);
          },
        });

      it('is lost, although nothing more is asked of it', async () => {
        const consumer = new WritableConsumer(open());
        consumer.write(Buffer.alloc(20));
        consumer.loseConnection();
        expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      });

      it('is lost to a transfer too', async () => {
        const consumer = new WritableConsumer(open());
        const sent = new ReadableProducer([Buffer.alloc(20_000), Buffer.alloc(1)]).startProducing(
          consumer,
        );
        expect(await rejection(sent)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
        expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      });

      it('is lost to a transfer that has room left and nothing more to send for now', async () => {
        const consumer = new WritableConsumer(open(), { highWaterMark: 100_000 });
        const source = new core.PassThrough();
        source.write(Buffer.alloc(20_000));
        const sent = new ReadableProducer(source).startProducing(consumer);
        expect(await rejection(sent)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
        expect(await consumer.closed).to.be.instanceOf(ConnectionLost);
      });
    });
  }
}

for (const [name, { Duplex }] of libraries) {
  describe(`A Duplex of ${name} that was destroyed while it was paused and says nothing`, () => {
    const open = (): core.Duplex => new Duplex({ emitClose: false, read() {}, write() {} });

    it('is lost when its transport is resumed', async () => {
      const stream = open();
      const transport = new DuplexTransport(stream, { protocol: new Protocol() });
      transport.pauseProducing();
      stream.destroy();
      await new Promise(setImmediate);
      transport.resumeProducing();
      const reason = await transport.closed;
      expect(reason).to.be.instanceOf(ConnectionLost);
      expect(reason.cause).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    });

    it('fails the transfer that reads it when that is resumed', async () => {
      const stream = open();
      const producer = new ReadableProducer(stream);
      const consumer = {
        registerProducer: () => producer.pauseProducing(),
        unregisterProducer() {},
        write() {},
      };
      const sent = producer.startProducing(consumer);
      stream.push('more'); // A stream is paused when it gives a chunk that is not wanted.
      await new Promise(setImmediate);
      stream.destroy();
      await new Promise(setImmediate);
      producer.resumeProducing();
      producer.resumeProducing();
      expect(await rejection(sent)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    });

    it('fails its WHATWG counterpart when that is read', async () => {
      const stream = open();
      const reader = toWeb(stream).readable.getReader();
      stream.push(Buffer.alloc(stream.readableHighWaterMark));
      await new Promise(setImmediate);
      stream.destroy();
      await new Promise(setImmediate);
      await reader.read();
      expect(await rejection(reader.read())).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
    });
  });
}

describe('A stream of minipass that was destroyed while it was paused and says nothing', () => {
  it('is lost when its transport is resumed', async () => {
    const stream = new Minipass();
    const transport = new DuplexTransport(stream, { protocol: new Protocol() });
    transport.pauseProducing();
    stream.destroy();
    await new Promise(setImmediate);
    transport.resumeProducing();
    expect(await transport.closed).to.be.instanceOf(ConnectionLost);
  });

  it('fails the transfer that reads it when that is resumed', async () => {
    const stream = new Minipass();
    const producer = new ReadableProducer(stream);
    const sent = producer.startProducing(new RecordingConsumer());
    producer.pauseProducing();
    stream.write(Buffer.from('more'));
    await new Promise(setImmediate);
    stream.destroy();
    producer.resumeProducing();
    producer.resumeProducing();
    expect(await rejection(sent)).to.have.property('code', 'ERR_STREAM_PREMATURE_CLOSE');
  });
});

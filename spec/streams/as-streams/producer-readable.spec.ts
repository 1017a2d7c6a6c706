import { once } from 'node:events';
import * as core from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  InvalidArgTypeError,
  OutOfRangeError,
  ProducerAlreadyRegisteredError,
  ProducerReadable,
  type IPullProducer,
  type IPushProducer,
  type ProducerReadableOptions,
} from '../../../lib/index.js';
import { numbered, PullProducer, PushProducer } from '../../support/producers.js';
import { Random } from '../../support/random.js';
import { readAll } from '../../support/sockets.js';
import { recorder } from '../../support/recording-producer.js';

const bytes = (size: number) => Buffer.alloc(size, 'x');

function readByEvents(readable: ProducerReadable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  readable.on('data', (chunk: Buffer) => chunks.push(chunk));
  return once(readable, 'end').then(() => Buffer.concat(chunks));
}

async function readByPipe(readable: ProducerReadable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = new core.Writable({
    highWaterMark: 100,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      process.nextTick(done);
    },
  });
  readable.pipe(sink);
  await once(sink, 'finish');
  return Buffer.concat(chunks);
}

describe('ProducerReadable', () => {
  describe('with a push producer', () => {
    it('pauses it once when the buffer is full, although it writes again', () => {
      const readable = new ProducerReadable({ highWaterMark: 10 });
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(bytes(9));
      expect(producer.told).to.deep.equal([]);
      expect(readable.producerPaused).to.equal(false);
      readable.write(bytes(1));
      expect(producer.told).to.deep.equal(['pause']);
      expect(readable.producerPaused).to.equal(true);
      readable.write(bytes(1));
      expect(producer.told).to.deep.equal(['pause']);
      expect(readable.readableLength).to.equal(11);
    });

    it('resumes it once, when the reader needs more', () => {
      const readable = new ProducerReadable({ highWaterMark: 10 });
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.write(bytes(10));
      readable.read(0);
      expect(producer.told).to.deep.equal(['pause']);
      readable.read();
      readable.read();
      expect(producer.told).to.deep.equal(['pause', 'resume']);
      expect(readable.producerPaused).to.equal(false);
    });

    it('never resumes a producer that it has not paused', async () => {
      const readable = new ProducerReadable();
      const producer = recorder();
      readable.registerProducer(producer, true);
      readable.resume();
      for (let i = 0; i < 3; i += 1) {
        readable.write(bytes(10));
        await turn();
      }
      expect(producer.told).to.deep.equal([]);
    });

    it('is right when it writes before the stream is read', async () => {
      const readable = new ProducerReadable();
      const producer = new PushProducer(readable, numbered(300_000), 7000).start();
      await turn();
      expect(producer.log).to.deep.equal(['pause']);
      expect((await readAll(readable)).equals(producer.data)).to.equal(true);
    });

    it('takes the data that was read out of the buffer before it resumes the producer', () => {
      const readable = new ProducerReadable({ highWaterMark: 10 });
      let length: number | undefined;
      const producer = recorder();
      producer.resumeProducing = () => (length = readable.readableLength);
      readable.registerProducer(producer, true);
      readable.write(bytes(15));
      readable.read();
      expect(length).to.equal(0);
    });

    it('pauses it as it registers, if the producer before has left the buffer full', () => {
      const readable = new ProducerReadable({ highWaterMark: 10, end: false });
      readable.write(bytes(10));
      const producer = recorder();
      readable.registerProducer(producer, true);
      expect(producer.told).to.deep.equal(['pause']);
      readable.read();
      expect(producer.told).to.deep.equal(['pause', 'resume']);
    });

    it('does not pause it as it registers, if the buffer is not full', () => {
      const readable = new ProducerReadable({ highWaterMark: 10 });
      readable.write(bytes(9));
      const producer = recorder();
      readable.registerProducer(producer, true);
      expect(producer.told).to.deep.equal([]);
    });

    it('takes what is written after it has unregistered, although the buffer is full', () => {
      const readable = new ProducerReadable({ highWaterMark: 10, end: false });
      readable.registerProducer(recorder(), true);
      readable.unregisterProducer();
      readable.write(bytes(10));
      expect(readable.readableLength).to.equal(10);
    });

    it('owes a new producer nothing for the pause of the last one', () => {
      const readable = new ProducerReadable({ highWaterMark: 10, end: false });
      const [first, second] = [recorder(), recorder()];
      readable.registerProducer(first, true);
      readable.write(bytes(10));
      readable.unregisterProducer();
      readable.read();
      readable.registerProducer(second, true);
      readable.read();
      expect(first.told).to.deep.equal(['pause']);
      expect(second.told).to.deep.equal([]);
      expect(readable.producerPaused).to.equal(false);
    });

    it('never buffers more than highWaterMark and one write', async () => {
      const random = new Random(1);
      for (let round = 0; round < 50; round += 1) {
        const highWaterMark = random.integer(0, 50);
        const readable = new ProducerReadable({ highWaterMark });
        const producer = new PushProducer(readable, numbered(2000), random.integer(1, 60));
        const write = readable.write.bind(readable);
        readable.write = (data) => {
          write(data);
          peak = Math.max(peak, readable.readableLength);
        };
        let peak = 0;
        producer.start();
        const chunks: Buffer[] = [];
        while (!readable.readableEnded) {
          const size = random.chance(0.5) ? undefined : random.integer(1, 9);
          const chunk = readable.read(size) as Buffer | null;
          if (chunk !== null) chunks.push(chunk);
          else await turn();
        }
        expect(Buffer.concat(chunks).equals(producer.data)).to.equal(true);
        // `read` of more than that raises it, as it does on any Readable.
        const { readableHighWaterMark } = readable;
        expect(peak).to.be.at.most(Math.max(readableHighWaterMark, 1) - 1 + producer.size);
      }
    });
  });

  for (const highWaterMark of [0, 1, 1000, undefined]) {
    for (const size of [1, 999, 70_000]) {
      for (const [name, Producer] of [
        ['push', PushProducer],
        ['pull', PullProducer],
      ] as const) {
        it(`hands on every byte, highWaterMark ${highWaterMark}, a ${name} producer of ${size}`, async () => {
          const data = numbered(Math.min(size * 200, 280_000));
          for (const read of [readAll, readByEvents, readByPipe]) {
            const readable = new ProducerReadable({ highWaterMark });
            const producer = new Producer(readable, data, size).start();
            expect((await read(readable)).equals(data)).to.equal(true);
            expect(producer.log).not.to.include('stop');
          }
        });
      }
    }
  }

  it('has no producer at first', () => {
    const none = { producer: null, producerPaused: false, streamingProducer: false };
    expect(new ProducerReadable()).to.include(none);
  });

  it('passes memory on, uncopied, as Buffers', () => {
    const readable = new ProducerReadable();
    const data = new Uint8Array([1, 2, 3]).subarray(1);
    readable.write(data);
    const chunk = readable.read() as Buffer;
    expect(Buffer.isBuffer(chunk)).to.equal(true);
    expect(chunk.buffer).to.equal(data.buffer);
    expect([...chunk]).to.deep.equal([2, 3]);
  });

  describe('refuses', () => {
    const options: [unknown, typeof InvalidArgTypeError | typeof OutOfRangeError][] = [
      [null, InvalidArgTypeError],
      [7, InvalidArgTypeError],
      [{ objectMode: 1 }, InvalidArgTypeError],
      [{ objectmode: true }, InvalidArgTypeError],
      [{ highWatermark: 1 }, InvalidArgTypeError],
      [{ readableObjectMode: true }, InvalidArgTypeError],
      [{ end: 0 }, InvalidArgTypeError],
      [{ emitClose: 0 }, InvalidArgTypeError],
      [{ autoDestroy: 'false' }, InvalidArgTypeError],
      [{ encoding: 'latin-9' }, InvalidArgTypeError],
      [{ highWaterMark: '1' }, InvalidArgTypeError],
      [{ highWaterMark: -1 }, OutOfRangeError],
      [{ highWaterMark: 1.5 }, OutOfRangeError],
      [{ highWaterMark: NaN }, OutOfRangeError],
    ];
    for (const [value, expected] of options) {
      it(`${JSON.stringify(value)} for options`, () => {
        expect(() => new ProducerReadable(value as ProducerReadableOptions)).to.throw(expected);
      });
    }

    it('a producer in place of options, which would never be registered', () => {
      for (const producer of [recorder(), { resumeProducing() {}, stopProducing() {} }]) {
        expect(() => new ProducerReadable(producer as ProducerReadableOptions)).to.throw(
          InvalidArgTypeError,
        );
      }
    });

    it('a string, also after the end and when it is destroyed', () => {
      const finished = new ProducerReadable();
      finished.finish();
      const destroyed = new ProducerReadable();
      destroyed.destroy();
      for (const readable of [new ProducerReadable(), finished, destroyed]) {
        expect(() => readable.write('text' as unknown as Buffer))
          .to.throw(TypeError)
          .with.property('code', 'ERR_INVALID_ARG_TYPE');
        expect(readable.readableLength).to.equal(0);
      }
    });

    it('a second producer, and changes nothing', () => {
      const readable = new ProducerReadable({ highWaterMark: 1 });
      const [first, second] = [recorder(), recorder()];
      readable.registerProducer(first, true);
      readable.write(bytes(1));
      for (const producer of [first, second]) {
        expect(() => readable.registerProducer(producer, false)).to.throw(
          ProducerAlreadyRegisteredError,
        );
      }
      expect(readable).to.include({
        producer: first,
        streamingProducer: true,
        producerPaused: true,
      });
      expect(second.told).to.deep.equal([]);
    });

    it('a value that is not a producer of the kind that it is said to be', () => {
      const readable = new ProducerReadable();
      const pull = { resumeProducing() {}, stopProducing() {} };
      expect(() => readable.registerProducer(pull as IPushProducer, true)).to.throw(
        InvalidArgTypeError,
      );
      expect(() => readable.registerProducer({} as IPullProducer, false)).to.throw(
        InvalidArgTypeError,
      );
      expect(readable.producer).to.equal(null);
    });
  });
});

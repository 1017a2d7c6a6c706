import { PassThrough, Readable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import {
  ConnectionDone,
  ProducerReadable,
  ReadableProducer,
  WritableConsumer,
  type IConsumer,
} from '../../../lib/index.js';
import { StringTransport } from '../../../lib/testing/index.js';
import { objectSinks, objectSources } from '../../support/object-kinds.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';
import { rejection } from '../../support/rejection.js';

const NO_BYTES = Buffer.alloc(0);
const values: unknown[] = [
  { n: 1 },
  'two',
  3,
  ['four'],
  [],
  false,
  0,
  '',
  Buffer.from('bytes'),
  NO_BYTES,
];

/** streamx loses empty bytes by itself. */
const someBytes = values.filter((value) => value !== NO_BYTES);

function expectSame(got: readonly unknown[], expected = values): void {
  expect(got).to.have.lengthOf(expected.length);
  expected.forEach((value, i) => expect(got[i]).to.equal(value));
}

/** A consumer of anything; of whose kind nothing can tell. */
class AnyConsumer implements IConsumer {
  readonly got: unknown[] = [];
  registerProducer(): void {}
  unregisterProducer(): void {}
  write(value: unknown): void {
    this.got.push(value);
  }
}

describe('A ReadableProducer of a stream in object mode', () => {
  for (const source of objectSources) {
    for (const streaming of [true, false]) {
      for (const sink of objectSinks) {
        it(`${streaming ? 'pushes' : 'is pulled for'} each value, from ${source.name} to ${sink.name}`, async () => {
          const got: unknown[] = [];
          const consumer = new WritableConsumer<unknown>(
            sink.open((object, done) => {
              got.push(object);
              setImmediate(done);
            }),
          );
          await new ReadableProducer(source.open(values), { streaming }).startProducing(consumer);
          consumer.loseConnection();
          expect(await consumer.closed).to.be.instanceOf(ConnectionDone);
          expectSame(got);
        });
      }
    }

    it(`gives each value but no bytes to a consumer of unknown kind, from ${source.name}`, async () => {
      const consumer = new AnyConsumer();
      await new ReadableProducer(source.open(values)).startProducing(consumer);
      expect(consumer.got).to.deep.equal(someBytes);
    });

    for (const streaming of [true, false]) {
      it(`is refused by consumers of bytes, ${streaming ? 'pushed' : 'pulled'}, from ${source.name}`, async () => {
        const readable = new ProducerReadable().on('error', () => {}).resume();
        const writable = new WritableConsumer(new PassThrough());
        // A StringTransport asks no pull producer.
        const others = streaming ? [new StringTransport()] : [];
        for (const consumer of [readable, writable, ...others]) {
          const producer = new ReadableProducer(source.open([Buffer.from('a'), { n: 1 }]), {
            streaming,
          });
          const error = await rejection(producer.startProducing(consumer));
          expect(error).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
          expect(consumer.producer).to.equal(null);
        }
      });
    }
  }
});

describe('A ReadableProducer of long strings, from a stream in object mode', () => {
  it('is refused by a consumer of bytes, although that takes large chunks at once', async () => {
    const stream = new PassThrough();
    const source = Readable.from(['a'.repeat(100_000)]);
    const sent = new ReadableProducer(source).startProducing(new WritableConsumer(stream));
    expect(await rejection(sent)).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(stream.readableLength).to.equal(0);
  });
});

describe('A ReadableProducer of a source that cannot tell whether it gives objects', () => {
  const sources: [string, () => ConstructorParameters<typeof ReadableProducer>[0]][] = [
    ['an array', () => someBytes as unknown as Uint8Array[]],
    ['a streamx Readable', () => streamx.Readable.from(someBytes)],
    [
      'a WHATWG ReadableStream',
      () =>
        new ReadableStream<Uint8Array>({
          start(controller) {
            for (const value of someBytes) controller.enqueue(value as Uint8Array);
            controller.close();
          },
        }),
    ],
  ];
  for (const [name, open] of sources) {
    it(`passes each value of ${name} on to a consumer that takes any`, async () => {
      const got: unknown[] = [];
      const consumer = new WritableConsumer(
        objectSinks[0]!.open((object, done) => {
          got.push(object);
          done();
        }),
      );
      await new ReadableProducer(open()).startProducing(consumer);
      consumer.loseConnection();
      await consumer.closed;
      expectSame(got, someBytes);
    });

    it(`fails with anything but bytes of ${name}, where nothing says that the consumer takes it`, async () => {
      const consumer = new RecordingConsumer();
      const error = await rejection(new ReadableProducer(open()).startProducing(consumer));
      expect(error).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(consumer.chunks).to.deep.equal([]);
    });
  }

  it('fails with null in an iterable', async () => {
    const consumer = new WritableConsumer(objectSinks[0]!.open((_object, done) => done()));
    const producer = new ReadableProducer(['one', null] as unknown as Uint8Array[]);
    expect(await rejection(producer.startProducing(consumer))).to.have.property(
      'code',
      'ERR_INVALID_ARG_TYPE',
    );
  });
});

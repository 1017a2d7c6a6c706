/** Every kind of readable into every kind of writable, by every route. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import { expect } from 'chai';

import {
  ConnectionDone,
  ConsumerWritable,
  ProducerReadable,
  ReadableProducer,
  WritableConsumer,
  type IConsumer,
} from '../../lib/index.js';
import { matrixReadables, matrixWritables, renderMatrix, routes } from '../support/matrix.js';
import { numbered } from '../support/producers.js';
import type { ReadableKind, Source } from '../support/readable-kinds.js';
import type { WritableKind } from '../support/writable-kinds.js';

const data = numbered(100_000);

/** How what `source` has gets to `consumer`. */
const ways: Record<
  (typeof routes)[number],
  (source: Source, consumer: IConsumer) => Promise<unknown>
> = {
  pushed: ({ stream }, consumer) => new ReadableProducer(stream).startProducing(consumer),
  pulled: ({ stream }, consumer) =>
    new ReadableProducer(stream, { streaming: false }).startProducing(consumer),
  'through all four': ({ stream }, consumer) => {
    const readable = new ProducerReadable();
    return Promise.all([
      new ReadableProducer(stream).startProducing(readable),
      pipeline(readable, new ConsumerWritable(consumer)),
    ]);
  },
};

/** Takes `data` from one to the other. */
async function carry(
  route: (typeof routes)[number],
  readable: ReadableKind,
  writable: WritableKind,
): Promise<void> {
  const sink = await writable.open();
  const source = await readable.open(data); // Last: the oldest kind gives without being asked.
  try {
    const consumer = new WritableConsumer(sink.stream);
    await ways[route](source, consumer);
    consumer.loseConnection();
    const [received, reason] = await Promise.all([sink.received, consumer.closed]);
    expect(received.equals(data), 'every byte arrives').to.equal(true);
    expect(reason).to.be.instanceOf(ConnectionDone);
  } finally {
    source.dispose?.();
    sink.dispose?.();
  }
}

describe('Every byte arrives in every kind of writable,', () => {
  for (const readable of matrixReadables) {
    it(`${routes.join(', ')}, from ${readable.name}`, async () => {
      // At once, because most of the time is spent waiting for one another.
      const cells = matrixWritables.flatMap((writable) =>
        routes.map(async (route) => {
          try {
            await carry(route, readable, writable);
            return [];
          } catch (error) {
            return [`${route} into ${writable.name}: ${String(error)}`];
          }
        }),
      );
      expect((await Promise.all(cells)).flat()).to.deep.equal([]);
    });
  }
});

describe('The page of the matrix', () => {
  it('shows what the specs prove', () => {
    const page = new URL('../../docs/matrix.md', import.meta.url);
    if (process.env['UPDATE_MATRIX']) writeFileSync(page, renderMatrix());
    expect(readFileSync(page, 'utf8')).to.equal(renderMatrix());
  });
});

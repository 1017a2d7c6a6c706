/** Random transfers from a stream through a producer into a stream, some of which go wrong. */
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import fc from 'fast-check';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { ProducerReadable, ReadableProducer, type ReadableLike } from '../../lib/index.js';
import { loggedErrors } from '../support/logged.js';
import { numbered } from '../support/producers.js';

/** Set them to look further, or elsewhere, than every run does. */
const RUNS = Number(process.env['FUZZ_SCENARIOS'] ?? 500);
const SEED = Number(process.env['FUZZ_SEED'] ?? 22);

const boom = new Error('boom');

type Chunks = AsyncGenerator<Buffer, undefined>;

/** The fault, which comes once so many chunks were read from the source, or by the reader. */
type Fault = 'none' | 'source fails' | 'reader leaves' | 'abort';

interface Scenario {
  kind: keyof typeof sources;
  streaming: boolean;
  highWaterMark: number;
  sizes: number[];
  fault: Fault;
  after: number;
  /** At which chunks the reader, or the source, takes a turn off. */
  readerRests: boolean[];
  sourceRests: boolean[];
}

/** The chunks of a scenario, one at a time and not always at once, and then perhaps a failure. */
async function* chunksOf({ sizes, fault, after, sourceRests }: Scenario): Chunks {
  const data = dataOf(sizes);
  let offset = 0;
  for (const [i, size] of sizes.entries()) {
    if (fault === 'source fails' && i === after) throw boom;
    if (sourceRests[i]) await turn();
    yield data.subarray(offset, (offset += size));
  }
  if (fault === 'source fails') throw boom;
  return undefined;
}

function dataOf(sizes: number[]): Buffer {
  return numbered(sizes.reduce((sum, size) => sum + size, 0));
}

/** Streams that read `chunks`. */
const sources = {
  iterable: (chunks: Chunks): ReadableLike => chunks,
  'node:stream': (chunks: Chunks) => Readable.from(chunks, { objectMode: false }),
  'readable-stream': (chunks: Chunks) => rs.Readable.from(chunks),
  streamx: (chunks: Chunks) => streamx.Readable.from(chunks),
  WHATWG: (chunks: Chunks) =>
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    }),
};

const scenario: fc.Arbitrary<Scenario> = fc.record({
  kind: fc.constantFrom(...(Object.keys(sources) as (keyof typeof sources)[])),
  streaming: fc.boolean(),
  highWaterMark: fc.constantFrom(0, 1, 10, 1000),
  sizes: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
  fault: fc.constantFrom<Fault>('none', 'source fails', 'reader leaves', 'abort'),
  after: fc.nat({ max: 20 }),
  readerRests: fc.array(fc.boolean(), { maxLength: 20 }),
  sourceRests: fc.array(fc.boolean(), { maxLength: 20 }),
});

/** Whether `work` went well. */
const succeeded = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  );

async function play(scenario: Scenario): Promise<void> {
  const { kind, streaming, highWaterMark, fault, after, readerRests } = scenario;
  const controller = new AbortController();
  const { signal } = controller;
  const readable = new ProducerReadable({ highWaterMark });
  const producer = new ReadableProducer(sources[kind](chunksOf(scenario)), { streaming, signal });
  const chunks: Buffer[] = [];
  let peak = 0;
  const read = async () => {
    let turns = 0;
    for await (const chunk of readable) {
      chunks.push(chunk as Buffer);
      if (fault === 'reader leaves' && turns === after) throw boom;
      if (fault === 'abort' && turns === after) controller.abort();
      if (readerRests[turns]) await turn();
      peak = Math.max(peak, readable.readableLength);
      turns += 1;
    }
  };

  const [produced, received] = await Promise.all([
    succeeded(producer.startProducing(readable)),
    succeeded(read()),
  ]);

  const data = dataOf(scenario.sizes);
  const got = Buffer.concat(chunks);
  expect(got.equals(data.subarray(0, got.length)), 'in order').to.equal(true);
  if (received) expect(got.length, 'all of it').to.equal(data.length);
  // A reader may leave, and an abort come, when all is produced already: then only one fails.
  if (fault === 'reader leaves') expect(produced || !received).to.equal(true);
  else expect(received, 'both ends').to.equal(produced);
  if (fault === 'none') expect(produced).to.equal(true);
  if (fault === 'source fails') expect(produced).to.equal(false);
  expect(peak).to.be.at.most(Math.max(highWaterMark, 1) - 1 + 30);
}

describe('ReadableProducer and ProducerReadable', () => {
  const logged = loggedErrors();

  it('deliver every byte in order, or an error at both ends, in every run', async () => {
    await fc.assert(fc.asyncProperty(scenario, play), {
      seed: SEED,
      numRuns: RUNS,
    });
    expect(logged).to.deep.equal([]);
  });
});

/** Random transfers from a stream into a stream that takes chunks at once, or later, or fails. */
import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import fc from 'fast-check';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { ReadableProducer, WritableConsumer } from '../../../lib/index.js';
import { loggedErrors } from '../../support/logged.js';
import { numbered } from '../../support/producers.js';

/** Set them to look further, or elsewhere, than every run does. */
const RUNS = Number(process.env['FUZZ_SCENARIOS'] ?? 500);
const SEED = Number(process.env['FUZZ_SEED'] ?? 23);

const LARGEST = 20_000;
/** The bytes of what is written beside the transfer. */
const BESIDE = 255;

type Fault = 'none' | 'sink fails' | 'abort' | 'close' | 'half close';
/** When the sink is done with a chunk. */
type Pace = 'at once' | 'tick' | 'turn';

interface Scenario {
  kind: keyof typeof sinks;
  highWaterMark: number | undefined;
  sinkHighWaterMark: number;
  sizes: number[];
  /** After which chunks something is written to the consumer besides. */
  besides: boolean[];
  /** After which chunks the source waits for a turn. */
  rests: boolean[];
  /** Bytes written to the consumer from inside the sink's write, one after the other. */
  inside: number[];
  paces: Pace[];
  fault: Fault;
  after: number;
}

type Take = (chunk: Buffer, done: (error: Error | null) => void) => void;

/** Streams that hand each chunk to `take`. */
const sinks = {
  'node:stream': (highWaterMark: number, take: Take) =>
    new Writable({ highWaterMark, write: (chunk: Buffer, _, done) => take(chunk, done) }),
  'node:stream, that takes many at a time': (highWaterMark: number, take: Take) =>
    new Writable({
      highWaterMark,
      write: (chunk: Buffer, _, done) => take(chunk, done),
      writev: (chunks: { chunk: Buffer }[], done) =>
        take(Buffer.concat(chunks.map(({ chunk }) => chunk)), done),
    }),
  'readable-stream': (highWaterMark: number, take: Take) =>
    new rs.Writable({ highWaterMark, write: (chunk: Buffer, _, done) => take(chunk, done) }),
  'old-style, that always says it is full': (_highWaterMark: number, take: Take) => {
    const sink = Object.assign(new EventEmitter(), {
      write(chunk: Buffer) {
        take(chunk, (error) => sink.emit(error === null ? 'drain' : 'error', error));
        return false;
      },
      end() {
        sink.emit('finish');
        sink.emit('close');
      },
    });
    return sink;
  },
  streamx: (highWaterMark: number, take: Take) =>
    new streamx.Writable({ highWaterMark, write: (chunk: Buffer, done) => take(chunk, done) }),
};

const scenario: fc.Arbitrary<Scenario> = fc.record({
  kind: fc.constantFrom(...(Object.keys(sinks) as (keyof typeof sinks)[])),
  highWaterMark: fc.constantFrom(undefined, 0, 1, 5000, 16_384, 100_000),
  sinkHighWaterMark: fc.constantFrom(0, 1, 5000, 16_384, 100_000),
  sizes: fc.array(
    fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: LARGEST })),
    {
      maxLength: 20,
    },
  ),
  besides: fc.array(fc.boolean(), { maxLength: 20 }),
  inside: fc.array(fc.constantFrom(0, 0, 1, 5000, LARGEST), { maxLength: 8 }),
  rests: fc.array(fc.boolean(), { maxLength: 20 }),
  paces: fc.array(fc.constantFrom<Pace>('at once', 'tick', 'turn'), { minLength: 1, maxLength: 5 }),
  fault: fc.constantFrom<Fault>(
    ...(['none', 'none', 'sink fails', 'abort', 'close', 'half close'] as const),
  ),
  after: fc.nat({ max: 20 }),
});

function call(pace: Pace | undefined, done: () => void): void {
  if (pace === 'at once') done();
  else if (pace === 'tick') process.nextTick(done);
  else setImmediate(done);
}

async function play(scenario: Scenario): Promise<void> {
  const { sizes, besides, rests, paces, fault, after } = scenario;
  const data = numbered(sizes.reduce((sum, size) => sum + size, 0)).map((byte) => byte % BESIDE);
  const received: Buffer[] = [];
  const boom = new Error('boom');
  const inside = [...scenario.inside];
  let written = 0;
  const writeBesides = (size: number) => {
    if (!consumer.connected || consumer.disconnecting || fault === 'half close') return;
    consumer.write(Buffer.alloc(size, BESIDE));
    written += size;
  };
  const sink = sinks[scenario.kind](scenario.sinkHighWaterMark, (chunk, done) => {
    received.push(Buffer.from(chunk));
    writeBesides(inside.shift() ?? 0);
    const failure = received.length > after && fault === 'sink fails' ? boom : null;
    call(paces[received.length % paces.length], () => done(failure));
  });
  const consumer = new WritableConsumer(sink, { highWaterMark: scenario.highWaterMark });
  const source = new PassThrough({ highWaterMark: 2 * LARGEST });
  const produced = new ReadableProducer(source).startProducing(consumer).then(
    () => true,
    () => false,
  );
  source.on('error', () => {}); // That it is destroyed, the producer says.

  let offset = 0;
  let peak = 0;
  for (const [i, size] of sizes.entries()) {
    if (source.destroyed) break;
    source.write(data.subarray(offset, (offset += size)));
    peak = Math.max(peak, consumer.writableLength);
    if (besides[i]) writeBesides(1);
    if (fault === 'abort' && i === after) consumer.abortConnection();
    if (fault === 'close' && i === after) consumer.loseConnection();
    if (fault === 'half close' && i === after) consumer.loseWriteConnection();
    if (rests[i]) await turn();
  }
  source.end();
  const whole = await produced;
  consumer.loseConnection();
  const { name } = await consumer.closed;

  const all = Buffer.concat(received);
  const transferred = all.filter((byte) => byte !== BESIDE);
  expect(transferred, 'in order').to.deep.equal(data.subarray(0, transferred.length));
  const clean = name === 'ConnectionDone';
  expect(clean, `whole if ${name}`).to.equal(clean && whole);
  if (clean) {
    expect(transferred.length, 'all of it').to.equal(data.length);
    expect(all.length - transferred.length, 'all besides').to.equal(written);
  } else {
    expect(fault).to.be.oneOf(['sink fails', 'abort']);
  }
  expect(consumer.producer).to.equal(null);
  if (scenario.kind !== 'streamx') {
    // Everything beside the transfer may be on top of what a pause allows.
    expect(peak).to.be.at.most(Math.max(consumer.highWaterMark, 1) - 1 + LARGEST + written);
  }
}

describe('ReadableProducer and WritableConsumer', () => {
  const logged = loggedErrors();

  it('deliver every byte in order, or fail at both ends, in every run', async () => {
    await fc.assert(fc.asyncProperty(scenario, play), { seed: SEED, numRuns: RUNS });
    expect(logged).to.deep.equal([]);
  });
});

/** Whatever happens in a chain of all six adapters: all bytes in order, or an error at both ends. */
import { Readable, Writable } from 'node:stream';

import { expect } from 'chai';
import fc from 'fast-check';

import { beforeDeadline } from '../support/before-deadline.js';
import { Chain } from '../support/chain.js';
import { delaying, JitteryConsumer, soon } from '../support/jitter.js';
import { numbered } from '../support/producers.js';
import { Random } from '../support/random.js';

/** Set them to look further, or elsewhere, than every run does. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1000);
const SEED = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);

/** Far longer than a run takes. */
const HANG = Number(process.env['PROPERTY_HANG'] ?? 5000);

/** The faults, and the place of each. */
const faults = {
  nothing: () => {},
  'the source is destroyed': (chain: Chain, error?: Error) => chain.source.destroy(error),
  'the source ends early': ({ source }: Chain) => (source as PacedSource).endEarly(),
  'ReadableProducer is aborted': (chain: Chain) => chain.abort.abort(),
  'ProducerReadable is destroyed': (chain: Chain, error?: Error) => chain.readable.destroy(error),
  'ConsumerWritable is destroyed': (chain: Chain, error?: Error) => chain.writable.destroy(error),
  'WritableConsumer is aborted': (chain: Chain) => chain.consumer.abortConnection(),
  'TransportDuplex is destroyed': (chain: Chain, error?: Error) => chain.duplex.destroy(error),
  'DuplexTransport is aborted': (chain: Chain) => chain.transport.abortConnection(),
  'the connection is reset here': (chain: Chain, error?: Error) => chain.near.destroy(error),
  'the connection is reset there': (chain: Chain, error?: Error) => chain.far.destroy(error),
  'the sink is destroyed': (chain: Chain, error?: Error) => chain.sink.destroy(error),
};

interface Scenario {
  /** Of the chunks that the source gives. */
  sizes: number[];
  streaming: boolean;
  highWaterMark: number;
  /** Seeds whatever is slow or pauses at random; `null` for a chain in which nothing does. */
  jitter: number | null;
  fault: keyof typeof faults;
  /** Whether the fault comes with an error. */
  withError: boolean;
  /** After which chunk the fault comes: of those that the source gave, or that the sink got. */
  after: { end: 'source' | 'sink'; chunks: number };
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  // None is empty: for Node, `push('')` may be the last that a source is asked for.
  sizes: fc.array(fc.oneof(...[10, 3000, 40_000].map((max) => fc.integer({ min: 1, max }))), {
    maxLength: 25,
  }),
  streaming: fc.boolean(),
  highWaterMark: fc.constantFrom(0, 1, 100, 5000, 16_384),
  jitter: fc.option(fc.nat()),
  fault: fc.constantFrom(...(Object.keys(faults) as Scenario['fault'][])),
  withError: fc.boolean(),
  after: fc.record({ end: fc.constantFrom('source', 'sink'), chunks: fc.nat(25) }),
});

/** Gives `data` in chunks of the sizes of a scenario, each when `pace` says. */
class PacedSource extends Readable {
  /** Bytes given so far. */
  offset = 0;
  private given = 0;
  private ended = false;

  constructor(
    private readonly data: Buffer,
    private readonly scenario: Scenario,
    private readonly pace: (callback: () => void) => void,
    private readonly onGiven: (chunks: number) => void,
  ) {
    super({ highWaterMark: scenario.highWaterMark });
  }

  override _read(): void {
    this.pace(() => {
      if (this.ended) return;
      const size = this.scenario.sizes[this.given];
      if (size === undefined) {
        this.endEarly();
        return;
      }
      this.given += 1;
      this.offset += size;
      this.push(this.data.subarray(this.offset - size, this.offset));
      this.onGiven(this.given);
    });
  }

  endEarly(): void {
    this.ended = true;
    this.push(null);
  }
}

type Verdict = 'ok' | Error;

function verdictOf(promise: Promise<void>): Promise<Verdict> {
  const verdict = promise.then(
    (): Verdict => 'ok',
    (error: unknown) => error as Error,
  );
  return beforeDeadline(verdict, HANG, () => {
    throw new Error('It hangs');
  });
}

async function play(scenario: Scenario): Promise<void> {
  const { sizes, after } = scenario;
  const data = numbered(sizes.reduce((sum, size) => sum + size, 0));
  const random = new Random(scenario.jitter ?? 0);
  const pace = (callback: () => void) =>
    scenario.jitter === null ? callback() : soon(random, callback);

  /** Which ends were over before the fault came. */
  const over = { sender: false, receiver: false };
  let before = { ...over };
  let due = true;
  const pass = (end: 'source' | 'sink', chunks: number) => {
    if (!due || end !== after.end || chunks !== after.chunks) return;
    due = false;
    // A connection that has closed cleanly brings nobody at the sender's end any news.
    before = { ...over, sender: over.sender || chain.transport.disconnected };
    faults[scenario.fault](chain, scenario.withError ? new Error('fault') : undefined);
  };

  const source = new PacedSource(data, scenario, pace, (given) => pass('source', given));

  let got = 0;
  const received: Buffer[] = [];
  const sink = new Writable({
    highWaterMark: scenario.highWaterMark,
    write(chunk: Buffer, _encoding, callback) {
      received.push(chunk);
      got += 1;
      pass('sink', got);
      pace(callback);
    },
  });

  const chain = new Chain(source, sink, {
    streaming: scenario.streaming,
    highWaterMark: scenario.highWaterMark,
    ...(scenario.jitter !== null && {
      before: (consumer) => new JitteryConsumer(consumer, random),
      between: () => [delaying(random)],
    }),
  });
  let echoed = 0;
  let peerSawEnd: number | undefined;
  chain.far.on('data', (chunk: Buffer) => (echoed += chunk.length));
  chain.far.on('end', () => (peerSawEnd = echoed));
  const receiving = chain.receive().finally(() => (over.receiver = true));
  const sending = chain.send().finally(() => (over.sender = true));
  const [sender, receiver] = await Promise.all([verdictOf(sending), verdictOf(receiving)]);

  const bytes = Buffer.concat(received);
  const sent = data.subarray(0, source.offset);
  expect(bytes.equals(sent.subarray(0, bytes.length)), 'in order').to.equal(true);
  if (receiver === 'ok') expect(bytes.length, 'all bytes').to.equal(sent.length);
  if (peerSawEnd !== undefined) expect(peerSawEnd, 'whole for the peer').to.equal(sent.length);
  if (!before.sender && !before.receiver) {
    expect([sender === 'ok', receiver === 'ok'], 'sender, receiver').to.be.deep.oneOf([
      [true, true],
      [false, false],
    ]);
  }
  expect(sender).to.satisfy((verdict: Verdict) => verdict === 'ok' || verdict instanceof Error);
  expect(chain.readable.producer, 'left behind').to.equal(null);
  expect(chain.consumer.producer, 'left behind').to.equal(null);
  await chain.transport.closed;
  for (const stream of chain.streams) expect(stream.destroyed, 'destroyed').to.equal(true);
}

describe(`A chain of all six adapters (PROPERTY_SEED=${SEED})`, function () {
  this.timeout(60_000);

  it('delivers every byte in order, or fails at both ends, and never hangs', async () => {
    await fc.assert(fc.asyncProperty(scenarios, play), {
      numRuns: RUNS,
      seed: SEED,
      endOnFailure: process.env['PROPERTY_SHRINK'] === undefined,
    });
  });
});

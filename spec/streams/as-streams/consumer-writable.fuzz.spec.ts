/** A consumer that pauses, resumes, stops and throws at random, from inside its callbacks too. */
import { setImmediate as turn } from 'node:timers/promises';
import { finished } from 'node:stream';

import { expect } from 'chai';
import fc from 'fast-check';

import { ConsumerWritable, type IConsumer, type IPushProducer } from '../../../lib/index.js';
import { loggedErrors } from '../../support/logged.js';
import { nextTick } from '../../support/turns.js';

/** Set them to look further, or elsewhere, than every run does. */
const RUNS = Number(process.env['FUZZ_SCENARIOS'] ?? 2000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

type Act = 'pause' | 'resume' | 'write' | 'stop' | 'throw' | 'nothing';
type Step =
  Act | 'write' | 'write plainly' | 'write many' | 'end' | 'destroy' | 'fail' | 'tick' | 'turn';

const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Act>('pause', 'resume', 'write', 'nothing') },
    { weight: 1, arbitrary: fc.constantFrom<Act>('stop', 'throw') },
  ),
  { maxLength: 3 },
);
const scenarios = fc.record({
  /** The consumer's actions in `registerProducer`, in each `write`, and in `unregisterProducer`. */
  inRegister: acts,
  inWrite: fc.array(acts, { maxLength: 6 }),
  inUnregister: acts,
  steps: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<Step>('write', 'pause', 'resume', 'tick', 'turn') },
      { weight: 4, arbitrary: fc.constantFrom<Step>('write plainly') },
      { weight: 2, arbitrary: fc.constantFrom<Step>('write many', 'end') },
      { weight: 1, arbitrary: fc.constantFrom<Step>('destroy', 'fail', 'stop') },
    ),
    { maxLength: 25 },
  ),
});
type Scenario = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

/** Does what a scenario says, and holds the stream to what it promises. */
class Tester implements IConsumer {
  producer: IPushProducer | null = null;
  /** The promises to it that were not kept. */
  readonly broken: string[] = [];
  registrations = 0;
  unregistrations = 0;
  stops = 0;
  paused = false;
  received = '';
  /** Writes to the stream in front. */
  onWrite: () => void = () => {};
  private writing = false;
  private leaving = false;
  private writes = 0;

  constructor(private readonly scenario: Scenario) {}

  registerProducer(producer: IPushProducer): void {
    this.registrations += 1;
    this.producer = producer;
    this.act(this.scenario.inRegister.filter((act) => act !== 'throw'));
  }

  unregisterProducer(): void {
    this.unregistrations += 1;
    this.demand(this.producer !== null, 'unregistered while registered');
    this.leaving = true;
    try {
      this.act(this.scenario.inUnregister.filter((act) => act !== 'stop'));
    } finally {
      this.leaving = false;
      this.producer = null;
    }
  }

  write(data: Uint8Array): void {
    this.demand(!this.paused, 'written to while paused');
    this.demand(!this.writing, 'written to from inside a write');
    this.demand(this.producer !== null, 'written to while registered');
    this.demand(!this.leaving, 'written to while unregistering');
    this.writing = true;
    try {
      this.received += Buffer.from(data).toString();
      this.act(this.scenario.inWrite[this.writes++] ?? []);
    } finally {
      this.writing = false;
    }
  }

  act(acts: readonly Act[]): void {
    for (const act of acts) {
      const { producer } = this;
      if (act === 'throw') throw new Error('thrown');
      if (act === 'write') this.onWrite();
      if (producer === null || act === 'nothing' || act === 'write') continue;
      if (act === 'stop') {
        this.stops += 1;
        this.producer = null;
        producer.stopProducing();
        continue;
      }
      this.paused = act === 'pause';
      if (this.paused) producer.pauseProducing();
      else producer.resumeProducing();
    }
  }

  /** Takes note of a promise that was broken: thrown, it would only become the stream's error. */
  private demand(kept: boolean, promise: string): void {
    if (!kept) this.broken.push(promise);
  }
}

async function play(scenario: Scenario): Promise<void> {
  const consumer = new Tester(scenario);
  const writable = new ConsumerWritable(consumer, { highWaterMark: 3 });
  let errors = 0;
  let closes = 0;
  writable.on('error', () => (errors += 1));
  writable.on('close', () => (closes += 1));
  const outcome = new Promise<'finished' | 'failed'>((resolve) =>
    finished(writable, (error) => resolve(error ? 'failed' : 'finished')),
  );
  let written = '';
  let ended = false;
  const results: number[] = [];
  const write = (plainly = false) => {
    if (ended || writable.destroyed) return;
    const text = String.fromCharCode(97 + (written.length % 26));
    written += text;
    if (plainly) {
      writable.write(Buffer.from(text));
    } else {
      const index = results.push(0) - 1;
      writable.write(text, () => (results[index]! += 1));
    }
  };
  consumer.onWrite = () => write(written.length % 2 === 0);
  for (const step of scenario.steps) {
    if (step === 'write') write();
    else if (step === 'write plainly') write(true);
    else if (step === 'write many') for (let count = 0; count < 5; count += 1) write();
    else if (step === 'tick') await nextTick();
    else if (step === 'turn') await turn();
    else if (step === 'destroy') writable.destroy();
    else if (step === 'fail') writable.destroy(new Error('failed'));
    else if (step === 'end') {
      ended = true;
      writable.end();
    } else consumer.act([step]);
  }
  writable.end();
  for (let count = 0; count < 40 && closes === 0; count += 1) {
    consumer.act(['resume']);
    await turn();
  }
  expect(closes, 'closes').to.equal(1);
  await turn();

  const how = await outcome;
  expect(consumer.broken).to.deep.equal([]);
  expect(written.startsWith(consumer.received), 'in order').to.equal(true);
  // Node takes `destroy()`, then `end()`, for a stream that has finished.
  const destroyed = scenario.steps.includes('destroy');
  if (how === 'finished' && !destroyed) expect(consumer.received).to.equal(written);
  expect(errors).to.be.lessThanOrEqual(1);
  expect(results, 'callbacks').to.deep.equal(results.map(() => 1));
  expect(consumer.registrations).to.equal(1);
  expect(consumer.unregistrations + consumer.stops, 'left once').to.equal(1);
}

describe(`ConsumerWritable, in front of consumers that do anything (FUZZ_SEED=${SEED})`, () => {
  loggedErrors(); // Some throw when they are left, too.

  it('keeps its promises', async () => {
    await fc.assert(fc.asyncProperty(scenarios, play), { numRuns: RUNS, seed: SEED });
  }).timeout(60_000);
});

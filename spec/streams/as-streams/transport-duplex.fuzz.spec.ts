/** A strict transport that does anything that a transport may, from inside its callbacks too. */
import { setImmediate as turn } from 'node:timers/promises';
import { finished } from 'node:stream';

import { expect } from 'chai';
import fc from 'fast-check';

import {
  ConnectionDone,
  ConnectionLost,
  TransportDuplex,
  type IAddress,
  type IConsumer,
  type IPushProducer,
  type ITransport,
} from '../../../lib/index.js';
import { nextTick } from '../../support/turns.js';

/** Set them to look further, or elsewhere, than every run does. */
const RUNS = Number(process.env['FUZZ_SCENARIOS'] ?? 2000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** An action of a transport, which it may do by itself, at any time. */
type Act = 'pause' | 'resume' | 'data' | 'write' | 'read lost' | 'lose' | 'done' | 'nothing';
/** An action of the transport, or of the user of the stream. */
type Step =
  | Act
  | 'write'
  | 'write plainly'
  | 'end'
  | 'read'
  | 'read one'
  | 'destroy'
  | 'fail'
  | 'tick'
  | 'turn';

const acts = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Act>('pause', 'resume', 'data', 'write', 'nothing') },
    { weight: 1, arbitrary: fc.constantFrom<Act>('read lost', 'lose', 'done') },
  ),
  { maxLength: 3 },
);
const scenarios = fc.record({
  halfCloseable: fc.boolean(),
  /** Whether what is asked is done from inside the call, or later. */
  promptly: fc.boolean(),
  inCalls: fc.array(acts, { maxLength: 12 }),
  before: fc.array(
    fc.constantFrom<Step>('write', 'write plainly', 'end', 'read', 'tick', 'destroy'),
    {
      maxLength: 3,
    },
  ),
  steps: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom<Step>('write', 'data', 'pause', 'resume', 'read') },
      { weight: 4, arbitrary: fc.constantFrom<Step>('read one', 'tick', 'turn', 'write plainly') },
      { weight: 1, arbitrary: fc.constantFrom<Step>('end', 'read lost', 'lose', 'done') },
      { weight: 1, arbitrary: fc.constantFrom<Step>('destroy', 'fail') },
    ),
    { maxLength: 25 },
  ),
});
type Scenario = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

/** Complains of whatever a transport need not bear. */
class StrictTransport implements ITransport, IConsumer, IPushProducer {
  producer: IPushProducer | null = null;
  /** The promises to it that were not kept. */
  readonly broken: string[] = [];
  /** Whether it is over. */
  lost = false;
  received = '';
  delivered = '';
  /** Writes to the stream in front. */
  onWrite: () => void = () => {};
  readLost = false;
  readonly calls: string[] = [];
  /** Whether the stream is being destroyed plainly: then it gives all that waits, paused or not. */
  flushing = false;
  private writerPaused = false;
  private paused = false;
  private closing = false;
  private writeEnded = false;
  private entered = 0;

  constructor(
    private readonly duplex: TransportDuplex,
    private readonly scenario: Scenario,
  ) {
    if (!scenario.halfCloseable) Object.assign(this, { loseWriteConnection: undefined });
  }

  /** Whether it takes data, and nothing that it calls back does away with that. */
  get takesAll(): boolean {
    return !this.lost && !this.writeEnded && !this.closing && this.scenario.inCalls.length === 0;
  }

  getPeer(): IAddress {
    return { type: 'PIPE' };
  }

  getHost(): IAddress {
    return { type: 'PIPE' };
  }

  private called(name: string): void {
    this.demand(!this.lost, `${name} after the loss`);
    this.calls.push(name);
    const { inCalls } = this.scenario;
    if (this.entered > 2) return;
    this.entered += 1;
    this.act(inCalls[this.calls.length - 1] ?? []);
    this.entered -= 1;
  }

  registerProducer(producer: IPushProducer, streaming: boolean): void {
    this.demand(streaming, 'registered as a push producer');
    this.demand(this.producer === null, 'registered once');
    this.producer = producer;
    this.called('register');
  }

  unregisterProducer(): void {
    this.demand(this.producer !== null, 'unregistered while registered');
    this.producer = null;
    this.called('unregister');
  }

  write(data: Uint8Array): void {
    this.demand(this.producer !== null, 'written while registered');
    this.demand(!this.writerPaused || this.flushing, 'written while paused');
    this.demand(!this.writeEnded && !this.closing, 'written after the end');
    this.received += Buffer.from(data).toString();
    this.called('write');
  }

  writeSequence(): void {
    throw new Error('not used');
  }

  pauseProducing(): void {
    this.demand(!this.closing, 'paused after loseConnection');
    this.demand(!this.paused, 'paused when paused');
    this.paused = true;
    this.called('pause');
  }

  resumeProducing(): void {
    this.demand(!this.closing, 'resumed after loseConnection');
    this.demand(this.paused, 'resumed when paused');
    this.paused = false;
    this.called('resume');
  }

  stopProducing(): void {
    throw new Error('not used');
  }

  loseWriteConnection(): void {
    this.demand(this.producer === null, 'half-closed with a producer');
    this.demand(!this.writeEnded, 'half-closed once');
    this.writeEnded = true;
    this.called('lose write');
    this.soon(() => this.duplex.writeConnectionLost());
  }

  loseConnection(): void {
    this.demand(this.producer === null, 'closed with a producer');
    this.demand(!this.closing, 'closed once');
    this.closing = true;
    this.called('lose');
    this.soon(() => this.lose(new ConnectionDone()));
  }

  abortConnection(): void {
    this.called('abort');
    this.soon(() => this.lose(new ConnectionLost()));
  }

  private soon(callback: () => void): void {
    if (this.scenario.promptly) callback();
    else setImmediate(callback);
  }

  private lose(reason: Error): void {
    if (this.lost) return;
    this.lost = true;
    const { producer } = this;
    this.producer = null;
    producer?.stopProducing();
    this.duplex.connectionLost(reason);
  }

  /** Acts by itself, unless it is over; gives no data while it is paused or at its end. */
  act(acts: readonly Act[]): void {
    for (const act of acts) {
      if (this.lost) return;
      if (act === 'write') {
        this.onWrite();
      } else if (act === 'pause' || act === 'resume') {
        if (this.producer === null) continue;
        this.writerPaused = act === 'pause';
        if (this.writerPaused) this.producer.pauseProducing();
        else this.producer.resumeProducing();
      } else if (act === 'data' && !this.paused && !this.readLost && !this.closing) {
        const data = String.fromCharCode(97 + (this.delivered.length % 26));
        this.delivered += data;
        this.duplex.dataReceived(Buffer.from(data));
      } else if (act === 'read lost' && !this.readLost && !this.closing) {
        this.readLost = true;
        this.duplex.readConnectionLost();
      } else if (act === 'lose') {
        this.lose(new ConnectionLost());
      } else if (act === 'done' && !this.writerPaused) {
        this.lose(new ConnectionDone());
      }
    }
  }

  /** Takes note of a promise that was broken: thrown, it would only become the stream's error. */
  private demand(kept: boolean, promise: string): void {
    if (!kept) this.broken.push(promise);
  }
}

async function play(scenario: Scenario): Promise<void> {
  const duplex = new TransportDuplex({ highWaterMark: 3 });
  const transport = new StrictTransport(duplex, scenario);
  const events: string[] = [];
  for (const name of ['end', 'finish', 'error', 'close']) duplex.on(name, () => events.push(name));
  const done = new Promise<boolean>((resolve) => finished(duplex, (error) => resolve(!error)));
  let read = '';
  let written = '';
  const results: number[] = [];
  const write = (plainly: boolean) => {
    if (!duplex.writable) return;
    const text = String.fromCharCode(97 + (written.length % 26));
    written += text;
    if (plainly) {
      duplex.write(Buffer.from(text));
    } else {
      const index = results.push(0) - 1;
      duplex.write(text, () => (results[index]! += 1));
    }
  };
  transport.onWrite = () => write(written.length % 2 === 0);
  const step = async (what: Step) => {
    if (what === 'write' || what === 'write plainly') write(what === 'write plainly');
    else if (what === 'end') duplex.end();
    else if (what === 'read' || what === 'read one') {
      const chunk = duplex.read(what === 'read' ? undefined : 1) as Buffer | null;
      if (chunk !== null) read += chunk.toString();
    } else if (what === 'destroy') {
      const takesAll = transport.takesAll && !duplex.destroyed && duplex.transport !== null;
      transport.flushing = true;
      duplex.destroy();
      transport.flushing = false;
      if (takesAll) expect(transport.received, 'delivered').to.equal(written);
    } else if (what === 'fail') duplex.destroy(new Error('failed'));
    else if (what === 'tick') await nextTick();
    else if (what === 'turn') await turn();
    else transport.act([what]);
  };
  for (const what of scenario.before) await step(what);
  const destroyedBefore = duplex.destroyed;
  duplex.makeConnection(transport);
  for (const what of scenario.steps) await step(what);

  // In the end everyone is reasonable.
  duplex.end();
  duplex.on('data', (chunk: Buffer) => (read += chunk.toString()));
  for (let count = 0; count < 60 && !events.includes('close'); count += 1) {
    transport.act(['resume', 'read lost']);
    await turn();
  }
  await turn();
  await turn();
  expect(transport.broken).to.deep.equal([]);
  expect(events.filter((name) => name === 'close')).to.deep.equal(['close']);
  expect(events.filter((name) => name === 'error').length).to.be.lessThanOrEqual(1);
  expect(transport.delivered.startsWith(read), 'read in order').to.equal(true);
  if (events.includes('end') && !events.includes('error'))
    expect(read).to.equal(transport.delivered);
  expect(written.startsWith(transport.received), 'written in order').to.equal(true);
  const userDestroyed = [...scenario.before, ...scenario.steps].includes('destroy');
  if ((await done) && !userDestroyed) expect(transport.received, 'written').to.equal(written);
  expect(results, 'callbacks').to.deep.equal(results.map(() => 1));
  expect(transport.producer, 'left').to.equal(null);
  expect(transport.lost, 'closed').to.equal(true);
  if (destroyedBefore) expect(transport.calls).to.deep.equal(['abort']);
}

describe(`TransportDuplex, over transports that do anything (FUZZ_SEED=${SEED})`, () => {
  it('keeps its promises', async () => {
    await fc.assert(fc.asyncProperty(scenarios, play), { numRuns: RUNS, seed: SEED });
  }).timeout(60_000);
});

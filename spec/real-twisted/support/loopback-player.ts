/**
 * Scenarios for `loopback`, and what happens when they are played on ours. ../oracle/loopback.py plays
 * the same on Twisted's.
 */
import { loopback } from '../../../lib/testing/loopback.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import type { Random } from '../../support/random.js';

/**
 * An action of a protocol. It closes only once, and says nothing after that: Twisted's loopback
 * differs there from its transports. Unless the scenario `waits`, it closes only after its
 * producer has unregistered.
 */
type Action =
  | ['write', string]
  | ['writeSequence', string[]]
  | ['lose']
  /** Registers a pull producer of so many pieces; a lazy one gives none each first time it is asked. */
  | ['produce', number, 'lazy'?]
  /** Registers a push producer, and unregisters it, although a close waits for it. */
  | ['push']
  | ['unregister']
  /** An action of the other end, from inside a callback of this one. */
  | ['atOther', Action];

type Name = 'server' | 'client';

/** The actions inside the first, second, … call of each callback. */
type Tapes = Partial<Record<'made' | 'received', Action[][]>>;

export interface Scenario extends Record<Name, Tapes> {
  /** Done one after the other, a turn of the event loop between them. */
  later: [Name, Action][];
  /** Events after which nothing more is done, so that a conversation ends. */
  most: number;
  /**
   * Whether protocols close although a producer is registered. Then the oracle has Twisted's
   * transports wait for that, as ours do.
   */
  waits?: true;
}

const makeAction = (random: Random, waits: boolean, depth = 0): Action => {
  if (depth === 0 && random.integer(0, 5) === 0)
    return ['atOther', makeAction(random, waits, depth + 1)];
  const text = () => random.pick(['a', 'bc', 'def']);
  return random.pick<() => Action>([
    () => ['write', text()],
    () => ['write', text()],
    () => ['writeSequence', random.list(1, 3, text)],
    () => ['lose'],
    () => ['produce', random.integer(1, 3)],
    ...(waits ? OF_SLOW_PRODUCERS : []),
  ])();
};

/** Of producers that are still registered when a close is asked for. */
const OF_SLOW_PRODUCERS: (() => Action)[] = [
  () => ['push'],
  () => ['unregister'],
  () => ['produce', 2, 'lazy'],
];

/** Protocols that talk to each other, pull and close, from anywhere. */
export function randomScenario(random: Random): Scenario {
  return makeScenario(random, false);
}

/** The same, and they close although a producer is registered. */
export function randomScenarioThatWaits(random: Random): Scenario {
  return { ...makeScenario(random, true), waits: true };
}

function makeScenario(random: Random, waits: boolean): Scenario {
  const tape = (length: number) => random.list(0, length, () => random.list(0, 3, action));
  const action = () => makeAction(random, waits);
  const tapes = (): Tapes => ({ made: tape(1), received: tape(6) });
  return {
    server: tapes(),
    client: tapes(),
    later: random.list(0, 5, () => [random.pick<Name>(['server', 'client']), action()]),
    most: 60,
  };
}

/** Plays `scenario`. @returns the events, in order. */
export async function playOnOurs(scenario: Scenario): Promise<unknown[]> {
  const trace: unknown[] = [];

  class Scripted extends Protocol {
    private readonly tapes: Tapes;
    private isDone = false;
    private produces = false;
    private pushes = false;
    other: Scripted | null = null;

    constructor(private readonly name: Name) {
      super();
      this.tapes = structuredClone(scenario[name]);
    }

    override connectionMade(): void {
      this.happens('made');
    }

    override dataReceived(data: Buffer): void {
      this.happens('received', data.toString());
    }

    override connectionLost(reason: Error): void {
      this.isDone = true;
      this.pushes = false;
      trace.push([this.name, 'lost', reason.name]);
    }

    private happens(event: keyof Tapes, ...details: unknown[]): void {
      trace.push([this.name, event, ...details]);
      this.tapes[event]?.shift()?.forEach((action) => this.do(action));
    }

    do(action: Action): void {
      if (action[0] === 'unregister') {
        if (this.pushes) this.transport.unregisterProducer();
        this.pushes = false;
        return;
      }
      if (this.isDone || trace.length >= scenario.most) return;
      if (action[0] === 'write') this.transport.write(Buffer.from(action[1]));
      if (action[0] === 'writeSequence') {
        this.transport.writeSequence(action[1].map((piece) => Buffer.from(piece)));
      }
      if (action[0] === 'atOther' && this.other?.transport) this.other.do(action[1]);
      const isProducing = this.produces || this.pushes;
      if (action[0] === 'lose' && (scenario.waits || !isProducing)) {
        this.isDone = true;
        this.transport.loseConnection();
      }
      if (isProducing) return;
      if (action[0] === 'produce') this.produce(action[1], action[2] === 'lazy');
      if (action[0] === 'push') this.push();
    }

    private push(): void {
      this.pushes = true;
      const ignore = (): void => {};
      const producer = { pauseProducing: ignore, resumeProducing: ignore, stopProducing: ignore };
      this.transport.registerProducer(producer, true);
    }

    private produce(count: number, isLazy: boolean): void {
      this.produces = true;
      let answers = isLazy;
      const resumeProducing = (): void => {
        trace.push([this.name, 'asked', count]);
        answers = !answers;
        if (isLazy && !answers) return;
        this.transport.write(Buffer.from(`piece ${count}`));
        count -= 1;
        if (count > 0) return;
        this.produces = false;
        this.transport.unregisterProducer();
      };
      this.transport.registerProducer({ resumeProducing, stopProducing: () => {} }, false);
    }
  }

  const ends = { server: new Scripted('server'), client: new Scripted('client') };
  [ends.server.other, ends.client.other] = [ends.client, ends.server];
  void loopback(ends.server, ends.client).then(() => trace.push(['done']));
  await Promise.resolve();
  for (const [name, action] of scenario.later) {
    trace.push([`> ${name}`]);
    ends[name].do(action);
    await new Promise(setImmediate);
  }
  return trace;
}

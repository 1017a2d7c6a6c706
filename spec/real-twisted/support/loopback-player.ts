/**
 * Scenarios for `loopback`, and what happens when they are played on ours. ../oracle/loopback.py plays
 * the same on Twisted's.
 */
import { loopback } from '../../../lib/testing/loopback.js';
import { Protocol } from '../../../lib/twisted/core/protocol.js';
import type { Random } from '../../support/random.js';

/**
 * What a protocol does. It closes only once, after its producer has unregistered, and says nothing
 * after that: what Twisted's loopback then does is not what its transports do.
 */
type Action =
  | ['write', string]
  | ['writeSequence', string[]]
  | ['lose']
  | ['produce', number]
  /** What the other end does, from inside a callback of this one. */
  | ['atOther', Action];

type Name = 'server' | 'client';

/** What is done inside the first, second, … call of each callback. */
type Tapes = Partial<Record<'made' | 'received', Action[][]>>;

export interface Scenario extends Record<Name, Tapes> {
  /** Done one after the other, a turn of the event loop between them. */
  later: [Name, Action][];
  /** Events after which nothing more is done, so that a conversation ends. */
  most: number;
}

const makeAction = (random: Random, depth = 0): Action => {
  if (depth === 0 && random.integer(0, 5) === 0) return ['atOther', makeAction(random, 1)];
  const text = () => random.pick(['a', 'bc', 'def']);
  return random.pick<() => Action>([
    () => ['write', text()],
    () => ['write', text()],
    () => ['writeSequence', random.list(1, 3, text)],
    () => ['lose'],
    () => ['produce', random.integer(1, 3)],
  ])();
};

/** Protocols that talk to each other, pull and close, from anywhere. */
export function randomScenario(random: Random): Scenario {
  const tape = (length: number) => random.list(0, length, () => random.list(0, 3, action));
  const action = () => makeAction(random);
  const tapes = (): Tapes => ({ made: tape(1), received: tape(6) });
  return {
    server: tapes(),
    client: tapes(),
    later: random.list(0, 5, () => [random.pick<Name>(['server', 'client']), action()]),
    most: 60,
  };
}

/** What happens, in order. */
export async function playOnOurs(scenario: Scenario): Promise<unknown[]> {
  const trace: unknown[] = [];

  class Scripted extends Protocol {
    private readonly tapes: Tapes;
    private isDone = false;
    private produces = false;
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
      trace.push([this.name, 'lost', reason.name]);
    }

    private happens(event: keyof Tapes, ...details: unknown[]): void {
      trace.push([this.name, event, ...details]);
      this.tapes[event]?.shift()?.forEach((action) => this.do(action));
    }

    do(action: Action): void {
      if (this.isDone || trace.length >= scenario.most) return;
      if (action[0] === 'write') this.transport.write(Buffer.from(action[1]));
      if (action[0] === 'writeSequence') {
        this.transport.writeSequence(action[1].map((piece) => Buffer.from(piece)));
      }
      if (action[0] === 'atOther' && this.other?.transport) this.other.do(action[1]);
      if (this.produces) return;
      if (action[0] === 'lose') {
        this.isDone = true;
        this.transport.loseConnection();
      } else if (action[0] === 'produce') {
        this.produce(action[1]);
      }
    }

    private produce(count: number): void {
      this.produces = true;
      const resumeProducing = (): void => {
        trace.push([this.name, 'asked', count]);
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

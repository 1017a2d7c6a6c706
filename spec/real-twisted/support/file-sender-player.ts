/**
 * Scenarios for `FileSender`, and what happens when they are played on ours.
 * ../oracle/file_sender.py plays the same on Twisted's.
 */
import { InvalidStateError } from '../../../lib/base/errors.js';
import { FileSender, type FileTransform } from '../../../lib/twisted/producers/file-sender.js';
import type { IConsumer, IPullProducer } from '../../../lib/twisted/core/interfaces.js';
import type { Random } from '../../support/random.js';

/** When a consumer asks by itself: when it registers, and again from inside each `write`. */
interface Appetite {
  asks: boolean;
  asksAgain: boolean;
}

const TRANSFORMS: Record<string, FileTransform | null> = {
  none: null,
  upper: (bytes) => Buffer.from(bytes.toString().toUpperCase()),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  nothing: () => Buffer.alloc(0),
};

/** `begin` gives the contents of a file, the name of a transform, and what the consumer is like. */
type Action = ['resume'] | ['stop'] | ['begin', string, string, Appetite];

const CALLBACKS = ['read', 'write', 'registerProducer', 'unregisterProducer'] as const;
type Callback = (typeof CALLBACKS)[number];

export interface Scenario {
  /** Which Twisted it is compared with. */
  twisted: 'as it is' | 'as decided';
  chunkSize: number;
  /** Done one after the other. */
  script: Action[];
  /** Done inside the first, second, … call of each callback. */
  scripts: Partial<Record<Callback, Action[][]>>;
  /** Events after which nothing more is begun, so that a scenario ends. */
  most: number;
}

const makeBegin = (random: Random): Action => [
  'begin',
  random.pick(['', 'a', 'abc', 'abcdefgh']),
  random.pick(['none', 'none', ...Object.keys(TRANSFORMS)]),
  { asks: random.chance(0.5), asksAgain: random.chance(0.2) },
];

/** One transfer, resumed and stopped from anywhere. */
export function tameScenario(random: Random): Scenario {
  const action = (): Action => [random.pick(['resume', 'resume', 'stop'] as const)];
  const scenario = makeScenario(random, action);
  return { ...scenario, twisted: 'as it is', script: [makeBegin(random), ...scenario.script] };
}

/** Also begun again from anywhere. */
export function wildScenario(random: Random): Scenario {
  const action = (): Action =>
    random.chance(0.25) ? makeBegin(random) : [random.pick(['resume', 'resume', 'stop'] as const)];
  const scenario = makeScenario(random, action);
  return { ...scenario, script: [makeBegin(random), ...scenario.script] };
}

function makeScenario(random: Random, action: () => Action): Scenario {
  const scripts: Scenario['scripts'] = {};
  for (const callback of CALLBACKS) {
    if (random.chance(0.5)) scripts[callback] = random.list(1, 4, () => random.list(0, 2, action));
  }
  return {
    twisted: 'as decided',
    chunkSize: random.integer(1, 4),
    script: random.list(1, 8, action),
    scripts,
    most: 80,
  };
}

/** Plays `scenario`. @returns the events, in order; then how each transfer ended, or `null`. */
export async function playOnOurs(scenario: Scenario): Promise<unknown[]> {
  const trace: unknown[] = [];
  const outcomes: unknown[] = [];
  const tapes = structuredClone(scenario.scripts);
  const sender = new FileSender();
  sender.CHUNK_SIZE = scenario.chunkSize;

  const mayGoOn = (): boolean => trace.length < scenario.most;
  const happens = (callback: Callback, ...details: unknown[]): void => {
    trace.push([callback, ...details]);
    tapes[callback]?.shift()?.forEach(perform);
  };

  const begin = (contents: string, transform: string, appetite: Appetite): void => {
    const number = outcomes.push(null) - 1;
    let rest = Buffer.from(contents);
    const file = {
      read(size: number) {
        const data = rest.subarray(0, size);
        rest = rest.subarray(size);
        happens('read', number, size);
        return data;
      },
    };
    const consumer: IConsumer = {
      registerProducer(producer: IPullProducer, streaming: boolean) {
        happens('registerProducer', number, streaming);
        if (appetite.asks && mayGoOn()) producer.resumeProducing();
      },
      unregisterProducer() {
        happens('unregisterProducer', number);
      },
      write(data) {
        happens('write', number, Buffer.from(data).toString());
        if (appetite.asksAgain && mayGoOn()) sender.resumeProducing();
      },
    };
    sender.beginFileTransfer(file, consumer, TRANSFORMS[transform] ?? null).then(
      (last) => (outcomes[number] = ['sent', last.toString()]),
      (error: Error) => {
        const refused = error instanceof InvalidStateError;
        outcomes[number] = refused ? ['refused'] : ['failed', error.message];
      },
    );
  };

  const perform = (action: Action): void => {
    if (!mayGoOn()) return;
    trace.push([`> ${action[0]}`]);
    if (action[0] === 'begin') begin(action[1], action[2], action[3]);
    else if (action[0] === 'resume') sender.resumeProducing();
    else sender.stopProducing();
    trace.push(['<', sender.file !== null]);
  };

  scenario.script.forEach(perform);
  await new Promise(setImmediate);
  return [...trace, outcomes];
}

/**
 * A trace without what the design changes even in one transfer: the last byte, of which Twisted
 * only takes note when `write` returns.
 */
export function comparableAsItIs(trace: readonly unknown[]): unknown[] {
  const outcomes = trace.at(-1) as (string[] | null)[];
  return [...trace.slice(0, -1), outcomes.map((outcome) => outcome?.[0] ?? null)];
}

/**
 * Scenarios of consumers and producers that stand one behind another, played by {@link ./chain-player.ts} on ours
 * and by ../oracle/chains.py on Twisted's, and a maker of random ones.
 */
import type { Random } from '../../support/random.js';

/** A scripted producer (`p0`), a FileSender (`s0`), or the number of a node that is a producer itself. */
export type ProducerName = string | number;

/** A consumer. All but the first two kinds write to an earlier one, `to`. */
export type Node =
  /** Writes down what comes. It asks a pull producer when that registers, and again from inside `write`. */
  | { kind: 'sink'; asks: boolean; again: boolean }
  /** A FileDescriptor; each `writeSomeData` takes so many bytes. */
  | { kind: 'descriptor'; bufferSize: number; takes: number | null; waits: boolean }
  | { kind: 'basic' | 'proxy'; to: number; iAmStreaming: boolean; bufferSize: number }
  /** A consumer that adapts pull producers by PullToPush. */
  | { kind: 'push only'; to: number };

export type Operation =
  | ['try', Operation]
  | ['tick']
  | ['write', number, number]
  | ['registerProducer', number, ProducerName, boolean]
  | ['begin', string, number, number, number]
  | [string, ProducerName];

export const CALLBACKS = [
  'registerProducer',
  'unregisterProducer',
  'write',
  'finish',
  'writeSomeData',
  'connectionLost',
  'pauseProducing',
  'resumeProducing',
  'stopProducing',
  'read',
] as const;
export type Callback = (typeof CALLBACKS)[number];

export interface Reaction {
  does?: Operation[];
  throws?: boolean;
}

export interface Scenario {
  nodes: Node[];
  /** Number of lines of the trace after which nothing more is done. */
  most: number;
  reactions: Partial<Record<Callback, Reaction[]>>;
  script: Operation[];
}

const SIZES = [0, 1, 2, 3, 5, 9];

/** Makes chains of two to five nodes, to which anything may happen in any callback. */
export function randomScenario(random: Random): Scenario {
  const nodes: Node[] = [randomEnd(random)];
  for (let more = random.integer(1, 4); more > 0; more--) {
    if (random.chance(0.15)) nodes.push(randomEnd(random));
    else nodes.push(randomLink(random, nodes.length));
  }
  const make = (): Operation => operation(random, nodes.length);
  const busy = random.pick([0, 0.2, 0.5]);
  const throws = random.pick([0, 0, 0.1, 0.2]);
  const reactions: Scenario['reactions'] = {};
  for (const callback of CALLBACKS) {
    if (!random.chance(busy)) continue;
    reactions[callback] = random.list(1, 4, () => reaction(random, make, throws));
  }
  return { nodes, most: 300, reactions, script: random.list(3, 20, make) };
}

function randomEnd(random: Random): Node {
  if (random.chance(0.5)) {
    return { kind: 'sink', asks: random.chance(0.5), again: random.chance(0.3) };
  }
  return {
    kind: 'descriptor',
    bufferSize: random.pick([0, 1, 4, 8, 20]),
    takes: random.chance(0.5) ? null : random.integer(0, 5),
    waits: random.chance(0.8),
  };
}

function randomLink(random: Random, number: number): Node {
  const to = random.chance(0.85) ? number - 1 : random.integer(0, number - 1);
  if (random.chance(0.15)) return { kind: 'push only', to };
  const kind = random.pick(['basic', 'proxy', 'proxy'] as const);
  const bufferSize = random.pick([0, 1, 4, 8, 20]);
  return { kind, to, iAmStreaming: random.chance(0.5), bufferSize };
}

function reaction(random: Random, make: () => Operation, throws: number): Reaction {
  const does = random.list(0, 3, () => {
    const chosen = make();
    return random.chance(0.2) ? (['try', chosen] satisfies Operation) : chosen;
  });
  return random.chance(throws) ? { does, throws: true } : { does };
}

function operation(random: Random, count: number): Operation {
  // Mostly the outermost.
  const node = random.chance(0.5) ? count - 1 : random.integer(0, count - 1);
  const source = random.pick(['p0', 'p0', 'p0', 'p1', 'p2', 's0', 's1']);
  return random.pick<() => Operation>([
    () => ['write', node, random.pick(SIZES)],
    () => ['write', node, random.pick(SIZES)],
    () => ['write', node, random.pick(SIZES)],
    () => {
      const own =
        node + 1 < count && random.chance(0.3) ? random.integer(node + 1, count - 1) : null;
      return ['registerProducer', node, own ?? `p${random.pick([0, 0, 1, 2])}`, random.chance(0.6)];
    },
    () => ['registerProducer', node, 'p0', random.chance(0.6)],
    () => [
      'begin',
      random.pick(['s0', 's0', 's1']),
      node,
      random.integer(0, 12),
      random.pick([1, 3, 5, 40]),
    ],
    () => ['turn', random.integer(0, count - 1)],
    () => ['turn', 0],
    () => ['turn', 0],
    () => ['tick'],
    () => ['tick'],
    () => ['resumeProducing', node],
    () => ['resumeProducing', random.integer(0, count - 1)],
    () => ['pauseProducing', node],
    () => [
      random.pick(['unregisterProducer', 'unregisterProducer', 'finish', 'stopProducing']),
      node,
    ],
    () => [random.pick(['resumeProducing', 'stopProducing']), source],
    () => [
      random.pick([
        'loseConnection',
        'loseConnection',
        'loseWriteConnection',
        'stopConsuming',
        'connectionLost',
      ]),
      random.integer(0, count - 1),
    ],
  ])();
}

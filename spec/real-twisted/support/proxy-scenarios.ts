/**
 * Scenarios for a proxy, played by {@link ./proxy-player.ts} on ours and by ../oracle/proxies.py on
 * Twisted's, and a maker of random ones.
 */
import type { Random } from '../../support/random.js';

/** Called by a proxy: the first four of the consumer, the others of its producer. All may call back. */
const CALLBACKS = [
  'registerProducer',
  'unregisterProducer',
  'write',
  'finish',
  'pauseProducing',
  'resumeProducing',
  'stopProducing',
] as const;
export type Callback = (typeof CALLBACKS)[number];

/** Something done to a proxy. The number after `write` is how many bytes. What `try` holds may throw. */
export type Operation =
  | ['pauseProducing' | 'resumeProducing' | 'stopProducing' | 'unregisterProducer' | 'finish']
  | ['write', number]
  | ['registerProducer', number, boolean]
  | ['try', Operation];

/** The course of a callback: operations, then it throws, or returns. */
export interface Reaction {
  does?: Operation[];
  throws?: boolean;
}

export interface Scenario {
  /** Which Twisted to compare with: see the oracle. */
  twisted: 'as it is' | 'as decided';
  kind: 'basic' | 'proxy' | 'shaped';
  /** The limit of a shaped one's bucket: none, or so high that it makes no difference. */
  bucket: 'unlimited' | 'huge';
  iAmStreaming: boolean;
  /** Whether there is a consumer. */
  consumer: boolean;
  bufferSize: number;
  /** The most that `writeSomeData` writes, if that is not all. */
  takes: number | null;
  script: Operation[];
  /** For each callback, what its calls do in turn; later ones do nothing. */
  reactions: Partial<Record<Callback, Reaction[]>>;
}

/** Makes scenarios in which anything may happen anywhere. */
export function randomScenario(
  random: Random,
  twisted: Scenario['twisted'],
  kind: Scenario['kind'],
): Scenario {
  const isShaped = kind === 'shaped';
  const iAmStreaming = !isShaped && random.chance(0.5);
  // A shaped consumer ends in another way, and drops empty writes.
  const odds: Odds = isShaped ? { ends: 0.05, sizes: [1, 2, 3, 5, 9] } : ODDS;
  return {
    twisted,
    kind,
    bucket: random.pick(['unlimited', 'huge']),
    iAmStreaming,
    consumer: random.chance(0.95),
    bufferSize: random.pick([0, 1, 4, 8, 20]),
    takes: kind === 'proxy' && !iAmStreaming && random.chance(0.3) ? random.integer(0, 5) : null,
    script: random.list(2, 16, () => operation(random, odds)),
    reactions: reactions(random, odds),
  };
}

/** How often something ends, and what sizes are written. */
interface Odds {
  readonly ends: number;
  readonly sizes: readonly number[];
}
const ODDS: Odds = { ends: 0.25, sizes: [0, 1, 2, 3, 5, 9] };

function reactions(random: Random, odds: Odds): Scenario['reactions'] {
  // Often nothing at all, or a scenario is all noise and never gets far.
  const busy = random.pick([0, 0.2, 0.5]);
  const made: Scenario['reactions'] = {};
  for (const callback of CALLBACKS) {
    if (!random.chance(busy)) continue;
    // A constructor that throws leaves nothing to compare.
    const throws = callback === 'registerProducer' ? 0.01 : 0.12;
    made[callback] = random.list(1, 4, () => reaction(random, odds, throws));
  }
  return made;
}

function reaction(random: Random, odds: Odds, throws: number): Reaction {
  const does = random.list(0, 3, (): Operation => {
    const chosen = operation(random, odds);
    return random.chance(0.2) ? ['try', chosen] : chosen;
  });
  return random.chance(throws) ? { does, throws: true } : { does };
}

function operation(random: Random, { ends, sizes }: Odds): Operation {
  if (random.chance(ends)) {
    return [random.pick(['unregisterProducer', 'unregisterProducer', 'finish', 'stopProducing'])];
  }
  if (random.chance(0.35)) return ['write', random.pick(sizes)];
  if (random.chance(0.3)) {
    return ['registerProducer', random.pick([0, 0, 0, 1, 2]), random.chance(0.5)];
  }
  return [random.pick(['resumeProducing', 'resumeProducing', 'pauseProducing'])];
}

/**
 * Scenarios for a `FileDescriptor`, played by {@link ./descriptor-player.ts} on ours and by
 * ../oracle/file_descriptor.py on Twisted's, and a maker of random ones.
 */
import type { Random } from '../../support/random.js';

/** Called by a descriptor; all of them may call back. */
const CALLBACKS = [
  'addReader',
  'removeReader',
  'addWriter',
  'removeWriter',
  'writeSomeData',
  'postLoseConnection',
  'closeWriteConnection',
  'connectionLost',
  'pauseProducing',
  'resumeProducing',
  'stopProducing',
] as const;
export type Callback = (typeof CALLBACKS)[number];

/** Called on a descriptor without arguments. */
const PLAIN = [
  'unregisterProducer',
  'loseConnection',
  'loseWriteConnection',
  'stopConsuming',
  'stopProducing',
  'pauseProducing',
  'resumeProducing',
  'startReading',
  'stopReading',
  'startWriting',
  'stopWriting',
  'doWrite',
] as const;

/**
 * Something done to a descriptor. Numbers after `write` are how many bytes; `turn` is what a reactor
 * does when there is room to write; producer 3 is a transport, `losePeer` loses it, and `closePeer`
 * makes it wait to close, if `true` until the descriptor unregisters from it. What `try` holds may
 * throw; all else that throws, throws on.
 */
export type Operation =
  | [(typeof PLAIN)[number]]
  | ['connectionLost' | 'readConnectionLost' | 'writeConnectionLost']
  | ['turn' | 'losePeer' | 'writeString']
  | ['write' | 'writeSequenceWithString' | 'bufferSize', number]
  | ['writeSequence', number[]]
  | ['registerProducer', number, boolean]
  | ['closePeer', boolean]
  | ['try', Operation];

/** The course of a callback: operations, then it throws, or returns. */
export interface Reaction {
  does?: Operation[];
  throws?: boolean;
  /**
   * The most bytes that `writeSomeData` takes, all, or none for ever (an error); and the value that
   * the closing hooks return, if it isn't the usual one.
   */
  takes?: number | 'all' | 'error' | 'nothing';
}

export interface Scenario {
  /** Which Twisted to compare with: see the oracle. */
  twisted: 'as it is' | 'as decided';
  waitsForProducer: boolean;
  bufferSize: number;
  sendLimit: number;
  connected: boolean;
  script: Operation[];
  /** For each callback, what its calls do in turn; later ones do nothing. */
  reactions: Partial<Record<Callback, Reaction[]>>;
}

/** Makes scenarios that may do anything anywhere. */
export function wildScenario(random: Random, waitsForProducer: boolean): Scenario {
  const reactions: Scenario['reactions'] = {};
  for (const callback of CALLBACKS) {
    // Often nothing at all, or a scenario is all noise and never gets far.
    if (random.chance(0.5)) continue;
    reactions[callback] = random.list(0, 4, () => wildReaction(random, callback));
  }
  return { ...start(random, waitsForProducer, 'as decided'), script: script(random), reactions };
}

/**
 * Makes scenarios that stay away from every place where the design says 'Unlike Twisted's code', so
 * that they compare with a Twisted in which nothing was changed: one producer, never a transport,
 * whose callbacks don't throw; nothing re-enters from `stopProducing` or from the reactor's
 * methods.
 */
export function tameScenario(random: Random): Scenario {
  const streaming = random.chance(0.5);
  const reactions: Scenario['reactions'] = {};
  for (const callback of TAME_CALLBACKS) {
    reactions[callback] = random.list(0, 4, () => tameReaction(random, callback));
  }
  const before = script(random).filter(isTame);
  const after = script(random).filter(isTame);
  return {
    ...start(random, false, 'as it is'),
    script: [...before, ['registerProducer', 0, streaming], ...after],
    reactions,
  };
}

const TAME_CALLBACKS = [
  'writeSomeData',
  'postLoseConnection',
  'closeWriteConnection',
  'connectionLost',
  'pauseProducing',
  'resumeProducing',
] as const;

function isTame([name]: Operation): boolean {
  return name !== 'registerProducer' && name !== 'losePeer' && name !== 'closePeer';
}

function tameReaction(random: Random, callback: Callback): Reaction {
  const { does = [], takes } = wildReaction(random, callback);
  const tame = does.filter((operation) => isTame(unguarded(operation)));
  // Guarded, or the exception of a nested call would come out of pauseProducing.
  const guarded = tame.map((operation): Operation => ['try', unguarded(operation)]);
  return { does: guarded, ...(takes !== undefined && { takes }) };
}

/**
 * `trace` without what the design changed even where nothing re-enters: the state inside the
 * reactor's methods (`disconnecting` is set before them) and inside `stopProducing` (the producer is
 * forgotten before it).
 */
export function comparableAsItIs(trace: readonly string[]): string[] {
  return trace.map((line) =>
    line.replace(/^((add|remove)(Reader|Writer)|stopProducing \d) \[.*\]$/, '$1'),
  );
}

/** The operation that `operation` guards, or itself. */
function unguarded(operation: Operation): Operation {
  return operation[0] === 'try' ? operation[1] : operation;
}

function start(random: Random, waitsForProducer: boolean, twisted: Scenario['twisted']) {
  return {
    twisted,
    waitsForProducer,
    bufferSize: random.integer(0, 12),
    sendLimit: random.integer(0, 16),
    connected: random.chance(0.95),
  };
}

/** Mostly a flow that could be one in life, with anything else in between. */
function script(random: Random): Operation[] {
  return random.list(3, 14, () => (random.chance(0.35) ? ['turn'] : operation(random)));
}

function wildReaction(random: Random, callback: Callback): Reaction {
  const reaction: Reaction = {};
  if (random.chance(0.6)) {
    reaction.does = random.list(1, 2, () => {
      const does = operation(random);
      return random.chance(0.6) ? ['try', does] : does;
    });
  }
  if (random.chance(0.07)) reaction.throws = true;
  if (callback === 'writeSomeData' && random.chance(0.7)) {
    reaction.takes = random.pick([0, 1, 2, 3, 5, 8, 13, 21, 'all', 'all', 'all', 'error']);
  }
  if (callback === 'writeSomeData' && random.chance(0.01)) reaction.takes = -1;
  if (callback === 'postLoseConnection' && random.chance(0.2)) reaction.takes = 'nothing';
  if (callback === 'closeWriteConnection' && random.chance(0.2)) reaction.takes = 'error';
  return reaction;
}

/** How often each is chosen, beside the others. */
const OPERATIONS: [number, (random: Random) => Operation][] = [
  [8, (random) => ['write', random.integer(0, 14)]],
  [3, (random) => ['writeSequence', random.list(0, 4, () => random.integer(0, 6))]],
  [7, (random) => ['registerProducer', random.integer(0, 3), random.chance(0.6)]],
  [5, () => ['unregisterProducer']],
  [3, () => ['loseConnection']],
  [2, () => ['loseWriteConnection']],
  [3, () => ['turn']],
  [3, (random) => [random.pick(PLAIN)]],
  [1, (random) => [random.pick(['connectionLost', 'readConnectionLost', 'writeConnectionLost'])]],
  [1, () => ['losePeer']],
  [1, (random) => ['closePeer', random.chance(0.7)]],
  [1, (random) => ['bufferSize', random.integer(0, 12)]],
  [0.3, () => ['writeString']],
  [0.3, (random) => ['writeSequenceWithString', random.integer(0, 4)]],
];
const TOTAL = OPERATIONS.reduce((sum, [weight]) => sum + weight, 0);

function operation(random: Random): Operation {
  let left = random.next() * TOTAL;
  for (const [weight, make] of OPERATIONS) {
    left -= weight;
    if (left < 0) return make(random);
  }
  return ['turn'];
}

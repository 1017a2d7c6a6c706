/**
 * Scenarios for a connection, played by ./transport-player.ts on our `DuplexTransport` and by
 * ../oracle/duplex_transport.py on Twisted's `tcp.Server`, and a maker of random scenarios.
 */
import type { Random } from '../../support/random.js';

/** Called by a transport; all of them may call back. */
const CALLBACKS = [
  'connectionMade',
  'dataReceived',
  'readConnectionLost',
  'writeConnectionLost',
  'connectionLost',
  'pauseProducing',
  'resumeProducing',
  'stopProducing',
] as const;
export type Callback = (typeof CALLBACKS)[number];

/** Called on a transport without arguments. */
type Plain =
  | 'unregisterProducer'
  | 'loseConnection'
  | 'loseWriteConnection'
  | 'abortConnection'
  | 'pauseProducing'
  | 'resumeProducing'
  | 'stopProducing'
  | 'stopConsuming';

/**
 * A producer: two of each connection that do nothing else, its protocol, its own transport, and the
 * transport of the other connection.
 */
export type ProducerName = 'first' | 'second' | 'protocol' | 'itself' | 'other';

/**
 * Something that a program does to the transport of the connection with the number that comes first. Numbers
 * after `write` are how many bytes. What `try` holds may throw; all else that throws, throws on.
 */
export type Operation =
  | [number, Plain]
  | [number, 'write', number]
  | [number, 'writeSequence', number[]]
  | [number, 'registerProducer', ProducerName, boolean]
  | ['try', Operation];

/**
 * Something that happens at the other end: it takes so many bytes more, sends so many, ends its half, or
 * resets the connection.
 */
export type Event = [number, 'take' | 'receive', number] | [number, 'end' | 'reset'];

/** The events from outside in one turn of the event loop. */
export type Step = (Operation | Event)[];

/** The course of a callback. */
export interface Reaction {
  does: Operation[];
  throws: boolean;
}

export interface Scenario {
  /** Which Twisted to compare with: see ../oracle/decided_transport.py. */
  twisted: 'as it is' | 'as decided';
  /** Over real sockets, which take whatever is written; otherwise in memory. */
  isOverTCP: boolean;
  /** Each write, each piece of input and the room is so many times as large as it says. */
  scale: number;
  /** Bytes that the other end takes in any case. */
  room: number;
  bufferSize: number;
  /** The stream's own `highWaterMark`. */
  highWaterMark: number;
  /** Bytes in the stream from which on it gets no more until it is empty. */
  fullStream: number;
  waitsForProducer: boolean;
  connections: {
    isHalfCloseable: boolean;
    /** For each callback, what its calls do in turn; later ones do nothing. */
    reactions: Partial<Record<Callback, Reaction[]>>;
  }[];
  /** After each of these, everything happens that is going to. */
  script: Step[];
}

/** As much room as nothing fills. */
const PLENTY = 1e9;

/** Any actions of a user. In each scenario some of them are frequent, and some never come. */
export function randomScenario(random: Random, connections: number, isOverTCP = false): Scenario {
  // Large writes are chunks of their own. Of a stream that sends several at once, other ones are large.
  const scale = isOverTCP ? 1 : random.pick([1, 1, 400]);
  const bufferSize = random.integer(0, 12) * scale;
  // A larger one is not waited for: our own buffer is full before.
  const highWaterMark = isOverTCP ? 16384 : random.pick([1, bufferSize + 1, bufferSize + 1, 16384]);
  const maker = new Maker(random, connections, isOverTCP);
  return {
    twisted: 'as decided',
    isOverTCP,
    scale,
    room: isOverTCP ? PLENTY : 0,
    bufferSize,
    highWaterMark,
    fullStream: highWaterMark > bufferSize + 1 ? 1 : highWaterMark,
    waitsForProducer: random.chance(0.75),
    connections: Array.from({ length: connections }, (_, number) => ({
      isHalfCloseable: random.chance(0.5),
      reactions: maker.reactions(number),
    })),
    script: random.list(3, 10 * connections + 6, () => maker.step()),
  };
}

/**
 * Actions of a program that stays away from each place where ours differs, so that it compares with a
 * Twisted in which nothing is changed. There is always room; a producer, if there is one, is never closed
 * while it is paused; a connection is half closed from one end at most, and once.
 */
export function tameScenario(random: Random): Scenario {
  const scenario = randomScenario(random, 1);
  const has = random.pick<'a producer' | 'a plain protocol' | 'a half close' | 'a hang-up'>([
    'a producer',
    'a plain protocol',
    'a half close',
    'a hang-up',
  ]);
  const isTame = (operation: Operation): boolean => {
    const [, name] = unguarded(operation);
    if (/register|stopConsuming/.test(name)) return false;
    if (has === 'a plain protocol') return !/loseWrite/.test(name);
    if (has === 'a hang-up') return !/loseWrite|resume/.test(name);
    if (has === 'a half close') return !/loseWrite|abort/.test(name);
    return !/lose|abort|stop/.test(name);
  };
  const [connection] = scenario.connections;
  const reactions: Partial<Record<Callback, Reaction[]>> = {};
  for (const [callback, tape] of Object.entries(connection?.reactions ?? {})) {
    if (callback === 'pauseProducing' || callback === 'stopProducing') continue;
    reactions[callback as Callback] = tape.map(({ does }) => ({
      does: does.filter(isTame).map((operation): Operation => ['try', unguarded(operation)]),
      throws: false,
    }));
  }
  const script = scenario.script.map((step) => {
    // After a hang-up, Twisted does not send what it was given before it.
    const end = step.find((each) => each[1] === 'end');
    if (end !== undefined) return has === 'a half close' ? [] : [end];
    return step.filter((each) => isEvent(each) || isTame(each));
  });
  const closes: Operation[] = [
    [
      0,
      has === 'a half close'
        ? 'loseWriteConnection'
        : random.pick(['loseConnection', 'stopProducing', 'abortConnection']),
    ],
  ];
  const at = random.integer(0, script.length);
  return {
    ...scenario,
    twisted: 'as it is',
    room: PLENTY,
    highWaterMark: 16384,
    fullStream: 1,
    waitsForProducer: false,
    connections: [
      { isHalfCloseable: has !== 'a plain protocol' && has !== 'a producer', reactions },
    ],
    script: [
      ...(has === 'a producer' ? [registers(random)] : []),
      ...script.slice(0, at),
      ...(has === 'a producer' || has === 'a half close' ? [closes] : []),
      ...script.slice(at),
    ],
  };
}

/**
 * Each order of two packets, the end, a half close of ours and a resume, for a protocol that pauses with
 * every packet: in some of these, the adapter holds a chunk while the stream is paused.
 */
export function pausingScenarios(isOverTCP: boolean): Scenario[] {
  const happenings: Step = [
    [0, 'receive', 1],
    [0, 'receive', 1],
    [0, 'end'],
    [0, 'loseWriteConnection'],
    [0, 'resumeProducing'],
  ];
  const pauses: Reaction = { does: [[0, 'pauseProducing']], throws: false };
  return ordersOf(happenings).map((order) => ({
    twisted: 'as decided',
    isOverTCP,
    scale: 1,
    room: PLENTY,
    bufferSize: 0,
    highWaterMark: 16384,
    fullStream: 1,
    waitsForProducer: true,
    connections: [{ isHalfCloseable: true, reactions: { dataReceived: [pauses, pauses] } }],
    script: order.map((happening): Step => [happening]),
  }));
}

function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    ordersOf(items.toSpliced(i, 1)).map((others) => [item, ...others]),
  );
}

function registers(random: Random): Step {
  return [[0, 'registerProducer', random.pick(['first', 'protocol'] as const), true]];
}

/**
 * `trace` without the pauses, which Twisted repeats with each write, and the state inside `stopProducing`,
 * before which ours forgets the producer.
 */
export function comparableAsItIs(trace: readonly string[]): string[] {
  return trace
    .filter((line) => !/^0 pauseProducing/.test(line))
    .map((line) => line.replace(/^(0 stopProducing \w+) .*/, '$1'));
}

/** Whether `happening` is one at the other end. */
export function isEvent(happening: Operation | Event): happening is Event {
  return /^(take|receive|end|reset)$/.test(String(happening[1]));
}

function unguarded(operation: Operation): Exclude<Operation, ['try', Operation]> {
  return operation[0] === 'try' ? unguarded(operation[1]) : operation;
}

type Choices<T> = readonly (readonly [weight: number, make: () => T])[];

/** The numbers of what ends a connection, or a half of it, in `frequencies`. */
const CLOSINGS = [4, 5, 6, 9, 10, 13, 14];

class Maker {
  /** How often each operation and event is chosen in this scenario, beside its usual weight. */
  private readonly frequencies: readonly number[];

  constructor(
    private readonly random: Random,
    private readonly connections: number,
    private readonly isOverTCP: boolean,
  ) {
    const closings = random.pick([0.1, 1, 1]);
    this.frequencies = Array.from(
      { length: 15 },
      (_, i) => random.pick([1, 0, 0, 1, 3]) * (CLOSINGS.includes(i) ? closings : 1),
    );
  }

  reactions(number: number): Partial<Record<Callback, Reaction[]>> {
    const { random } = this;
    const reactions: Partial<Record<Callback, Reaction[]>> = {};
    for (const callback of CALLBACKS) {
      const isAsked = callback === 'resumeProducing';
      // Often nothing at all, or a scenario is all noise and never gets far.
      if (random.chance(isAsked ? 0.2 : 0.5)) continue;
      reactions[callback] = random.list(1, isAsked ? 8 : 4, () => this.reaction(callback, number));
    }
    return reactions;
  }

  private reaction(callback: Callback, number: number): Reaction {
    const { random } = this;
    // Nobody catches an exception of these two: the one goes to the factory, the other to the log.
    const isGuarded = callback === 'connectionMade' || callback === 'connectionLost';
    const does = random.list(0, 3, (): Operation => {
      // A producer that is resumed usually writes.
      const isAnswer = callback === 'resumeProducing' && random.chance(0.7);
      const target = random.chance(0.15) ? this.anyConnection() : number;
      const operation = isAnswer ? this.write(number) : this.operation(target);
      return isGuarded || random.chance(0.6) ? ['try', operation] : operation;
    });
    return { does, throws: !isGuarded && random.chance(0.03) };
  }

  step(): Step {
    const { random } = this;
    const happening = (): Operation | Event =>
      random.chance(0.5)
        ? this.event(this.anyConnection())
        : ['try', this.operation(this.anyConnection())];
    const step = random.list(1, random.pick([1, 1, 2, 4]), happening);
    // Packets that arrive over TCP in one turn may arrive as one.
    const [event] = this.isOverTCP ? step.filter((each) => isEvent(each)) : [];
    return event === undefined ? step : [event];
  }

  private anyConnection(): number {
    return this.random.integer(0, this.connections - 1);
  }

  private write(number: number): Operation {
    return [number, 'write', this.random.integer(0, 14)];
  }

  private operation(number: number): Operation {
    const { random } = this;
    const producers = ['first', 'first', 'second', 'protocol', 'itself', 'other', 'other'] as const;
    return this.pick<Operation>(
      [
        [7, () => this.write(number)],
        [2, () => [number, 'writeSequence', random.list(0, 4, () => random.integer(0, 6))]],
        [6, () => [number, 'registerProducer', random.pick(producers), random.chance(0.65)]],
        [3, () => [number, 'unregisterProducer']],
        [2, () => [number, 'loseConnection']],
        [2, () => [number, 'loseWriteConnection']],
        [2, () => [number, 'abortConnection']],
        [2, () => [number, 'pauseProducing']],
        [3, () => [number, 'resumeProducing']],
        [1, () => [number, 'stopProducing']],
        [0.5, () => [number, 'stopConsuming']],
      ],
      0,
    );
  }

  private event(number: number): Event {
    const { random } = this;
    return this.pick<Event>(
      [
        [6, () => [number, 'take', random.integer(1, 24)]],
        [5, () => [number, 'receive', random.integer(1, 6)]],
        [1, () => [number, 'end']],
        [0.3, () => [number, 'reset']],
      ],
      11,
    );
  }

  /** One of `choices`, the first of which has the number `from` in `frequencies`. */
  private pick<T>(choices: Choices<T>, from: number): T {
    const weights = choices.map(([weight], i) => weight * (this.frequencies[from + i] ?? 1));
    let left = this.random.next() * weights.reduce((sum, weight) => sum + weight, 0);
    const at = weights.findIndex((weight) => (left -= weight) < 0);
    return (choices[at] ?? choices[0])![1]();
  }
}

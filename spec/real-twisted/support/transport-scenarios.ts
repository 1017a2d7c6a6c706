/**
 * What can be played on a connection, by ./transport-player.ts on our `DuplexTransport` and by
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
 * Something that happens outside: operations of one turn of the event loop, or at the other end. That takes so
 * many bytes more, sends so many, ends its half, or resets the connection.
 */
export type Step =
  ['does', Operation[]] | [number, 'take' | 'receive', number] | [number, 'end' | 'reset'];

/** What happens inside a callback. */
export interface Reaction {
  does: Operation[];
  throws: boolean;
}

export interface Scenario {
  /** Over real sockets, which take whatever is written; otherwise in memory. */
  isOverTCP: boolean;
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

/** What a user may do anywhere. In every second scenario, a connection stands for long. */
export function randomScenario(random: Random, connections: number, isOverTCP = false): Scenario {
  const bufferSize = random.integer(0, 12);
  // A larger one is not waited for: our own buffer is full before.
  const highWaterMark = isOverTCP ? 16384 : random.pick([1, bufferSize + 1, bufferSize + 1, 16384]);
  const maker = new Maker(random, connections, random.chance(0.5));
  return {
    isOverTCP,
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

type Choices<T> = readonly (readonly [weight: number, make: () => T])[];

class Maker {
  constructor(
    private readonly random: Random,
    private readonly connections: number,
    private readonly isCalm: boolean,
  ) {}

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
    if (random.chance(0.5)) return this.event(this.anyConnection());
    const count = random.pick([1, 1, 1, 2, 3]);
    return [
      'does',
      Array.from({ length: count }, () => ['try', this.operation(this.anyConnection())]),
    ];
  }

  private anyConnection(): number {
    return this.random.integer(0, this.connections - 1);
  }

  private write(number: number): Operation {
    return [number, 'write', this.random.integer(0, 14)];
  }

  private operation(number: number): Operation {
    const { random } = this;
    const rare = this.isCalm ? 0.1 : 1;
    const producers = ['first', 'first', 'second', 'protocol', 'itself', 'other', 'other'] as const;
    return this.pick<Operation>([
      [8, () => this.write(number)],
      [2, () => [number, 'writeSequence', random.list(0, 4, () => random.integer(0, 6))]],
      [6, () => [number, 'registerProducer', random.pick(producers), random.chance(0.65)]],
      [this.isCalm ? 2 : 4, () => [number, 'unregisterProducer']],
      [2 * rare, () => [number, 'loseConnection']],
      [2 * rare, () => [number, 'loseWriteConnection']],
      [1 * rare, () => [number, 'abortConnection']],
      [2, () => [number, 'pauseProducing']],
      [3, () => [number, 'resumeProducing']],
      [0.5 * rare, () => [number, 'stopProducing']],
      [0.3 * rare, () => [number, 'stopConsuming']],
    ]);
  }

  private event(number: number): Step {
    const { random } = this;
    const rare = this.isCalm ? 0.3 : 1;
    return this.pick<Step>([
      [6, () => [number, 'take', random.integer(1, 24)]],
      [5, () => [number, 'receive', random.integer(1, 6)]],
      [1.5 * rare, () => [number, 'end']],
      [0.4 * rare, () => [number, 'reset']],
    ]);
  }

  private pick<T>(choices: Choices<T>): T {
    let left = this.random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of choices) {
      left -= weight;
      if (left < 0) return make();
    }
    throw new Error('There is no choice');
  }
}

/** The classes of ours that {@link ./throwing-player.ts} plays on; the twins of those in ../oracle/throwing.py. */
import { Cooperator, ProcessProtocol } from '../../../lib/index.js';
import {
  type ProtocolWrapper,
  TimeoutMixin,
  WrappingFactory,
} from '../../../lib/protocols/index.js';
import { Clock, type DelayedCall } from '../../../lib/testing/index.js';
import {
  ConsumerMixin,
  Factory,
  type IPushProducer,
  Protocol,
  type ProtocolTransport,
} from '../../../lib/twisted/core/index.js';
import type { Random } from '../../support/random.js';
import type { Stage, Step, Subject } from './throwing-player.js';

const SECONDS = [0, 0, 0.1, 0.5, 1, 1, 2, -1];

class ClockSubject implements Subject {
  private readonly clock = new Clock();
  private readonly calls: DelayedCall[] = [];

  constructor(private readonly stage: Stage) {}

  state(): unknown {
    const pending = this.clock.getDelayedCalls().map((call) => this.calls.indexOf(call));
    return [this.clock.seconds(), pending.filter((number) => number >= 0)];
  }

  perform(name: string, number: number, seconds: number): void {
    if (name === 'callLater') {
      const made = this.calls.length;
      this.calls.push(this.clock.callLater(seconds, () => this.stage.happens('call', made)));
    } else if (name === 'advance') this.clock.advance(seconds);
    else if (name === 'pump') this.clock.pump(Array<number>(number).fill(seconds));
    else this.calls[number]?.[name as 'reset'](seconds);
  }
}

class TimeoutSubject extends TimeoutMixin() implements Subject {
  private readonly clock = new Clock();

  constructor(private readonly stage: Stage) {
    super();
  }

  state(): unknown {
    return [this.timeOut, this.clock.getDelayedCalls().map((call) => call.getTime())];
  }

  override callLater(period: number, f: () => unknown): DelayedCall {
    return this.clock.callLater(period, f);
  }

  override timeoutConnection(): void {
    this.stage.happens('timeoutConnection');
  }

  perform(name: string, seconds: number | null): void {
    if (name === 'advance') this.clock.advance(seconds ?? 0);
    else if (name === 'setTimeout') this.setTimeout(seconds);
    else this.resetTimeout();
  }
}

function producer(stage: Stage, number: number): IPushProducer {
  return {
    pauseProducing: () => stage.happens('pauseProducing', number),
    resumeProducing: () => stage.happens('resumeProducing', number),
    stopProducing: () => stage.happens('stopProducing', number),
  };
}

class MixinSubject extends ConsumerMixin() implements Subject {
  connected = true;
  disconnecting = false;
  disconnected = false;
  private readonly producers: IPushProducer[];

  constructor(private readonly stage: Stage) {
    super();
    this.producers = [0, 1, 2].map((number) => producer(stage, number));
  }

  state(): unknown {
    const number = this.producers.findIndex((each) => each === this.producer);
    return [this.producerPaused, this.streamingProducer, number < 0 ? null : number];
  }

  override startWriting(): void {
    this.stage.happens('startWriting');
  }

  perform(name: string, value: never, streaming: boolean): void {
    if (name === 'registerProducer') {
      this.registerProducer(this.producers[value] as IPushProducer, streaming);
    } else if (name === 'unregisterProducer') this.unregisterProducer();
    else this[name as 'connected'] = value;
  }
}

class FactorySubject extends Factory implements Subject {
  constructor(private readonly stage: Stage) {
    super();
  }

  state(): unknown {
    return this.numPorts;
  }

  override startFactory(): void {
    this.stage.happens('startFactory');
  }

  override stopFactory(): void {
    this.stage.happens('stopFactory');
  }

  perform(name: string): void {
    this[name as 'doStart' | 'doStop']();
  }
}

const PROCESS = [
  'connectionMade',
  'outReceived',
  'errReceived',
  'inConnectionLost',
  'outConnectionLost',
  'errConnectionLost',
] as const;

class ProcessSubject implements Subject {
  private readonly it = new ProcessProtocol();

  constructor(stage: Stage) {
    for (const name of PROCESS) {
      this.it[name] = (...args: unknown[]): void => stage.happens(name, args.length);
    }
  }

  state(): unknown {
    return [this.it.transport !== null, this.it.connected];
  }

  perform(name: string, childFD: number): void {
    if (name === 'makeConnection') this.it.makeConnection({} as never);
    else if (name === 'childDataReceived') this.it.childDataReceived(childFD, Buffer.from('data'));
    else this.it.childConnectionLost(childFD);
  }
}

class WrapperSubject implements Subject {
  private readonly factory: WrappingFactory;
  private readonly it: ProtocolWrapper;
  private readonly transport: ProtocolTransport;
  private readonly producers: IPushProducer[];
  private isMade = false;
  private isLost = false;

  constructor(stage: Stage) {
    class Wrapped extends Protocol {
      override connectionMade = (): void => stage.happens('connectionMade');
      override dataReceived = (data: Buffer): void => stage.happens('dataReceived', String(data));
      override connectionLost = (): void => stage.happens('connectionLost');
    }
    this.producers = [0, 1].map((number) => producer(stage, number));
    this.factory = new WrappingFactory(Factory.forProtocol(Wrapped));
    this.it = this.factory.buildProtocol({ type: 'PIPE' }) as ProtocolWrapper;
    const { producers } = this;
    const transport = {
      disconnecting: false,
      write: (data: Uint8Array) => stage.happens('write', Buffer.from(data).toString()),
      writeSequence: (data: Uint8Array[]) => stage.happens('write', Buffer.concat(data).toString()),
      loseConnection() {
        transport.disconnecting = true;
        stage.happens('loseConnection');
      },
      registerProducer: (it: IPushProducer, streaming: boolean) =>
        stage.happens('registerProducer', producers.indexOf(it), streaming),
      unregisterProducer: () => stage.happens('unregisterProducer'),
    };
    this.transport = transport as unknown as ProtocolTransport;
  }

  state(): unknown {
    return [this.factory.protocols.size, this.it.disconnecting];
  }

  perform(name: string, text: string): void {
    const { it, isMade, isLost } = this;
    const bytes = Buffer.from(text);
    if (name === 'makeConnection') {
      this.isMade = true;
      if (!isMade) it.makeConnection(this.transport);
    } else if (!isMade || isLost) return;
    else if (name === 'lose') {
      this.isLost = true;
      it.connectionLost(null);
    } else if (name === 'receive') it.dataReceived(bytes);
    else if (name === 'write') it.write(bytes);
    else if (name === 'writeSequence') it.writeSequence([bytes, bytes]);
    else if (name === 'register') {
      it.registerProducer(this.producers[text.length % 2] as IPushProducer, true);
    } else it[name as 'loseConnection' | 'unregisterProducer']();
  }
}

class CooperatorSubject implements Subject {
  private readonly calls: { tick: () => void }[] = [];
  private readonly it: Cooperator;
  private made = 0;

  constructor(private readonly stage: Stage) {
    this.it = new Cooperator({
      terminationPredicateFactory: () => {
        stage.happens('factory');
        return () => {
          stage.happens('predicate');
          return stage.isOver();
        };
      },
      scheduler: (tick) => {
        stage.happens('schedule');
        const call = { tick };
        this.calls.push(call);
        return { cancel: () => void this.calls.splice(this.calls.indexOf(call), 1) };
      },
    });
  }

  state(): unknown {
    return [this.calls.length, this.it.running];
  }

  private *work(number: number, count: number): Generator<null> {
    for (let unit = 0; unit < count; unit++) {
      this.stage.happens('unit', number, unit);
      yield null;
    }
  }

  perform(name: string, count: number): void {
    if (name === 'cooperate') {
      this.made += 1;
      this.it
        .cooperate(this.work(this.made, count))
        .whenDone()
        .catch(() => {});
    } else if (name === 'tick') this.calls.shift()?.tick();
    else this.it[name as 'start' | 'stop']();
  }
}

type Make = (random: Random) => Step;

interface Description {
  make(stage: Stage): Subject;
  /** Its steps; a step that is listed twice comes twice as often. */
  steps: Make[];
  callbacks: readonly string[];
}

const onCall =
  (name: string): Make =>
  (random) => [name, random.integer(0, 6), random.pick(SECONDS)];
const onText =
  (name: string): Make =>
  (random) => [name, random.pick(['', 'a', 'bc'])];
const onNumber =
  (name: string, low: number, high: number): Make =>
  (random) => [name, random.integer(low, high)];
const timed =
  (name: string): Make =>
  (random) => [name, random.chance(0.2) ? null : Math.abs(random.pick(SECONDS))];
const flag =
  (name: string): Make =>
  (random) => [name, random.chance(0.5)];
const plain =
  (name: string): Make =>
  () => [name];

const register: Make = (random) => ['registerProducer', random.integer(0, 2), random.chance(0.5)];

export const SUBJECTS = {
  clock: {
    make: (stage) => new ClockSubject(stage),
    steps: [
      ...['callLater', 'callLater', 'cancel', 'reset', 'delay', 'advance', 'advance'].map(onCall),
      (random) => ['pump', random.integer(0, 3), random.pick(SECONDS)],
    ],
    callbacks: ['call'],
  },
  timeout: {
    make: (stage) => new TimeoutSubject(stage),
    steps: ['setTimeout', 'resetTimeout', 'advance'].map(timed),
    callbacks: ['timeoutConnection'],
  },
  mixin: {
    make: (stage) => new MixinSubject(stage),
    steps: [
      register,
      register,
      plain('unregisterProducer'),
      plain('unregisterProducer'),
      ...['connected', 'disconnecting', 'disconnected', 'producerPaused'].map(flag),
    ],
    callbacks: ['startWriting', 'resumeProducing', 'stopProducing'],
  },
  factory: {
    make: (stage) => new FactorySubject(stage),
    steps: ['doStart', 'doStop'].map(plain),
    callbacks: ['startFactory', 'stopFactory'],
  },
  process: {
    make: (stage) => new ProcessSubject(stage),
    steps: ['makeConnection', 'childDataReceived', 'childConnectionLost'].map((name) =>
      onNumber(name, 0, 4),
    ),
    callbacks: PROCESS,
  },
  wrapper: {
    make: (stage) => new WrapperSubject(stage),
    steps: [
      ...['makeConnection', 'receive', 'receive', 'write', 'writeSequence', 'lose'].map(onText),
      ...['register', 'unregisterProducer', 'loseConnection', 'makeConnection'].map(onText),
    ],
    callbacks: [
      'connectionMade',
      'dataReceived',
      'connectionLost',
      'write',
      'loseConnection',
      'registerProducer',
      'unregisterProducer',
    ],
  },
  cooperator: {
    make: (stage) => new CooperatorSubject(stage),
    steps: ['cooperate', 'tick', 'tick', 'tick', 'start', 'stop'].map((name) =>
      onNumber(name, 0, 3),
    ),
    callbacks: ['factory', 'predicate', 'schedule', 'unit'],
  },
} satisfies Record<string, Description>;

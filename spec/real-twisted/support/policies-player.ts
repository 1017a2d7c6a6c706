/**
 * Scenarios for the policies, and what happens when they are played on ours. ../oracle/policies.py plays the
 * same on Twisted's.
 */
import { InvalidStateError } from '../../../lib/base/errors.js';
import {
  LimitTotalConnectionsFactory,
  type ProtocolWrapper,
  ThrottlingFactory,
  TimeoutFactory,
  type TimeoutProtocol,
  WrappingFactory,
} from '../../../lib/protocols/policies/index.js';
import { Clock } from '../../../lib/testing/clock.js';
import { StringTransportWithDisconnection } from '../../../lib/testing/string-transport-with-disconnection.js';
import {
  Factory,
  type IAddress,
  type IProtocolFactory,
  type IPushProducer,
  ProducerAlreadyRegisteredError,
  Protocol,
} from '../../../lib/twisted/core/index.js';
import type { Random } from '../../support/random.js';

type Action =
  | ['write', number]
  | ['writeSequence', number[]]
  | ['close' | 'register' | 'unregister' | 'pauseReads' | 'resumeReads'];

type Callback = 'made' | 'received' | 'lost' | 'pause' | 'resume';

type Layer = 'wrapping' | 'throttling' | 'timeout';

/** Described in ../oracle/policies.py. */
export interface Scenario {
  kind: 'wrapping' | 'throttling' | 'timeout' | 'total' | 'stacked';
  /** Of a stack: the innermost first. */
  layers?: Layer[];
  depth: number;
  limits: [number, number | null, number | null];
  period: number | null;
  reactions: Partial<Record<Callback, Action[][]>>;
  steps: Step[];
}

type Step =
  | ['connect']
  | ['do', number, Action]
  | ['read', number, number]
  | ['lose' | 'resetTimeout', number]
  | ['advance', number]
  | ['limit', number | null]
  | ['overflow', boolean]
  | ['setTimeout', number, number | null];

const MOST_ACTIONS = 60;
const CLIENT: IAddress = { type: 'TCP', family: 'IPv4', host: '192.0.2.1', port: 4000 };
const SECONDS = [0, 0.1, 0.3, 0.5, 0.9, 1, 1, 1.05, 1.5, 2, 2.5, 4];
const LENGTHS = [1, 3, 9, 10, 11, 15, 20, 25, 40];

function action(random: Random): Action {
  return random.pick<() => Action>([
    () => ['write', random.pick(LENGTHS)],
    () => ['write', random.pick(LENGTHS)],
    () => ['writeSequence', random.list(0, 3, () => random.pick(LENGTHS))],
    () => ['register'],
    () => ['unregister'],
    () => [random.chance(0.5) ? 'pauseReads' : 'resumeReads'],
    () => [random.chance(0.3) ? 'close' : 'register'],
  ])();
}

function step(random: Random): Step {
  const connection = random.integer(0, 3);
  return random.pick<() => Step>([
    () => ['connect'],
    () => ['do', connection, action(random)],
    () => ['do', connection, action(random)],
    () => ['read', connection, random.pick(LENGTHS)],
    () => ['lose', connection],
    () => ['advance', random.pick(SECONDS)],
    () => ['advance', random.pick(SECONDS)],
    () => ['limit', random.chance(0.3) ? null : random.integer(0, 3)],
    () => ['overflow', random.chance(0.5)],
    () => ['setTimeout', connection, random.chance(0.3) ? null : random.pick(SECONDS)],
    () => ['resetTimeout', connection],
  ])();
}

/** At most one of them throttles: the pauses of two are merged, as docs/differences.md decides. */
function randomLayers(random: Random): Layer[] {
  const layers: Layer[] = random.list(1, 3, () => random.pick(['wrapping', 'timeout', 'timeout']));
  if (random.chance(0.6)) layers.splice(random.integer(0, layers.length), 0, 'throttling');
  return layers;
}

/** Makes a scenario in which connections come and go, and anything may happen in any callback. */
export function randomScenario(random: Random): Scenario {
  const reactions: Scenario['reactions'] = {};
  for (const name of ['made', 'received', 'lost', 'pause', 'resume'] as const) {
    if (random.chance(0.5)) {
      reactions[name] = random.list(1, 4, () => random.list(0, 2, () => action(random)));
    }
  }
  const limit = () => (random.chance(0.3) ? null : random.pick([1, 5, 10, 10, 33]));
  return {
    ...(random.chance(0.3)
      ? { kind: 'stacked' as const, layers: randomLayers(random) }
      : { kind: random.pick(['wrapping', 'throttling', 'throttling', 'timeout', 'total']) }),
    depth: random.integer(1, 3),
    limits: [random.integer(0, 3), limit(), limit()],
    period: random.chance(0.2) ? null : random.pick(SECONDS),
    reactions,
    steps: [['connect'], ...random.list(3, 24, () => step(random))],
  };
}

class Wrapped extends Protocol {
  number = -1;
  lost = false;

  constructor(
    private readonly player: Player,
    private readonly name: string,
  ) {
    super();
  }

  override connectionMade(): void {
    this.number = this.player.admit(this);
    this.player.happened(this, 'made', this.name);
  }

  override dataReceived(data: Buffer): void {
    this.player.happened(this, 'received', data.length);
  }

  override connectionLost(): void {
    this.lost = true;
    this.player.happened(this, 'lost');
  }
}

class Player {
  private events: unknown[] = [];
  private readonly clock = new Clock();
  private readonly connections: Wrapped[] = [];
  private readonly outer: ProtocolWrapper[] = [];
  private readonly transports: StringTransportWithDisconnection[] = [];
  private readonly reactions: Scenario['reactions'];
  private readonly factory: IProtocolFactory;
  private actions = 0;
  private producers = 0;

  constructor(private readonly scenario: Scenario) {
    this.reactions = structuredClone(scenario.reactions);
    this.factory = this.makeFactory();
    Object.assign(this.factory, { callLater: this.clock.callLater.bind(this.clock) });
  }

  private makeFactory(): IProtocolFactory {
    const { kind, depth, limits, period } = this.scenario;
    const make = () => new Wrapped(this, 'wrapped');
    let factory: IProtocolFactory = Factory.forProtocol(make);
    if (kind === 'stacked') return this.stacked(factory);
    if (kind === 'throttling') return new ThrottlingFactory(factory, ...limits);
    if (kind === 'timeout') return new TimeoutFactory(factory, period);
    if (kind === 'total') return LimitTotalConnectionsFactory.forProtocol(make);
    for (let i = 0; i < depth; i++) factory = new WrappingFactory(factory);
    return factory;
  }

  private stacked(innermost: IProtocolFactory): IProtocolFactory {
    const { layers = [], limits, period } = this.scenario;
    const [connections, ...rates] = limits;
    return layers.reduce((factory: IProtocolFactory, layer, i) => {
      const most = i === layers.length - 1 ? connections : Infinity;
      const made =
        layer === 'wrapping'
          ? new WrappingFactory(factory)
          : layer === 'timeout'
            ? new TimeoutFactory(factory, period)
            : new ThrottlingFactory(factory, most, ...rates);
      return Object.assign(made, { callLater: this.clock.callLater.bind(this.clock) });
    }, innermost);
  }

  play(): unknown[] {
    return this.scenario.steps.map((each) => {
      this.step(each);
      const { events } = this;
      this.events = [];
      return [events, this.stands()];
    });
  }

  admit(connection: Wrapped): number {
    return this.connections.push(connection) - 1;
  }

  happened(connection: Wrapped, name: Callback | 'stop', ...more: unknown[]): void {
    this.events.push([name, connection.number, ...more]);
    const actions = (name === 'stop' ? undefined : this.reactions[name]?.shift()) ?? [];
    for (const each of actions) this.act(connection, each);
  }

  private act(connection: Wrapped, each: Action): void {
    this.actions += 1;
    if (this.actions > MOST_ACTIONS) return;
    try {
      this.perform(connection, each);
    } catch (error) {
      const isRefusal =
        error instanceof InvalidStateError || error instanceof ProducerAlreadyRegisteredError;
      if (!isRefusal) throw error;
      this.events.push([each[0], 'refused']);
    }
  }

  private perform(connection: Wrapped, each: Action): void {
    const { transport } = connection;
    switch (each[0]) {
      case 'write':
        return transport.write(Buffer.alloc(each[1]));
      case 'writeSequence':
        return transport.writeSequence(each[1].map((length) => Buffer.alloc(length)));
      case 'close':
        return transport.loseConnection();
      case 'register':
        this.producers += 1;
        return transport.registerProducer(this.producer(connection, this.producers), true);
      case 'unregister':
        return transport.unregisterProducer();
      case 'pauseReads':
        return transport.pauseProducing();
      default:
        return transport.resumeProducing();
    }
  }

  private producer(connection: Wrapped, number: number): IPushProducer {
    return {
      pauseProducing: () => this.happened(connection, 'pause', number),
      resumeProducing: () => this.happened(connection, 'resume', number),
      stopProducing: () => this.happened(connection, 'stop', number),
    };
  }

  private stands(): unknown[] {
    const factory = this.factory as Partial<ThrottlingFactory>;
    return [
      this.clock
        .getDelayedCalls()
        .map((call) => call.getTime())
        .sort((a, b) => a - b),
      factory.protocols?.size ?? 0,
      [factory.connectionCount, factory.readThisSecond, factory.writtenThisSecond].map(
        (count) => count ?? null,
      ),
      this.transports.map((transport, i) => [
        transport.producerState,
        transport.connected,
        transport.value().length,
        this.outer[i]?.disconnecting,
        this.outer[i]?.wrappedProtocol === null,
      ]),
    ];
  }

  private step(each: Step): void {
    const isTotal = this.scenario.kind === 'total';
    const total = this.factory as LimitTotalConnectionsFactory;
    switch (each[0]) {
      case 'connect':
        return this.connect();
      case 'advance':
        return this.clock.advance(each[1]);
      case 'limit':
        if (isTotal) total.connectionLimit = each[1];
        return;
      case 'overflow':
        if (!isTotal) return;
        total.overflowProtocol = each[1] ? () => new Wrapped(this, 'overflow') : null;
        return;
      default:
        if (each[1] < this.connections.length) this.stepOn(each);
    }
  }

  private connect(): void {
    const wrapper = this.factory.buildProtocol(CLIENT) as ProtocolWrapper | null;
    if (wrapper === null) {
      this.events.push(['none']);
      return;
    }
    const transport = new StringTransportWithDisconnection();
    transport.protocol = wrapper;
    this.outer.push(wrapper);
    this.transports.push(transport);
    wrapper.makeConnection(transport);
  }

  private stepOn(each: Step): void {
    const number = each[1] as number;
    const connection = this.connections[number] as Wrapped;
    const outer = this.outer[number] as TimeoutProtocol;
    if (each[0] === 'do') this.act(connection, each[2]);
    else if (each[0] === 'lose') this.transports[number]?.loseConnection();
    if (connection.lost) return;
    if (each[0] === 'read') outer.dataReceived(Buffer.alloc(each[2]));
    if (this.scenario.kind !== 'timeout') return;
    if (each[0] === 'setTimeout') outer.setTimeout(each[2]);
    else if (each[0] === 'resetTimeout') outer.resetTimeout();
  }
}

/** Plays `scenario` on ours. The trace begins with `null`: what Twisted would have done is not ours to say. */
export function playOnOurs(scenario: Scenario): unknown[] {
  return [null, ...new Player(scenario).play()];
}

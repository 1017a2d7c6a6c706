/**
 * Scenarios for `listen` and `connect`, and what happens when they are played on ours, over real
 * sockets. ../oracle/connecting.py plays the same on Twisted's.
 */
import {
  ClientFactory,
  connect,
  type Connector,
  type DuplexTransport,
  Factory,
  type IAddress,
  listen,
  type ListeningPort,
  Protocol,
} from '../../../lib/index.js';
import { local, portOf } from '../../support/connections.js';
import type { Random } from '../../support/random.js';
import { until } from '../../support/until.js';

/** An action of a callback: on its transport, the connector or the port, or its own end. */
type Verb =
  | ('write' | 'lose' | 'abort' | 'half')
  | ('connect' | 'disconnect' | 'stopConnecting')
  | 'stop'
  | ('throw' | 'null');

/** A callback of the acting factory, or of its protocols. */
type Where =
  ('start' | 'stop' | 'build' | 'connecting' | 'failed' | 'over') | ('made' | 'data' | 'lost');

export interface Scenario {
  /** The side that acts, and of which the trace tells; the other side hangs up after it. */
  side: 'client' | 'server';
  /** Where the client connects to: the port, or where nobody listens. */
  target: 'port' | 'refused' | 'path';
  /** Whether the other side writes first. The acting side closes then, or at once. */
  greets: boolean;
  /** The actions of each callback when it is called first, second, and so on. */
  script: Partial<Record<Where, Verb[][]>>;
}

export function randomScenario(random: Random): Scenario {
  const scenario: Scenario = {
    side: random.pick(['client', 'client', 'server']),
    target: 'port',
    greets: random.chance(0.6),
    script: {},
  };
  const put = (where: Where, probability: number, verbs: Verb[]) => {
    if (verbs.length === 0 || !random.chance(probability)) return;
    const some = () => random.list(1, 3, () => random.pick(verbs));
    scenario.script[where] = random.list(1, 3, some);
  };
  // A reactor may read before it half closes.
  const half: Verb[] = scenario.greets ? [] : ['half'];
  if (scenario.side === 'server') {
    put('start', 0.05, ['stop', 'throw']);
    put('stop', 0.1, ['stop', 'throw']);
    put('build', 0.15, ['null', 'throw']);
    // Without 'throw': a connectionMade that throws leaves Twisted's connection open.
    put('made', 0.6, ['write', 'write', 'lose', 'abort', 'stop', ...half]);
    put('data', 0.5, ['write', 'lose', 'abort', 'half', 'stop', 'throw']);
    put('lost', 0.3, ['write', 'lose', 'abort', 'stop', 'throw']);
    return scenario;
  }
  scenario.target = random.pick(['port', 'port', 'port', 'refused', 'path']);
  // Twisted's stopConnecting forgets the transport of an attempt that clientConnectionFailed begins.
  const givesUp = random.chance(0.5);
  const giveUp: Verb[] = givesUp ? ['disconnect', 'stopConnecting'] : [];
  put('connecting', 0.3, ['connect', ...giveUp]);
  put('failed', 0.6, givesUp ? giveUp : ['connect']);
  put('over', 0.5, ['connect', 'connect', ...giveUp]);
  put('build', 0.2, ['connect', 'disconnect', 'stopConnecting', 'null', 'throw']);
  const any: Verb[] = ['write', 'lose', 'abort', 'connect', 'disconnect', 'stopConnecting'];
  put('made', 0.6, [...any, ...half, 'throw']);
  put('data', 0.5, [...any, 'half', 'throw']);
  // Without 'throw' and 'half': Twisted's connector is not told, and its descriptor is gone.
  put('lost', 0.3, any);
  return scenario;
}

const addressOf = (address: IAddress): unknown[] =>
  'host' in address ? [address.type, address.host] : [address.type];

const flagsOf = ({ connected, disconnecting, disconnected }: DuplexTransport): boolean[] => [
  connected,
  disconnecting,
  disconnected,
];

class Thrown extends Error {
  override name = 'Thrown';
}

class Play {
  readonly events: unknown[] = [];
  readonly factoryEvents: unknown[][] = [];
  port: ListeningPort | null = null;
  connector: Connector | null = null;
  open = 0;
  private readonly turns = new Map<Where, number>();

  constructor(readonly scenario: Scenario) {}

  act(where: Where, transport?: DuplexTransport): 'null' | undefined {
    const turn = this.turns.get(where) ?? 0;
    this.turns.set(where, turn + 1);
    let result: 'throw' | 'null' | undefined;
    for (const verb of this.scenario.script[where]?.[turn] ?? []) {
      if (verb === 'throw' || verb === 'null') {
        result = verb;
        continue;
      }
      try {
        this.take(verb, transport);
      } catch (error) {
        this.events.push(['refused', verb, (error as Error).name]);
      }
    }
    if (result === 'throw') throw new Thrown();
    return result;
  }

  private take(verb: Exclude<Verb, 'throw' | 'null'>, transport?: DuplexTransport): void {
    switch (verb) {
      case 'write':
        transport?.write(Buffer.from('xxx'));
        break;
      case 'lose':
        transport?.loseConnection();
        break;
      case 'abort':
        transport?.abortConnection();
        break;
      case 'half':
        transport?.loseWriteConnection();
        break;
      case 'stop':
        this.stopPort();
        break;
      default:
        this.connector?.[verb]();
    }
  }

  stopPort(): void {
    const { port } = this;
    this.port = null;
    void port?.stopListening().then(
      () => this.factoryEvents.push(['stopped', null]),
      ({ name }: Error) => this.factoryEvents.push(['stopped', name]),
    );
  }

  built(numPorts: number, address: IAddress): Protocol | null {
    const state = this.connector === null ? null : this.connector.state;
    this.events.push(['build', addressOf(address), state, numPorts]);
    return this.act('build') === 'null' ? null : new Acting(this);
  }

  async run(): Promise<unknown[]> {
    const { side, greets } = this.scenario;
    const server = side === 'server' ? new ActingServer(this) : passive(new Factory(), greets);
    const client =
      side === 'client' ? new ActingClient(this) : passive(new ClientFactory(), greets);
    try {
      this.port = await listen(server, { port: 0, ...local });
    } catch (error) {
      if (error instanceof Thrown) return [this.events, this.factoryEvents];
      throw error;
    }
    const { target } = this.scenario;
    // Other scenarios are played meanwhile, so a free port is soon taken.
    const port = target === 'refused' ? 1 : portOf(this.port);
    const place = target === 'path' ? { path: '/nowhere/at/all' } : { port, ...local };
    connect(client, place);
    await until(() => client.numPorts === 0 && this.open === 0);
    this.stopPort();
    await until(
      () =>
        server.numPorts === 0 &&
        (side === 'client' || this.factoryEvents.at(-1)?.[0] === 'stopped'),
    );
    return [this.events, side === 'server' ? this.factoryEvents : []];
  }
}

class Acting extends Protocol<DuplexTransport> {
  private received = 0;

  constructor(private readonly play: Play) {
    super();
  }

  override connectionMade(): void {
    const { play, transport } = this;
    const addresses = [transport.getPeer(), transport.getHost()].map(addressOf);
    play.events.push(['made', flagsOf(transport), ...addresses]);
    play.open += 1;
    try {
      play.act('made', transport);
    } finally {
      if (!play.scenario.greets) transport.loseConnection();
    }
  }

  override dataReceived(data: Buffer): void {
    const { play, transport } = this;
    this.received += data.length;
    play.events.push(['data', flagsOf(transport)]);
    try {
      play.act('data', transport);
    } finally {
      transport.loseConnection();
    }
  }

  override connectionLost({ name }: Error): void {
    const { play, transport, received } = this;
    play.open -= 1;
    play.events.push(['lost', name, received, flagsOf(transport), addressOf(transport.getPeer())]);
    play.act('lost', transport);
  }
}

class ActingServer extends Factory {
  constructor(private readonly play: Play) {
    super();
  }

  override startFactory(): void {
    this.play.factoryEvents.push(['start', this.numPorts]);
    this.play.act('start');
  }

  override stopFactory(): void {
    this.play.factoryEvents.push(['stop', this.numPorts]);
    this.play.act('stop');
  }

  override buildProtocol(address: IAddress): Protocol | null {
    return this.play.built(this.numPorts, address);
  }
}

class ActingClient extends ClientFactory {
  constructor(private readonly play: Play) {
    super();
  }

  override startFactory(): void {
    this.play.events.push(['start', this.numPorts]);
  }

  override stopFactory(): void {
    this.play.events.push(['stop', this.numPorts]);
  }

  override buildProtocol(address: IAddress): Protocol | null {
    return this.play.built(this.numPorts, address);
  }

  override startedConnecting(connector: Connector): void {
    this.play.connector = connector;
    this.play.events.push(['connecting', connector.state, this.numPorts]);
    this.play.act('connecting');
  }

  override clientConnectionFailed({ state }: Connector, { name }: Error): void {
    this.play.events.push(['failed', name, state, this.numPorts]);
    this.play.act('failed');
  }

  override clientConnectionLost({ state }: Connector, { name }: Error): void {
    this.play.events.push(['over', name, state, this.numPorts]);
    this.play.act('over');
  }
}

/** Writes first if the scenario says so, and hangs up after the other end. */
function passive<F extends Factory>(factory: F, greets: boolean): F {
  factory.buildProtocol = () => {
    const protocol = new Protocol();
    if (greets) protocol.connectionMade = () => protocol.transport.write(Buffer.from('xxx'));
    return protocol;
  };
  return factory;
}

/** Of a client: all that happened, in order. Of a server: the same without its factory; that apart. */
export const playOnOurs = (scenario: Scenario): Promise<unknown[]> => new Play(scenario).run();

/**
 * Scenarios for `ClientService`, and what happens when they are played on ours.
 * ../oracle/client_service.py plays the same on Twisted's.
 */
import { setImmediate as turn } from 'node:timers/promises';

import {
  backoffPolicy,
  ClientService,
  ConnectionLost,
  ConnectionRefusedError,
  Factory,
  type FactoryOf,
  type IProtocol,
  Protocol,
} from '../../../lib/index.js';
import { Clock, StringTransport } from '../../../lib/testing/index.js';
import type { Random } from '../../support/random.js';

/**
 * `when` waits for a connection; `succeed`, `fail` and `lose` are about the last attempt, `ready` and `refused`
 * about the preparation of its connection that waits.
 */
export type Step =
  | ['start' | 'stop' | 'succeed' | 'fail' | 'lose' | 'ready' | 'refused']
  | ['when', number | null]
  | ['advance', number];

/** Called by a service, or for its promises: `when` and `stopped` follow once these have settled. */
const CALLBACKS = [
  'connect',
  'prepare',
  'lost',
  'lose',
  'cancelled',
  'policy',
  'when',
  'stopped',
] as const;
type Callback = (typeof CALLBACKS)[number];

export interface Scenario {
  /** The first arguments of `backoffPolicy`. */
  policy: number[];
  /** How each call of `prepareConnection` ends, in turn, and then again; `null` if there is none. */
  prepares: ('value' | 'wait' | 'throw')[] | null;
  steps: Step[];
  /** The actions of each callback, call by call; later calls do nothing. */
  reactions: Partial<Record<Callback, Step[][]>>;
}

const MOST_STEPS = 80;

export function randomScenario(random: Random): Scenario {
  const step = () =>
    random.pick<() => Step>([
      () => ['start'],
      () => ['start'],
      () => ['stop'],
      () => ['succeed'],
      () => ['succeed'],
      () => ['fail'],
      () => ['fail'],
      () => ['lose'],
      () => [random.chance(0.8) ? 'ready' : 'refused'],
      () => ['when', random.pick([null, 1, 2, 3])],
      () => ['advance', random.pick([0, 0.5, 1, 2, 10, 60])],
      () => ['advance', 100],
    ])();
  const policy = random.pick([[], [1], [2, 5], [0.5, 60, 3], [0], [1, 1e9, 1e9]]);
  const steps = startedFirst(random.list(1, 25, step));
  const outcome = () => random.pick(['value', 'wait', 'wait', 'throw'] as const);
  const prepares = random.chance(0.5) ? null : random.list(1, 4, outcome);
  return { policy, prepares, steps, reactions: randomReactions(random) };
}

/**
 * Without a stop before the first start: there Twisted leaves the waits for a connection, against its
 * documentation.
 */
function startedFirst(steps: Step[]): Step[] {
  const start = steps.findIndex(([name]) => name === 'start');
  return steps.filter(([name], i) => name !== 'stop' || (start >= 0 && i > start));
}

/**
 * A connection that is made inside a callback would be given up before it is prepared, which
 * docs/differences.md decides. The other exceptions are what Twisted does not bear: a stop in the policy, or
 * a start while an attempt is cancelled. Nor does it bear a stop or a loss while a connection is prepared:
 * both players leave them out.
 */
function randomReactions(random: Random): Scenario['reactions'] {
  const reactions: Scenario['reactions'] = {};
  const busy = random.pick([0, 0.3, 0.7]);
  for (const callback of CALLBACKS) {
    if (!random.chance(busy)) continue;
    const bears = ([name]: Step): boolean =>
      (callback !== 'connect' || name === 'when') &&
      (callback !== 'prepare' || name !== 'lose') &&
      (callback !== 'policy' || name !== 'stop') &&
      (callback !== 'cancelled' || name !== 'start');
    const step = (): Step =>
      random.pick<() => Step>([
        () => ['start'],
        () => ['stop'],
        () => ['lose'],
        () => ['when', random.pick([null, 1, 2])],
        () => ['advance', random.pick([0, 1, 60])],
      ])();
    reactions[callback] = random.list(1, 4, () => random.list(0, 2, step).filter(bears));
  }
  return reactions;
}

type Happens = (callback: Callback, ...what: unknown[]) => void;

class Transport extends StringTransport {
  constructor(
    readonly number: number,
    private readonly happens: Happens,
  ) {
    super();
  }

  override loseConnection(): void {
    this.happens('lose', this.number);
  }
}

class Oops extends Error {
  override name = 'Oops';
}

interface Settles {
  resolve(): void;
  reject(reason: Error): void;
}

interface Attempt {
  settled: boolean;
  factory: FactoryOf<IProtocol>;
  protocol: IProtocol | null;
  resolve(protocol: IProtocol): void;
  reject(reason: Error): void;
}

class Endpoint {
  private readonly attempts: Attempt[] = [];

  /** Whether a connection is being prepared. */
  preparing = false;
  private prepared = 0;
  private waiting: Settles | null = null;

  constructor(
    private readonly happens: Happens,
    private readonly prepares: NonNullable<Scenario['prepares']>,
  ) {}

  prepare(protocol: Protocol): Promise<void> | undefined {
    const outcome = this.prepares[this.prepared % this.prepares.length];
    this.prepared += 1;
    this.preparing = true;
    this.happens('prepare', (protocol.transport as unknown as Transport).number);
    if (outcome === 'wait') {
      return new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
    }
    this.preparing = false;
    if (outcome === 'value') return undefined;
    this.giveUp();
    throw new Oops();
  }

  ready(): void {
    this.taken()?.resolve();
  }

  refused(): void {
    const waiting = this.taken();
    if (waiting === null) return;
    this.giveUp();
    waiting.reject(new Oops());
  }

  private taken(): Settles | null {
    const { waiting } = this;
    if (waiting !== null) this.preparing = false;
    this.waiting = null;
    return waiting;
  }

  /** As docs/differences.md decides, ours is closed. Twisted leaves it open, and bears no loss of it. */
  private giveUp(): void {
    const last = this.attempts.at(-1) as Attempt;
    const watched = last.protocol as IProtocol & { wrappedProtocol: Protocol };
    last.protocol = null;
    const { wrappedProtocol } = watched;
    wrappedProtocol.connectionLost = () => {};
    const transport = wrappedProtocol.transport as unknown as Transport;
    transport.loseConnection = () => watched.connectionLost(new ConnectionLost());
  }

  connect(factory: FactoryOf<IProtocol>, { signal }: { signal: AbortSignal }): Promise<IProtocol> {
    const number = this.attempts.length;
    this.happens('connect', number);
    return new Promise((resolve, reject) => {
      const attempt = { settled: false, factory, protocol: null, resolve, reject };
      this.attempts.push(attempt);
      signal.addEventListener('abort', () => {
        this.happens('cancelled', number);
        attempt.settled = true;
        reject(new Error('cancelled'));
      });
    });
  }

  succeed(): void {
    const last = this.attempts.at(-1);
    if (last === undefined || last.settled) return;
    last.settled = true;
    const protocol = last.factory.buildProtocol({ type: 'PIPE' }) as Protocol;
    last.protocol = protocol;
    protocol.makeConnection(new Transport(this.attempts.length - 1, this.happens));
    last.resolve(protocol);
  }

  fail(): void {
    const last = this.attempts.at(-1);
    if (last === undefined || last.settled) return;
    last.settled = true;
    last.reject(new ConnectionRefusedError());
  }

  lose(): void {
    const last = this.attempts.at(-1);
    const protocol = last?.protocol;
    if (last === undefined || !protocol || this.preparing) return;
    last.protocol = null;
    protocol.connectionLost(new ConnectionLost());
  }
}

/** Of each step: what happened, in no order; whether the service runs; and what the clock has due. */
export function playOnOurs(scenario: Scenario): Promise<unknown[]> {
  return new Player(scenario).play();
}

class Player {
  private events: unknown[] = [];
  /** The number of each promise that has settled, and of which callback it is. */
  private results: [promise: number, callback: Callback][] = [];
  private promises = 0;
  private taken = 0;
  private readonly trace: unknown[] = [];
  private readonly reactions: Scenario['reactions'];
  private readonly clock = new Clock();
  private readonly endpoint: Endpoint;
  private readonly service: ClientService;

  constructor(private readonly scenario: Scenario) {
    this.reactions = structuredClone(scenario.reactions);
    const happens: Happens = (...what) => this.happens(...what);
    const { prepares } = scenario;
    this.endpoint = new Endpoint(happens, prepares ?? []);
    class Told extends Protocol {
      override connectionLost(): void {
        happens('lost', (this.transport as unknown as Transport).number);
      }
    }
    const [initialDelay, maxDelay, factor] = scenario.policy;
    const delay = backoffPolicy(initialDelay, maxDelay, factor, () => 0);
    this.service = new ClientService(this.endpoint as never, Factory.forProtocol(Told), {
      retryPolicy: (failures) => {
        happens('policy', failures);
        return delay(failures);
      },
      clock: this.clock,
      prepareConnection:
        prepares === null ? undefined : (protocol: Told) => this.endpoint.prepare(protocol),
    });
  }

  async play(): Promise<unknown[]> {
    const { clock, service, trace } = this;
    for (const step of this.scenario.steps) {
      this.take(step);
      await turn();
      while (this.results.length > 0) {
        const batch = this.results.sort(([a], [b]) => a - b);
        this.results = [];
        for (const [, callback] of batch) this.react(callback);
        await turn();
      }
      const due = clock.getDelayedCalls().map((call) => Number(call.getTime().toFixed(6)));
      trace.push([this.events.map(asPython).sort(), service.running, due]);
      this.events = [];
    }
    return trace;
  }

  private happens(callback: Callback, ...what: unknown[]): void {
    this.events.push([callback, ...what]);
    this.react(callback);
  }

  private react(callback: Callback): void {
    for (const each of this.reactions[callback]?.shift() ?? []) this.take(each);
  }

  private take(step: Step): void {
    this.taken += 1;
    if (this.taken > MOST_STEPS) return;
    const { service } = this;
    switch (step[0]) {
      case 'start':
        if (!service.running) service.startService(); // Again, it would only complain.
        break;
      case 'stop':
        if (this.endpoint.preparing) return;
        this.settles(service.stopService(), 'stopped', () => []);
        break;
      case 'when':
        this.settles(service.whenConnected(step[1]), 'when', (protocol) => {
          const { transport } = protocol as Protocol;
          return [(transport as unknown as Transport).number];
        });
        break;
      case 'advance':
        this.clock.advance(step[1]);
        break;
      default:
        this.endpoint[step[0]]();
    }
  }

  private settles<T>(
    promise: Promise<T>,
    callback: Callback,
    value: (result: T) => unknown[],
  ): void {
    const made = this.promises++;
    const number = this.trace.length;
    const settled = (...outcome: unknown[]): void => {
      this.events.push([callback, number, ...outcome]);
      this.results.push([made, callback]);
    };
    promise.then(
      (result) => settled(...value(result)),
      ({ name }: Error) => settled(name),
    );
  }
}

/** JSON as Python writes it. */
function asPython(event: unknown): string {
  return JSON.stringify(event).replaceAll(',', ', ');
}

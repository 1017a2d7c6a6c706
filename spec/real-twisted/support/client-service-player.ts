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

/** `when` waits for a connection; `succeed`, `fail` and `lose` are about the last attempt. */
export type Step =
  ['start' | 'stop' | 'succeed' | 'fail' | 'lose'] | ['when', number | null] | ['advance', number];

export interface Scenario {
  /** The first arguments of `backoffPolicy`. */
  policy: number[];
  steps: Step[];
}

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
      () => ['when', random.pick([null, 1, 2, 3])],
      () => ['advance', random.pick([0, 0.5, 1, 2, 10, 60])],
      () => ['advance', 100],
    ])();
  const policy = random.pick([[], [1], [2, 5], [0.5, 60, 3], [0], [1, 1e9, 1e9]]);
  return { policy, steps: random.list(1, 25, step) };
}

type Tell = (...what: unknown[]) => void;

class Transport extends StringTransport {
  constructor(
    readonly number: number,
    private readonly tell: Tell,
  ) {
    super();
  }

  override loseConnection(): void {
    this.tell('lose', this.number);
  }
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

  constructor(private readonly tell: Tell) {}

  connect(factory: FactoryOf<IProtocol>, { signal }: { signal: AbortSignal }): Promise<IProtocol> {
    const number = this.attempts.length;
    this.tell('connect', number);
    return new Promise((resolve, reject) => {
      const attempt = { settled: false, factory, protocol: null, resolve, reject };
      this.attempts.push(attempt);
      signal.addEventListener('abort', () => {
        this.tell('cancelled', number);
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
    protocol.makeConnection(new Transport(this.attempts.length - 1, this.tell));
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
    if (last === undefined || !protocol) return;
    last.protocol = null;
    protocol.connectionLost(new ConnectionLost());
  }
}

/** Of each step: what happened, in no order; whether the service runs; and what the clock has due. */
export async function playOnOurs({ policy, steps }: Scenario): Promise<unknown[]> {
  let events: unknown[] = [];
  const tell: Tell = (...what) => events.push(what);
  const clock = new Clock();
  const endpoint = new Endpoint(tell);
  const [initialDelay, maxDelay, factor] = policy;
  const service = new ClientService(endpoint as never, Factory.forProtocol(Protocol), {
    retryPolicy: backoffPolicy(initialDelay, maxDelay, factor, () => 0),
    clock,
  });
  const trace: unknown[] = [];
  const take = (step: Step): void => {
    const number = trace.length;
    switch (step[0]) {
      case 'start':
        if (!service.running) service.startService(); // Again, it would only complain.
        break;
      case 'stop':
        void service.stopService().then(() => tell('stopped', number));
        break;
      case 'when':
        service.whenConnected(step[1]).then(
          (protocol) => {
            const { transport } = protocol as Protocol;
            tell('when', number, (transport as unknown as Transport).number);
          },
          ({ name }: Error) => tell('when', number, name),
        );
        break;
      case 'advance':
        clock.advance(step[1]);
        break;
      default:
        endpoint[step[0]]();
    }
  };
  for (const step of steps) {
    take(step);
    await turn();
    const due = clock.getDelayedCalls().map((call) => Number(call.getTime().toFixed(6)));
    trace.push([events.map(asPython).sort(), service.running, due]);
    events = [];
  }
  return trace;
}

/** JSON as Python writes it. */
function asPython(event: unknown): string {
  return JSON.stringify(event).replaceAll(',', ', ');
}

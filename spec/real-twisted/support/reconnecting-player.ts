/**
 * Scenarios for `ReconnectingClientFactory`, and what happens when they are played on ours.
 * ../oracle/reconnecting_client_factory.py plays the same on Twisted's.
 */
import {
  type IConnector,
  InvalidStateError,
  ReconnectingClientFactory,
} from '../../../lib/index.js';
import { Clock } from '../../../lib/testing/index.js';
import type { Random } from '../../support/random.js';

/** `succeed`, `fail` and `lose` are about the connection; the others are called on the factory. */
export type Step =
  ['succeed' | 'fail' | 'lose' | 'retry' | 'stopTrying' | 'resetDelay'] | ['advance', number];

export interface Scenario {
  /** The fields that are set on the factory first. */
  set: Partial<Record<'maxDelay' | 'initialDelay' | 'factor' | 'maxRetries', number>>;
  steps: Step[];
}

export function randomScenario(random: Random): Scenario {
  const step = () =>
    random.pick<() => Step>([
      () => ['succeed'],
      () => ['fail'],
      () => ['fail'],
      () => ['lose'],
      () => ['retry'],
      () => ['stopTrying'],
      () => ['resetDelay'],
      () => ['advance', random.pick([0, 1, 3, 10])],
      () => ['advance', random.pick([50, 4000])],
    ])();
  const set: Scenario['set'] = {};
  if (random.chance(0.3)) set.maxDelay = random.pick([0.5, 5, 60]);
  if (random.chance(0.3)) set.initialDelay = random.pick([0, 0.25, 4]);
  if (random.chance(0.3)) set.factor = random.pick([1, 1.5, 10]);
  if (random.chance(0.3)) set.maxRetries = random.pick([0, 1, 2]);
  return { set, steps: random.list(1, 25, step) };
}

class FakeConnector implements IConnector {
  state: IConnector['state'] = 'connecting';

  constructor(
    private readonly factory: ReconnectingClientFactory,
    private readonly tell: (...what: unknown[]) => void,
  ) {}

  connect(): void {
    this.tell('connect', this.state);
    if (this.state === 'disconnected') this.state = 'connecting';
  }

  stopConnecting(): void {
    this.tell('stopConnecting', this.state);
    if (this.state !== 'connecting') throw new InvalidStateError('Not trying to connect');
    this.over('clientConnectionFailed');
  }

  over(told: 'clientConnectionFailed' | 'clientConnectionLost'): void {
    this.state = 'disconnected';
    this.factory[told](this, new Error('over'));
  }

  disconnect(): void {}

  getDestination(): { type: 'PIPE' } {
    return { type: 'PIPE' };
  }
}

/** Of each step: what the connector was asked, how the factory stands, and what the clock has due. */
export function playOnOurs({ set, steps }: Scenario): unknown[] {
  const events: unknown[] = [];
  const clock = new Clock();
  const factory = new ReconnectingClientFactory();
  Object.assign(factory, { clock, jitter: null, ...set });
  const connector = new FakeConnector(factory, (...what) => events.push(what));
  const take = (step: Step): void => {
    switch (step[0]) {
      case 'succeed':
        if (connector.state === 'connecting') connector.state = 'connected';
        break;
      case 'fail':
        if (connector.state === 'connecting') connector.over('clientConnectionFailed');
        break;
      case 'lose':
        if (connector.state === 'connected') connector.over('clientConnectionLost');
        break;
      case 'advance':
        clock.advance(step[1]);
        break;
      case 'stopTrying':
        factory.stopTrying();
        break;
      case 'retry': // Twisted would forget of the wait that is under way, or of this one.
        if (clock.getDelayedCalls().length > 0 || connector.state !== 'disconnected') break;
        factory.retry();
        break;
      default:
        if (clock.getDelayedCalls().length === 0) factory.resetDelay();
    }
  };
  return steps.map((step) => {
    try {
      take(step);
    } catch (error) {
      if (!(error instanceof InvalidStateError)) throw error;
      events.push(['no connector']);
    }
    const { delay, retries, continueTrying } = factory;
    const due = clock.getDelayedCalls().map((call) => rounded(call.getTime()));
    const state = [rounded(delay), retries, continueTrying];
    return [events.splice(0), state, factory.connector === connector, due];
  });
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(6));
}

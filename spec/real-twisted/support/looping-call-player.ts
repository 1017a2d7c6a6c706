/**
 * Scenarios for `LoopingCall`, and what happens when they are played on ours. ../oracle/looping_call.py
 * plays the same on Twisted's.
 */
import { InvalidStateError, OutOfRangeError } from '../../../lib/base/errors.js';
import { Clock } from '../../../lib/testing/clock.js';
import { LoopingCall } from '../../../lib/twisted/cooperation/index.js';
import type { Random } from '../../support/random.js';
import { microtasks } from './cooperation.js';

type Action =
  ['start', number, boolean] | ['stop' | 'reset' | 'running'] | ['interval' | 'advance', number];

type End = ['fire' | 'fail'];
type Step = Action | End;
type Outcome = 'value' | 'throw' | 'wait';

/** Described in ../oracle/looping_call.py. */
export interface Scenario {
  counts: boolean;
  since: number;
  calls: [Action[], Outcome][];
  steps: Step[];
}

const MOST_CALLS = 40;

// Sums and remainders of these differ by how they are rounded.
const INTERVALS = [0, 0.1, 0.1, 0.3, 0.5, 1, 1, 2, 3.3, 1e-6, -1];
const ADVANCES = [0, 0.05, 0.1, 0.1, 0.3, 0.5, 1, 1, 1.7, 2, 3, 7.9, -0.4];
const SINCE = [0, 0, 0.7, 1e9, 1_700_000_000.123];

function action(random: Random): Action {
  return random.pick<() => Action>([
    () => ['start', random.pick(INTERVALS), random.chance(0.7)],
    () => ['stop'],
    () => ['reset'],
    () => ['running'],
    () => ['interval', Math.abs(random.pick(INTERVALS))],
    () => ['advance', random.pick(ADVANCES)],
  ])();
}

/** Makes a scenario in which a loop is started, and then anything may happen anywhere. */
export function randomScenario(random: Random): Scenario {
  return {
    counts: random.chance(0.5),
    since: random.pick(SINCE),
    calls: random.list(1, 5, () => [
      random.chance(0.6) ? [] : random.list(1, 2, () => action(random)),
      random.chance(0.7) ? 'value' : random.chance(0.7) ? 'wait' : 'throw',
    ]),
    steps: [
      ['start', random.pick(INTERVALS), random.chance(0.7)],
      ...random.list(2, 16, (): Step => {
        if (random.chance(0.55)) return ['advance', random.pick(ADVANCES)];
        if (random.chance(0.4)) return [random.chance(0.8) ? 'fire' : 'fail'];
        return action(random);
      }),
    ],
  };
}

function isEnd(step: Step): step is End {
  return step[0] === 'fire' || step[0] === 'fail';
}

class Oops extends Error {
  override name = 'Oops';
}

class Player {
  private readonly clock = new Clock();
  private readonly loop: LoopingCall<[]> | LoopingCall<[number?]>;
  private events: unknown[] = [];
  private settled: unknown[] = [];
  private waiting: { resolve(): void; reject(error: Error): void } | null = null;
  private made = 0;
  private starts = 0;
  private depth = 0;

  constructor(private readonly scenario: Scenario) {
    this.clock.rightNow = scenario.since;
    const f = (...count: [number?]) => this.f(...count);
    this.loop = scenario.counts ? LoopingCall.withCount(f) : new LoopingCall(f);
    this.loop.clock = this.clock;
  }

  async play(): Promise<unknown[]> {
    const trace: unknown[] = [];
    for (const step of this.scenario.steps) {
      if (isEnd(step)) this.end(step[0]);
      else this.do([step]);
      await microtasks();
      const pending = this.clock.getDelayedCalls().map((call) => call.getTime());
      trace.push([this.events, this.settled, pending]);
      this.events = [];
      this.settled = [];
    }
    return trace;
  }

  private f(...count: [number?]): unknown {
    this.events.push(['call', this.clock.seconds(), ...count]);
    const { calls } = this.scenario;
    const [actions, outcome] = calls[this.made % calls.length] as [Action[], Outcome];
    this.made += 1;
    this.depth += 1;
    this.do(actions);
    this.depth -= 1;
    if (this.made >= MOST_CALLS) this.do([['stop']]);
    else if (outcome === 'throw') throw new Oops();
    else if (outcome === 'wait' && this.waiting === null) {
      return new Promise<void>((resolve, reject) => (this.waiting = { resolve, reject }));
    }
    return undefined;
  }

  private do(actions: readonly Action[]): void {
    for (const each of actions) {
      try {
        this.act(each);
      } catch (error) {
        if (!(error instanceof InvalidStateError || error instanceof OutOfRangeError)) throw error;
        this.events.push([each[0], error.name]);
      }
    }
  }

  private act(step: Action): void {
    const { loop, clock } = this;
    switch (step[0]) {
      case 'start':
        this.start(step[1], step[2]);
        break;
      case 'running':
        this.events.push(['running', loop.running]);
        break;
      case 'interval':
        if (loop.interval !== null) loop.interval = step[1];
        break;
      case 'advance':
        clock.advance(step[1]);
        break;
      default:
        loop[step[0]]();
    }
  }

  private start(interval: number, now: boolean): void {
    if (this.made >= MOST_CALLS || this.depth > 0 || this.waiting !== null) return;
    const number = this.starts++;
    this.loop.start(interval, now).then(
      (result) => this.settled.push([number, result === this.loop]),
      (error: Error) => this.settled.push([number, error.name]),
    );
  }

  private end(how: End[0]): void {
    const { waiting } = this;
    this.waiting = null;
    if (how === 'fire') waiting?.resolve();
    else waiting?.reject(new Oops());
  }
}

/** Plays `scenario` on our loop. */
export function playOnOurs(scenario: Scenario): Promise<unknown[]> {
  return new Player(scenario).play();
}

/**
 * Scenarios for `TimeoutMixin`, and what happens when they are played on ours. ../oracle/timeout_mixin.py
 * plays the same on Twisted's.
 */
import { TimeoutMixin } from '../../../lib/protocols/policies/index.js';
import { Clock } from '../../../lib/testing/clock.js';
import type { Random } from '../../support/random.js';

type Step = ['setTimeout' | 'timeOut', number | null] | ['resetTimeout'] | ['advance', number];

/** Described in ../oracle/timeout_mixin.py. */
export interface Scenario {
  timeOut: number | null;
  timeouts: Step[][];
  steps: Step[];
}

const SECONDS = [0, 0.1, 0.3, 0.7, 1, 1, 2, 3];

function step(random: Random): Step {
  const period = () => (random.chance(0.25) ? null : random.pick(SECONDS));
  return random.pick<() => Step>([
    () => ['setTimeout', period()],
    () => ['timeOut', period()],
    () => ['resetTimeout'],
    () => ['advance', random.pick(SECONDS)],
    () => ['advance', random.pick(SECONDS)],
  ])();
}

/** Makes a scenario in which a timeout is set, moved and taken back, also when it has just passed. */
export function randomScenario(random: Random): Scenario {
  return {
    timeOut: random.chance(0.3) ? null : random.pick(SECONDS),
    timeouts: random.list(0, 4, () => random.list(0, 3, () => step(random))),
    steps: random.list(1, 20, () => step(random)),
  };
}

class Timed extends TimeoutMixin() {
  private readonly clock = new Clock();
  private readonly trace: unknown[] = [];
  private readonly timeouts: Step[][];

  constructor(scenario: Scenario) {
    super();
    this.timeOut = scenario.timeOut;
    this.timeouts = [...scenario.timeouts];
  }

  override callLater(period: number, f: () => unknown) {
    return this.clock.callLater(period, f);
  }

  override timeoutConnection(): void {
    this.trace.push(['timeout', this.clock.seconds()]);
    this.do(this.timeouts.shift() ?? []);
  }

  do(steps: readonly Step[]): unknown[] {
    for (const each of steps) {
      if (each[0] === 'advance') this.clock.advance(each[1]);
      else if (each[0] === 'timeOut') this.timeOut = each[1];
      else if (each[0] === 'setTimeout') this.trace.push([each[0], this.setTimeout(each[1])]);
      else this.trace.push([each[0], this.resetTimeout() ?? null]);
      const pending = this.clock.getDelayedCalls().map((call) => call.getTime());
      this.trace.push([this.timeOut, pending]);
    }
    return this.trace;
  }
}

/** Plays `scenario` on ours. */
export function playOnOurs(scenario: Scenario): unknown[] {
  return new Timed(scenario).do(scenario.steps);
}

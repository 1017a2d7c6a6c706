/**
 * Scenarios for `Clock`, and what happens when they are played on ours. ../oracle/clock.py plays the
 * same on Twisted's.
 */
import { Clock } from '../../../lib/testing/clock.js';
import {
  AlreadyCalled,
  AlreadyCancelled,
  type DelayedCall,
} from '../../../lib/twisted/cooperation/index.js';
import type { Random } from '../../support/random.js';

/** Described in ../oracle/clock.py. */
export type Step =
  | ['callLater', number, Step[]]
  | ['cancel', number]
  | ['reset' | 'delay', number, number]
  | ['advance', number]
  | ['pump', number[]]
  | ['look'];

const MOST_CALLS = 60;

// Sums of these differ by how they are added up.
const SECONDS = [0, 0, 0.1, 0.2, 0.3, 0.5, 1, 1, 2, 3, -0.1, -1];

/** Calls that do anything to each other; then a look at what is left. */
export function randomScenario(random: Random): Step[] {
  return [...makeSteps(random), ['look']];
}

function makeSteps(random: Random, depth = 0): Step[] {
  const seconds = () => random.pick(SECONDS);
  const call = () => random.integer(0, 8);
  return random.list(0, depth === 0 ? 14 : 3, () =>
    random.pick<() => Step>([
      () => ['callLater', seconds(), depth < 3 ? makeSteps(random, depth + 1) : []],
      () => ['callLater', seconds(), depth < 3 ? makeSteps(random, depth + 1) : []],
      () => ['cancel', call()],
      () => ['reset', call(), seconds()],
      () => ['delay', call(), seconds()],
      () => ['advance', seconds()],
      () => ['pump', random.list(0, 3, seconds)],
      () => ['look'],
    ])(),
  );
}

export function playOnOurs(scenario: Step[]): unknown[] {
  const clock = new Clock();
  const calls: DelayedCall[] = [];
  const trace: unknown[] = [];

  const make = (number: number, steps: Step[]): void => {
    trace.push(['call', number, clock.seconds()]);
    steps.forEach(attempt);
  };
  const attempt = (step: Step): void => {
    try {
      take(step);
    } catch (error) {
      if (!(error instanceof AlreadyCalled || error instanceof AlreadyCancelled)) throw error;
      trace.push([step[0], error.name]);
    }
  };
  const take = (step: Step): void => {
    switch (step[0]) {
      case 'callLater':
        if (calls.length < MOST_CALLS) {
          calls.push(clock.callLater(step[1], make, calls.length, step[2]));
        }
        break;
      case 'advance':
        clock.advance(step[1]);
        break;
      case 'pump':
        clock.pump(step[1]);
        break;
      case 'look': {
        const pending = clock.getDelayedCalls().map((call) => calls.indexOf(call));
        trace.push(['pending', clock.seconds(), pending]);
        trace.push(calls.map((call) => [call.getTime(), call.active()]));
        break;
      }
      case 'cancel':
        calls[step[1]]?.cancel();
        break;
      default:
        calls[step[1]]?.[step[0]](step[2]);
    }
  };

  scenario.forEach(attempt);
  return trace;
}

import { Cooperator, type CooperatorOptions } from '../../lib/twisted/cooperation/cooperator.js';
import { FakeScheduler } from './fake-scheduler.js';

/** Puts `steps` into `into`, one a step. */
export function* steps(into: unknown[], ...each: unknown[]) {
  for (const step of each) {
    into.push(step);
    yield step;
  }
}

/** A cooperator that ticks when pumped, and does `units` units in each. */
export function pumped(units = 1, options: CooperatorOptions = {}) {
  const scheduler = new FakeScheduler();
  const cooperator = new Cooperator({
    scheduler: scheduler.schedule,
    terminationPredicateFactory: () => {
      let left = units;
      return () => --left <= 0;
    },
    ...options,
  });
  return { cooperator, scheduler };
}

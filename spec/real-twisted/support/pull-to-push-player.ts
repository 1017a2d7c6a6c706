/**
 * Scenarios for a `PullToPush`, played here on ours and by ../oracle/pull_to_push.py on Twisted's,
 * and a maker of random ones.
 */
import { Cooperator, type ICancellable } from '../../../lib/twisted/cooperation/cooperator.js';
import { log } from '../../../lib/base/log.js';
import { PullToPush } from '../../../lib/twisted/producers/pull-to-push.js';
import { microtasks } from './cooperation.js';
import type { Random } from '../../support/random.js';

const STREAMING = [
  'startStreaming',
  'stopStreaming',
  'pauseProducing',
  'resumeProducing',
  'stopProducing',
] as const;
type Action = (typeof STREAMING)[number] | 'start' | 'stop';

interface Reaction {
  does: Action[];
  throws: boolean;
}
type Callback = 'resumeProducing' | 'stopProducing' | 'unregisterProducer';

/** See ../oracle/pull_to_push.py. */
export interface Scenario {
  slices: number[];
  reactions: Record<Callback, Reaction[]>;
  steps: (Action | 'tick')[];
}

/** For each step, what happened. */
export type Trace = string[][];

class Oops extends Error {
  override name = 'Oops';
}

/** Plays `scenario` on our `PullToPush`. */
export async function playOnOurs({ slices, reactions, steps }: Scenario): Promise<Trace> {
  const trace: Trace = [];
  let events: string[] = [];
  let ticks = 0;
  const calls: { tick: () => void; due: boolean }[] = [];
  const left = Object.fromEntries(
    Object.entries(reactions).map(([callback, each]) => [callback, [...each]]),
  ) as Scenario['reactions'];

  const cooperator = new Cooperator({
    terminationPredicateFactory: () => {
      let units = slices[Math.min(ticks++, slices.length - 1)] as number;
      return () => --units <= 0;
    },
    scheduler: (tick): ICancellable => {
      events.push('schedule');
      const call = { tick, due: true };
      calls.push(call);
      return {
        cancel: () => {
          events.push('cancel');
          call.due = false;
        },
      };
    },
  });
  const react = (callback: Callback): void => {
    events.push(`> ${callback}`);
    const { does, throws } = (
      left[callback].length > 1 ? left[callback].shift() : left[callback][0]
    ) as Reaction;
    does.forEach(act);
    events.push('<');
    if (throws) throw new Oops();
  };
  const streaming = new PullToPush(
    {
      resumeProducing: () => react('resumeProducing'),
      stopProducing: () => react('stopProducing'),
    },
    { unregisterProducer: () => react('unregisterProducer') },
    cooperator,
  );
  function act(action: Action): void {
    events.push(action);
    try {
      if (action === 'start' || action === 'stop') cooperator[action]();
      else streaming[action]();
    } catch (error) {
      events.push((error as Error).name);
    }
  }

  const stopListening = log.addObserver(({ error, why }) => {
    const [, what = ''] = /failed(.*)/.exec(why) ?? [];
    events.push(`report ${(error as Error).name}${what}`);
  });
  try {
    for (const step of steps) {
      if (step !== 'tick') {
        act(step);
      } else {
        const call = calls.find(({ due }) => due);
        if (call !== undefined) {
          call.due = false;
          call.tick();
        }
      }
      await microtasks();
      trace.push(events);
      events = [];
    }
    return trace;
  } finally {
    stopListening();
  }
}

function action(random: Random): Action {
  if (random.chance(0.06)) return random.pick(['start', 'stop']);
  if (random.chance(0.6)) return random.pick(['pauseProducing', 'resumeProducing']);
  return random.pick(STREAMING);
}

function reaction(random: Random, throwing: number): Reaction {
  return {
    does: random.chance(0.35) ? random.list(1, 3, () => action(random)) : [],
    throws: random.chance(throwing),
  };
}

/** Makes a scenario in which anything may happen anywhere, once streaming has started. */
export function randomScenario(random: Random): Scenario {
  const reactions = (throwing: number): Reaction[] =>
    random.list(1, 6, () => reaction(random, throwing));
  const unregisterProducer = reactions(0.15);
  // As a consumer is to do.
  if (random.chance(0.6)) for (const { does } of unregisterProducer) does.push('stopStreaming');
  return {
    slices: random.list(1, 3, () => random.integer(1, 4)),
    reactions: {
      resumeProducing: reactions(0.15),
      // The last stands for all that follow: it must not call itself for ever.
      stopProducing: [...reactions(0.15), { does: [], throws: false }],
      unregisterProducer: [...unregisterProducer, { does: [], throws: false }],
    },
    steps: [
      'startStreaming',
      ...random.list(3, 20, () => (random.chance(0.55) ? 'tick' : action(random))),
    ],
  };
}

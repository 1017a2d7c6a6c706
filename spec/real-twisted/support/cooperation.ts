/**
 * Scenarios for a `Cooperator`, played here on ours and by ../oracle/cooperator.py on Twisted's, and
 * a maker of random ones.
 */
import { Cooperator, type ICancellable } from '../../../lib/twisted/cooperation/cooperator.js';
import type { CooperativeTask } from '../../../lib/twisted/cooperation/cooperative-task.js';
import { log } from '../../../lib/base/log.js';
import { SchedulerError } from '../../../lib/twisted/cooperation/scheduler-errors.js';
import type { Work } from '../../../lib/twisted/cooperation/work.js';
import type { Random } from '../../support/random.js';

/** Done to a cooperator or, by number, to one of its tasks; may be done inside a callback too. */
export type Action =
  | ['start' | 'stop' | 'running']
  | ['cooperate' | 'coiterate', number]
  | ['pauseTask' | 'resumeTask' | 'stopTask' | 'whenDone', number];

/** One step of a task's iterator. */
interface Unit {
  does: Action[];
  then: 'value' | 'wait' | 'throw';
}

/** See ../oracle/cooperator.py. */
export interface Scenario {
  started: boolean;
  slices: number[];
  scripts: Unit[][];
  reactions: { factory: Action[][]; predicate: Action[][] };
  steps: (Action | ['tick'] | ['resolve' | 'reject', number])[];
}

/** For each step: what happened, and which promises settled. */
export type Trace = [events: unknown[][], settled: unknown[][]][];

const MOST_TASKS = 12;

class Oops extends Error {
  override name = 'Oops';
}

/** Lets everything happen that does not need the event loop. */
export function microtasks(): Promise<void> {
  // From among microtasks: only then does a tick come after all of them.
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}

/** Plays `scenario` on our cooperator. */
export async function playOnOurs(scenario: Scenario): Promise<Trace> {
  const player = new Player(scenario);
  const stopListening = log.addObserver(({ error }) => player.happened('report', nameOf(error)));
  try {
    return await player.play();
  } finally {
    stopListening();
  }
}

const nameOf = (error: unknown): string => (error as Error).name;

class Player {
  private readonly trace: Trace = [];
  private events: unknown[][] = [];
  private settled: unknown[][] = [];
  private readonly calls: { tick: () => void; due: boolean }[] = [];
  private readonly tasks: [CooperativeTask, Work][] = [];
  private readonly promises: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly reactions: Scenario['reactions'];
  private readonly cooperator: Cooperator;
  private works = 0;
  private waiters = 0;
  private ticks = 0;

  constructor(private readonly scenario: Scenario) {
    const { factory, predicate } = scenario.reactions;
    this.reactions = { factory: [...factory], predicate: [...predicate] };
    this.cooperator = new Cooperator({
      terminationPredicateFactory: () => this.makePredicate(),
      scheduler: (tick) => this.schedule(tick),
      started: scenario.started,
    });
  }

  happened(...what: unknown[]): void {
    this.events.push(what);
  }

  async play(): Promise<Trace> {
    for (const step of this.scenario.steps) {
      this.step(...step);
      await this.turn();
    }
    this.do(this.tasks.map((_, number) => ['whenDone', number]));
    await this.turn();
    return this.trace;
  }

  private async turn(): Promise<void> {
    await microtasks();
    this.trace.push([this.events, this.settled]);
    this.events = [];
    this.settled = [];
  }

  private step(...step: Scenario['steps'][number]): void {
    const [verb] = step;
    if (verb === 'tick') {
      const call = this.calls.find(({ due }) => due);
      if (call === undefined) return;
      call.due = false;
      call.tick();
    } else if (verb === 'resolve' || verb === 'reject') {
      const [promise] = this.promises.splice(step[1] % this.promises.length || 0, 1);
      if (verb === 'resolve') promise?.resolve();
      else promise?.reject(new Oops());
    } else {
      this.do([step as Action]);
    }
  }

  private do(actions: readonly Action[]): void {
    for (const action of actions) {
      try {
        this.act(action);
      } catch (error) {
        if (!(error instanceof SchedulerError)) throw error;
        this.happened(...action, error.name);
      }
    }
  }

  private act([verb, argument = 0]: Action): void {
    const { cooperator } = this;
    if (verb === 'running') {
      this.happened('running', cooperator.running);
    } else if (verb === 'start' || verb === 'stop') {
      cooperator[verb]();
    } else if (verb === 'cooperate' || verb === 'coiterate') {
      if (this.works === MOST_TASKS) return;
      const work = this.work(argument);
      if (verb === 'cooperate') this.tasks.push([cooperator.cooperate(work), work]);
      else this.watch(cooperator.coiterate(work), work);
    } else {
      const [task, work] = this.tasks[argument % this.tasks.length] ?? [];
      if (task === undefined || work === undefined) return;
      if (verb === 'whenDone') this.watch(task.whenDone(), work);
      else if (verb === 'pauseTask') task.pause();
      else if (verb === 'resumeTask') task.resume();
      else task.stop();
    }
  }

  private watch(promise: Promise<Work>, work: Work): void {
    const number = this.waiters++;
    promise.then(
      (result) => this.settled.push([number, result === work ? 'done' : 'other']),
      (error: unknown) => this.settled.push([number, nameOf(error)]),
    );
  }

  private work(script: number): Work {
    const number = this.works++;
    const { scripts } = this.scenario;
    const units = (scripts[script % scripts.length] as Unit[])[Symbol.iterator]();
    return {
      next: () => {
        const { done, value: unit } = units.next();
        if (done) {
          this.happened('end', number);
          return { done: true, value: undefined };
        }
        this.happened('unit', number);
        this.do(unit.does);
        if (unit.then === 'throw') throw new Oops();
        return { done: false, value: unit.then === 'wait' ? this.wait() : undefined };
      },
    };
  }

  private wait(): Promise<void> {
    return new Promise((resolve, reject) => this.promises.push({ resolve, reject }));
  }

  private schedule(tick: () => void): ICancellable {
    this.happened('schedule');
    const call = { tick, due: true };
    this.calls.push(call);
    return {
      cancel: () => {
        this.happened('cancel');
        call.due = false;
      },
    };
  }

  private makePredicate(): () => boolean {
    const { slices } = this.scenario;
    let units = slices[Math.min(this.ticks++, slices.length - 1)] as number;
    this.react('factory');
    return () => {
      units -= 1;
      this.react('predicate');
      return units <= 0;
    };
  }

  private react(callback: 'factory' | 'predicate'): void {
    this.happened(callback);
    this.do(this.reactions[callback].shift() ?? []);
  }
}

/** How often each is chosen, beside the others. */
const ACTIONS: [number, (random: Random) => Action][] = [
  [6, (random) => ['cooperate', random.integer(0, 4)]],
  [1, (random) => ['coiterate', random.integer(0, 4)]],
  [5, (random) => ['pauseTask', random.integer(0, 11)]],
  [5, (random) => ['resumeTask', random.integer(0, 11)]],
  [3, (random) => ['stopTask', random.integer(0, 11)]],
  [3, (random) => ['whenDone', random.integer(0, 11)]],
  [0.4, () => ['stop']],
  [0.8, () => ['start']],
  [0.3, () => ['running']],
];
const TOTAL = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

function action(random: Random): Action {
  let left = random.next() * TOTAL;
  for (const [weight, make] of ACTIONS) {
    left -= weight;
    if (left < 0) return make(random);
  }
  return ['start'];
}

function unit(random: Random): Unit {
  const busy = random.chance(0.35);
  return {
    does: busy ? random.list(1, 3, () => action(random)) : [],
    then: random.chance(0.15) ? 'wait' : random.chance(0.06) ? 'throw' : 'value',
  };
}

function reactions(random: Random): Action[][] {
  if (random.chance(0.6)) return [];
  return random.list(1, 6, () => (random.chance(0.3) ? [action(random)] : []));
}

/** Makes a scenario in which anything may happen anywhere. */
export function randomScenario(random: Random): Scenario {
  return {
    started: random.chance(0.9),
    slices: random.list(1, 4, () => random.integer(1, 7)),
    scripts: random.list(1, 5, () => random.list(0, 5, () => unit(random))),
    reactions: { factory: reactions(random), predicate: reactions(random) },
    steps: [
      ...random.list(1, 4, (): Action => ['cooperate', random.integer(0, 4)]),
      ...random.list(4, 24, (): Scenario['steps'][number] => {
        if (random.chance(0.5)) return ['tick'];
        if (random.chance(0.7)) return action(random);
        return [random.chance(0.75) ? 'resolve' : 'reject', random.integer(0, 3)];
      }),
    ],
  };
}

/**
 * Scenarios in which any callback may do anything and then throw, and what happens when they are played on
 * ours. ../oracle/throwing.py plays the same on Twisted's, class for class.
 */
import { InvalidStateError } from '../../../lib/base/errors.js';
import { AlreadyCalled, AlreadyCancelled, SchedulerError } from '../../../lib/index.js';
import { ProducerAlreadyRegisteredError } from '../../../lib/twisted/core/errors.js';
import type { Random } from '../../support/random.js';
import { SUBJECTS } from './throwing-subjects.js';

export type Kind = keyof typeof SUBJECTS;
export type Step = [name: string, ...args: unknown[]];

interface Reaction {
  does: Step[];
  throws: boolean;
}

/** A script; for each callback, what its calls do in turn; and after which units a tick ends. */
export interface Scenario {
  kind: Kind;
  script: Step[];
  reactions: Record<string, Reaction[]>;
  slices: boolean[];
}

/** One of our classes, as the twin of what ../oracle/throwing.py has under the same name. */
export interface Subject {
  state(): unknown;
  perform(name: string, ...args: never[]): void;
}

/** Takes the calls of a subject's callbacks. */
export interface Stage {
  happens(callback: string, ...what: unknown[]): void;
  isOver(): boolean;
}

const MOST = 60;

class Scripted extends Error {}

const REFUSALS = [
  InvalidStateError,
  ProducerAlreadyRegisteredError,
  AlreadyCalled,
  AlreadyCancelled,
  SchedulerError,
];

export function randomScenario(random: Random, kind: Kind): Scenario {
  const { steps, callbacks } = SUBJECTS[kind];
  const step = (): Step => random.pick(steps)(random);
  const guarded = (): Step => (random.chance(0.5) ? ['try', step()] : step());
  const throwing = random.pick([0.1, 0.3, 0.5]);
  const reactions: Scenario['reactions'] = {};
  for (const callback of callbacks) {
    if (random.chance(0.25)) continue;
    reactions[callback] = random.list(1, 5, () => ({
      does: random.list(0, 2, guarded).filter((does) => isComparable(kind, callback, does)),
      throws: random.chance(throwing),
    }));
  }
  return {
    kind,
    script: random.list(2, 14, step),
    reactions,
    slices: random.list(0, 20, () => random.chance(0.3)),
  };
}

/**
 * Called back by its scheduler, Twisted's Cooperator schedules a second tick. In a tick inside another,
 * the two have places of their own in the list of tasks.
 */
function isComparable(kind: Kind, callback: string, step: Step): boolean {
  if (kind !== 'cooperator') return true;
  const [name] = step[0] === 'try' ? (step[1] as Step) : step;
  return callback !== 'schedule' && name !== 'tick';
}

class Player implements Stage {
  readonly trace: unknown[][] = [];
  private readonly reactions: Scenario['reactions'];
  private readonly slices: boolean[];
  private readonly subject: Subject;
  private exceptionsMade = 0;

  constructor({ kind, reactions, slices }: Scenario) {
    this.reactions = structuredClone(reactions);
    this.slices = [...slices];
    this.subject = SUBJECTS[kind].make(this);
  }

  isOver(): boolean {
    return this.slices.shift() ?? true;
  }

  private log(...what: unknown[]): void {
    this.trace.push([...what, this.subject.state()]);
  }

  happens(callback: string, ...what: unknown[]): void {
    this.log(callback, ...what);
    const reaction = this.reactions[callback]?.shift();
    reaction?.does.forEach((step) => this.perform(step));
    if (reaction?.throws !== true) return;
    this.exceptionsMade += 1;
    throw new Scripted(`Scripted ${this.exceptionsMade}`);
  }

  perform([name, ...args]: Step): void {
    if (name === 'try') {
      this.try(args[0] as Step);
    } else if (this.trace.length <= MOST) {
      this.log(`> ${name}`, ...args);
      this.subject.perform(name, ...(args as never[]));
      this.log(`< ${name}`);
    }
  }

  try(step: Step): void {
    try {
      this.perform(step);
    } catch (error) {
      if (error instanceof Scripted) this.log('caught', error.message);
      else if (REFUSALS.some((refusal) => error instanceof refusal)) this.log('refused');
      else throw error;
    }
  }
}

export function playOnOurs(scenario: Scenario): unknown[] {
  const player = new Player(scenario);
  scenario.script.forEach((step) => player.try(step));
  return player.trace;
}

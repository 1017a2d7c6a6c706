/**
 * Scenarios for `FileBodyProducer`, and what happens when they are played on ours.
 * ../oracle/file_body_producer.py plays the same on Twisted's.
 */
import { setImmediate as turn } from 'node:timers/promises';

import { Cooperator, SchedulerError } from '../../../lib/twisted/cooperation/index.js';
import { FileBodyProducer, UNKNOWN_LENGTH } from '../../../lib/twisted/producers/index.js';
import type { Random } from '../../support/random.js';

/** `begin` is `startProducing`; `other` starts another task of the same cooperator. */
type Step =
  | 'begin'
  | 'pauseProducing'
  | 'resumeProducing'
  | 'stopProducing'
  | 'tick'
  | 'other'
  | 'stopCooperator';

/** `close` and `done` follow once the calls have returned, because ours may take its time. */
const CALLBACKS = ['read', 'write', 'seek', 'tell', 'other', 'close', 'done'] as const;
type Callback = (typeof CALLBACKS)[number];

interface Reaction {
  does: Step[];
  throws: boolean;
}

export interface Scenario {
  contents: string;
  readSize: number;
  /** Whether the file has `seek` and `tell`. */
  seekable: boolean;
  /** Units of work in each tick. */
  units: number;
  steps: Step[];
  /** The actions of each callback, call by call; later calls do nothing. */
  reactions: Partial<Record<Callback, Reaction[]>>;
}

/** Of the making, and of each step: the calls; what settled after them; and the calls after that. */
export type Trace = [calls: unknown[], settled: unknown[], more: unknown[]][];

const MOST_STEPS = 80;

class Oops extends Error {
  override name = 'Oops';
}

/** Makes a scenario in which anything may happen anywhere, except a tick inside a tick. */
export function randomScenario(random: Random): Scenario {
  const busy = random.pick([0.1, 0.3, 0.6]);
  const reactions: Scenario['reactions'] = {};
  for (const callback of CALLBACKS) {
    const isLate = callback === 'close' || callback === 'done';
    const isMaking = callback === 'seek' || callback === 'tell';
    const does = (): Step[] =>
      isMaking || !random.chance(busy) ? [] : random.list(1, 3, () => step(random, isLate ? 1 : 0));
    reactions[callback] = random.list(0, 5, () => ({
      does: does(),
      throws: !isLate && random.chance(0.05),
    }));
  }
  return {
    contents: 'abcdefghijkl'.slice(0, random.pick([0, 1, 4, 7, 12])),
    readSize: random.pick([1, 2, 3, 5]),
    seekable: random.chance(0.3),
    units: random.integer(1, 3),
    steps: [
      ...(random.chance(0.8) ? ['begin' as const] : []),
      ...random.list(3, 16, () => step(random, 7)),
    ],
    reactions,
  };
}

/** @param ticks - How often to tick, beside the other steps. */
function step(random: Random, ticks: number): Step {
  const others: Step[] = ['begin', 'pauseProducing', 'resumeProducing', 'pauseProducing'];
  others.push('resumeProducing', random.chance(0.5) ? 'stopProducing' : 'other');
  if (random.chance(0.1)) return 'stopCooperator';
  return random.pick([...others, ...Array<Step>(ticks).fill('tick')]);
}

/** Plays `scenario` on our producer. */
export function playOnOurs(scenario: Scenario): Promise<Trace> {
  return new Player(scenario).play();
}

class Player {
  private events: unknown[] = [];
  private late: [Callback, ...unknown[]][] = [];
  private readonly calls: { tick: () => void; due: boolean }[] = [];
  private readonly reactions: Scenario['reactions'];
  private readonly cooperator: Cooperator;
  private readonly producer: FileBodyProducer | null;
  private taken = 0;
  private begun = 0;

  constructor(private readonly scenario: Scenario) {
    this.reactions = structuredClone(scenario.reactions);
    this.cooperator = new Cooperator({
      terminationPredicateFactory: () => {
        let left = scenario.units;
        return () => (left -= 1) <= 0;
      },
      scheduler: (tick) => this.schedule(tick),
    });
    this.producer = this.makeProducer();
    if (this.producer === null) return;
    const { length } = this.producer;
    this.events.push(['length', length === UNKNOWN_LENGTH ? null : length]);
  }

  private makeProducer(): FileBodyProducer | null {
    const { cooperator, scenario } = this;
    const { contents, readSize, seekable } = scenario;
    let rest = contents;
    let position = 0;
    const file = {
      read: (size: number) => {
        this.happens('read', size);
        const data = rest.slice(0, size);
        rest = rest.slice(size);
        return Buffer.from(data);
      },
      close: () => void this.late.push(['close']),
    };
    const seeking = {
      seek: (offset: number, whence: 0 | 2) => {
        this.happens('seek', offset, whence);
        position = whence === 0 ? offset : contents.length;
      },
      tell: () => {
        this.happens('tell');
        return position;
      },
    };
    try {
      const options = { cooperator, readSize };
      return new FileBodyProducer(seekable ? { ...file, ...seeking } : file, options);
    } catch (error) {
      if (!(error instanceof Oops)) throw error;
      this.events.push(['refused']);
      return null;
    }
  }

  private schedule(tick: () => void) {
    this.events.push(['schedule']);
    const call = { tick, due: true };
    this.calls.push(call);
    return {
      cancel: () => {
        this.events.push(['cancel']);
        call.due = false;
      },
    };
  }

  private happens(callback: Callback, ...what: unknown[]): void {
    this.events.push([callback, ...what]);
    const { does, throws } = this.nextOf(callback);
    does.forEach((each) => this.step(each));
    if (throws) throw new Oops();
  }

  private nextOf(callback: Callback): Reaction {
    return this.reactions[callback]?.shift() ?? { does: [], throws: false };
  }

  private step(name: Step): void {
    this.taken += 1;
    const { producer, cooperator } = this;
    if (this.taken > MOST_STEPS || producer === null) return;
    if (name === 'begin') this.begin(producer);
    else if (name === 'other') cooperator.cooperate(this.work());
    else if (name === 'stopCooperator') cooperator.stop();
    else if (name === 'tick') {
      const call = this.calls.find(({ due }) => due);
      if (call === undefined) return;
      call.due = false;
      call.tick();
    } else {
      try {
        producer[name]();
      } catch (error) {
        if (!(error instanceof SchedulerError)) throw error;
        this.events.push([name, error.name]);
      }
    }
  }

  private begin(producer: FileBodyProducer): void {
    const number = this.begun++;
    const write = (data: Uint8Array) => this.happens('write', Buffer.from(data).toString());
    producer.startProducing({ write }).then(
      () => this.late.push(['done', number, null]),
      ({ name }: Error) => this.late.push(['done', number, name]),
    );
  }

  /** Another task of the same cooperator. */
  private *work(): Generator<undefined, void> {
    for (let left = 3; left > 0; left -= 1) {
      this.happens('other');
      yield undefined;
    }
  }

  async play(): Promise<Trace> {
    const trace: Trace = [await this.turn()];
    for (const name of this.scenario.steps) {
      this.step(name);
      trace.push(await this.turn());
    }
    return trace;
  }

  private async turn(): Promise<Trace[number]> {
    const calls = this.events;
    this.events = [];
    const settled: unknown[] = [];
    await turn();
    while (this.late.length > 0) {
      const late = this.late.sort(byText);
      this.late = [];
      settled.push(...late);
      for (const [callback] of late) this.nextOf(callback).does.forEach((each) => this.step(each));
      await turn();
    }
    const more = this.events;
    this.events = [];
    return [calls, settled, more];
  }
}

/** Those with a text that comes first. */
function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

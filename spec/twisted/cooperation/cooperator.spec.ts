import { expect } from 'chai';

import { CooperativeTask } from '../../../lib/twisted/cooperation/cooperative-task.js';
import {
  coiterate,
  cooperate,
  Cooperator,
  type CooperatorOptions,
} from '../../../lib/twisted/cooperation/cooperator.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { log } from '../../../lib/base/log.js';
import {
  SchedulerStopped,
  TaskStopped,
} from '../../../lib/twisted/cooperation/scheduler-errors.js';
import { FakeScheduler } from '../../support/fake-scheduler.js';

/** Puts `steps` into `into`, one a step. */
function* steps(into: unknown[], ...each: unknown[]) {
  for (const step of each) {
    into.push(step);
    yield step;
  }
}

/** A cooperator that ticks when pumped, and does `units` units in each. */
function pumped(units = 1, options: CooperatorOptions = {}) {
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

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error: unknown) => error,
  );

describe('Cooperator', () => {
  describe('taking turns', () => {
    it('takes a step of each task in turn', async () => {
      const log: unknown[] = [];
      const cooperator = new Cooperator();
      await Promise.all([
        cooperator.coiterate(steps(log, 'a', 'b', 'c')),
        cooperator.coiterate(steps(log, 1, 2, 3)),
        cooperator.coiterate(steps(log, 'd', 'e', 'f')),
      ]);
      expect(log).to.deep.equal(['a', 1, 'd', 'b', 2, 'e', 'c', 3, 'f']);
    });

    it('makes a predicate for each tick, and asks it after each unit', () => {
      const log: unknown[] = [];
      let slices = 0;
      const { cooperator, scheduler } = pumped(1, {
        terminationPredicateFactory: () => {
          log.push(`slice ${slices++}`);
          return () => log.push('over?') % 5 === 0;
        },
      });
      cooperator.cooperate(steps(log, 'a', 'b', 'c', 'd'));
      scheduler.pump();
      expect(log).to.deep.equal(['slice 0', 'a', 'over?', 'b', 'over?']);
      scheduler.pump();
      expect(log.slice(5)).to.deep.equal(['slice 1', 'c', 'over?', 'd', 'over?']);
    });

    it('goes on where the last tick left off', () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped(2);
      cooperator.cooperate(steps(log, 'a', 'b'));
      cooperator.cooperate(steps(log, 1, 2));
      cooperator.cooperate(steps(log, 'x', 'y'));
      scheduler.run();
      expect(log).to.deep.equal(['a', 1, 'x', 'b', 2, 'y']);
    });

    it('lets the one that was next wait when one leaves in its turn, as Twisted does', () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped(4);
      function* leaves() {
        log.push('leaver');
        leaver.pause();
        yield;
      }
      const leaver: CooperativeTask = cooperator.cooperate(leaves());
      cooperator.cooperate(steps(log, 1, 2));
      cooperator.cooperate(steps(log, 'x', 'y'));
      scheduler.pump();
      expect(log).to.deep.equal(['leaver', 'x', 1, 'y']);
    });

    it('gives a task that is added inside a tick its turn in that round', () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped(3);
      cooperator.cooperate(
        (function* () {
          cooperator.cooperate(steps(log, 'added'));
          yield;
          log.push('again');
          yield;
        })(),
      );
      scheduler.pump();
      expect(log).to.deep.equal(['added', 'again']);
    });
  });

  describe('scheduling', () => {
    it('asks for one tick while there are tasks, and for none when the last is gone', () => {
      const { cooperator, scheduler } = pumped();
      const [first, second] = [cooperator.cooperate([1, 2]), cooperator.cooperate([1, 2])];
      expect(scheduler.calls).to.have.length(1);
      first.stop();
      expect(scheduler.due).to.equal(1);
      second.stop();
      expect(scheduler.due).to.equal(0);
      cooperator.cooperate([1, 2]);
      expect(scheduler.calls).to.have.length(2);
      expect(scheduler.due).to.equal(1);
    });

    it('asks for one tick when the end of a task adds another', async () => {
      const { cooperator, scheduler } = pumped();
      const ends: string[] = [];
      const again = cooperator.coiterate([]).then(() => {
        ends.push('first');
        return cooperator.coiterate([]);
      });
      for (let tick = 0; tick < 3; tick += 1) {
        expect(scheduler.due).to.be.below(2);
        scheduler.pump();
        await new Promise(setImmediate);
      }
      await again.then(() => ends.push('second'));
      expect(ends).to.deep.equal(['first', 'second']);
    });

    it('by default lets timers and sockets have the event loop between slices', async () => {
      const cooperator = new Cooperator();
      let units = 0;
      const task = cooperator.cooperate({ next: () => ({ done: false, value: (units += 1) }) });
      // Never gets past this if the task keeps the event loop.
      while (units === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      task.stop();
    });

    it('by default reports what a predicate throws, and goes on', async () => {
      const errors: unknown[] = [];
      const stopListening = log.addObserver(({ error }) => errors.push(error));
      const oops = new Error('oops');
      let slices = 0;
      const cooperator = new Cooperator({
        terminationPredicateFactory: () => {
          if (slices++ === 0) throw oops;
          return () => true;
        },
      });
      await cooperator.coiterate([1]);
      stopListening();
      expect(errors).to.deep.equal([oops]);
    });

    it('lets the caller of a tick have what a predicate throws, and is to tick again', () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped(1, {
        terminationPredicateFactory: () => () => {
          throw new Error('oops');
        },
      });
      cooperator.cooperate(steps(log, 1, 2));
      expect(() => scheduler.pump()).to.throw('oops');
      expect(() => scheduler.pump()).to.throw('oops');
      expect(log).to.deep.equal([1, 2]);
    });

    it('asks again when the scheduler threw the last time', () => {
      const log: unknown[] = [];
      const fake = new FakeScheduler();
      let broken = true;
      const cooperator = new Cooperator({
        scheduler: (tick) => {
          if (broken) throw new Error('no time');
          return fake.schedule(tick);
        },
      });
      expect(() => cooperator.cooperate(steps(log, 'a'))).to.throw('no time');
      broken = false;
      cooperator.cooperate(steps(log, 1));
      fake.run();
      expect(log).to.deep.equal(['a', 1]);
    });

    it('has its state right before it cancels: what that adds is scheduled', () => {
      const log: unknown[] = [];
      const fake = new FakeScheduler();
      const cooperator: Cooperator = new Cooperator({
        scheduler: (tick) => {
          const call = fake.schedule(tick);
          return {
            cancel: () => {
              call.cancel();
              cooperator.cooperate(steps(log, 'added by cancel'));
            },
          };
        },
      });
      cooperator.cooperate([]).stop();
      fake.pump();
      expect(log).to.deep.equal(['added by cancel']);
    });

    it('bears a scheduler that ticks at once', () => {
      const log: unknown[] = [];
      const cooperator = new Cooperator({
        scheduler: (tick) => {
          tick();
          return { cancel: () => log.push('cancelled a call that was made') };
        },
      });
      cooperator.cooperate(steps(log, 1, 2));
      cooperator.cooperate(steps(log, 3));
      expect(log).to.deep.equal([1, 2, 3]);
    });

    it('cancels the tick when the scheduler itself ends the last task', () => {
      const log: unknown[] = [];
      const cooperator: Cooperator = new Cooperator({
        scheduler: () => {
          task.stop();
          return { cancel: () => log.push('cancelled') };
        },
        started: false,
      });
      const task = cooperator.cooperate([1]);
      cooperator.start();
      expect(log).to.deep.equal(['cancelled']);
    });

    it('bears a scheduler that returns nothing to cancel', () => {
      const log: unknown[] = [];
      const ticks: (() => void)[] = [];
      const scheduler = (tick: () => void) => ticks.push(tick);
      const cooperator = new Cooperator({ scheduler: scheduler as never });
      cooperator.cooperate(steps(log, 'a')).stop();
      cooperator.cooperate(steps(log, 1));
      for (const tick of ticks) tick();
      expect(log).to.deep.equal([1]);
    });
  });

  describe('starting and stopping', () => {
    it('runs from the beginning, unless told not to', () => {
      expect(new Cooperator().running).to.equal(true);
      expect(new Cooperator({ started: false }).running).to.equal(false);
    });

    it('runs what was added before it was started', () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped(1, { started: false });
      cooperator.cooperate(steps(log, 1));
      expect(scheduler.due).to.equal(0);
      cooperator.start();
      expect(cooperator.running).to.equal(true);
      scheduler.run();
      expect(log).to.deep.equal([1]);
    });

    it('asks for no tick when it is started again from inside one', () => {
      const { cooperator, scheduler } = pumped(1, { started: false });
      const asked: number[] = [];
      cooperator.cooperate(
        (function* () {
          cooperator.start();
          asked.push(scheduler.due);
          yield;
        })(),
      );
      cooperator.start();
      scheduler.run();
      expect(asked).to.deep.equal([0]);
    });

    it('ends every task when it is stopped', async () => {
      const { cooperator, scheduler } = pumped();
      const ends = Array.from({ length: 5 }, () => errorOf(cooperator.coiterate([1])));
      cooperator.stop();
      expect(cooperator.running).to.equal(false);
      expect(scheduler.due).to.equal(0);
      for (const error of await Promise.all(ends)) {
        expect(error).to.be.instanceOf(SchedulerStopped);
      }
    });

    it('ends every task when one of them stops it', async () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped(9);
      const others = [1, 2, 3].map((each) => errorOf(cooperator.coiterate(steps(log, each))));
      const stopper = errorOf(
        cooperator.coiterate(
          (function* () {
            cooperator.stop();
            yield;
            log.push('never');
          })(),
        ),
      );
      scheduler.run();
      expect(log).to.deep.equal([1, 2, 3]);
      for (const error of await Promise.all([...others, stopper])) {
        expect(error).to.be.instanceOf(SchedulerStopped);
      }
    });

    it('ends later tasks at once, without a step of them', async () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped();
      cooperator.stop();
      const task = cooperator.cooperate(steps(log, 1));
      expect(() => task.pause()).to.throw(SchedulerStopped);
      expect(await errorOf(task.whenDone())).to.be.instanceOf(SchedulerStopped);
      expect(scheduler.calls).to.have.length(0);
      expect(log).to.deep.equal([]);
    });

    it('ends a paused task when that is resumed', async () => {
      const { cooperator } = pumped();
      const task = cooperator.cooperate([1]);
      task.pause();
      cooperator.stop();
      task.resume();
      expect(await errorOf(task.whenDone())).to.be.instanceOf(SchedulerStopped);
    });

    it('ends a task that waits for a promise when that settles', async () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped();
      let settle = (): void => {};
      const promise = new Promise<void>((resolve) => (settle = resolve));
      const end = errorOf(
        cooperator.coiterate(
          (function* () {
            yield promise;
            log.push('never');
          })(),
        ),
      );
      scheduler.pump();
      cooperator.stop();
      settle();
      expect(await end).to.be.instanceOf(SchedulerStopped);
      expect(log).to.deep.equal([]);
    });

    it('admits tasks again once it is started again', () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped();
      cooperator.cooperate(steps(log, 'old'));
      cooperator.stop();
      cooperator.start();
      cooperator.cooperate(steps(log, 'new'));
      scheduler.run();
      expect(log).to.deep.equal(['new']);
    });

    it('has its state right while it stops: a finally block may call anything', async () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped(3);
      const tasks: CooperativeTask[] = [];
      const meddling = {
        *[Symbol.iterator]() {
          try {
            yield 1;
          } finally {
            log.push(cooperator.running);
            tasks[1]?.stop();
            cooperator.start();
            tasks.push(cooperator.cooperate(steps(log, 'new')));
          }
        },
      };
      tasks.push(cooperator.cooperate(meddling), ...[2, 3].map((n) => cooperator.cooperate([n])));
      const ends = tasks.map((task) => errorOf(task.whenDone()));
      scheduler.pump();
      cooperator.stop();
      scheduler.run();
      expect(log).to.deep.equal([false, 'new']);
      expect((await Promise.all(ends)).map((error) => (error as Error).name)).to.deep.equal([
        'SchedulerStopped',
        'TaskStopped',
        'SchedulerStopped',
      ]);
      expect(() => tasks[1]?.pause()).to.throw(TaskStopped);
    });
  });

  describe('bad input', () => {
    const options: unknown[] = [
      null,
      5,
      { scheduler: 5 },
      { scheduler: null },
      { terminationPredicateFactory: {} },
      { started: 'no' },
    ];
    for (const each of options) {
      it(`refuses the options ${JSON.stringify(each)}`, () => {
        expect(() => new Cooperator(each as never)).to.throw(InvalidArgTypeError);
      });
    }

    const iterators = { null: null, nothing: undefined, 5: 5, text: 'text', '{}': {}, f: () => {} };
    for (const [name, iterator] of Object.entries(iterators)) {
      it(`refuses ${name} for an iterator, and adds nothing`, () => {
        const { cooperator, scheduler } = pumped();
        expect(() => cooperator.cooperate(iterator as never)).to.throw(InvalidArgTypeError);
        expect(() => cooperator.coiterate(iterator as never)).to.throw(InvalidArgTypeError);
        expect(scheduler.calls).to.have.length(0);
      });
    }

    it('refuses a predicate that is none', () => {
      const { cooperator, scheduler } = pumped(1, {
        terminationPredicateFactory: (() => true) as never,
      });
      cooperator.cooperate([1]);
      expect(() => scheduler.pump()).to.throw(InvalidArgTypeError, 'terminationPredicateFactory()');
    });
  });
});

describe('cooperate and coiterate', () => {
  it('run tasks of one cooperator', async () => {
    const log: unknown[] = [];
    const task = cooperate(steps(log, 'a', 'b'));
    expect(task).to.be.instanceOf(CooperativeTask);
    const end = coiterate(steps(log, 1, 2));
    await Promise.all([task.whenDone(), end]);
    // Who begins depends on what other specs have left of the global cooperator's round.
    expect(log.slice(0, 2)).to.have.members(['a', 1]);
    expect(log.slice(2)).to.have.members(['b', 2]);
  });

  describe('with a signal', () => {
    const forever = function* () {
      for (;;) yield;
    };
    const outcome = (task: { whenDone(): Promise<unknown> }) =>
      task.whenDone().catch((error: unknown) => (error as Error).name);

    it('stops when that aborts', async () => {
      const giveUp = new AbortController();
      const cooperator = new Cooperator({ signal: giveUp.signal });
      const task = cooperator.cooperate(forever());
      giveUp.abort();
      expect(cooperator.running).to.equal(false);
      expect(await outcome(task)).to.equal('SchedulerStopped');
      expect(await outcome(cooperator.cooperate(forever()))).to.equal('SchedulerStopped');
    });

    it('never runs if that has aborted before', async () => {
      const cooperator = new Cooperator({ signal: AbortSignal.abort() });
      expect(cooperator.running).to.equal(false);
      expect(await outcome(cooperator.cooperate(forever()))).to.equal('SchedulerStopped');
    });

    it('stops when it is disposed of, and heeds the signal no more', async () => {
      const giveUp = new AbortController();
      const cooperator = new Cooperator({ signal: giveUp.signal });
      const task = cooperator.cooperate(forever());
      await cooperator[Symbol.asyncDispose]();
      expect(await outcome(task)).to.equal('SchedulerStopped');
      cooperator.start();
      giveUp.abort();
      expect(cooperator.running).to.equal(true);
    });

    it('refuses what is none, and an option that is misspelt', () => {
      expect(() => new Cooperator({ signal: {} as never })).to.throw(InvalidArgTypeError);
      expect(() => new Cooperator({ singal: null } as never)).to.throw(InvalidArgTypeError);
    });
  });
});

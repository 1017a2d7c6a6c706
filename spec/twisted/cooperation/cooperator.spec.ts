import { expect } from 'chai';

import type { CooperativeTask } from '../../../lib/twisted/cooperation/cooperative-task.js';
import { Cooperator } from '../../../lib/twisted/cooperation/cooperator.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';

import {
  SchedulerStopped,
  TaskStopped,
} from '../../../lib/twisted/cooperation/scheduler-errors.js';
import { rejection } from '../../support/rejection.js';
import { steps, pumped } from '../../support/pumped-cooperator.js';

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

    it('lets the task that was next wait when a task leaves in its turn, as Twisted does', () => {
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

  describe('starting and stopping', () => {
    it('runs from the beginning, unless told not to', () => {
      expect(new Cooperator().running).to.equal(true);
      expect(new Cooperator({ started: false }).running).to.equal(false);
    });

    it('runs the tasks that were added before it was started', () => {
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
      const ends = Array.from({ length: 5 }, () => rejection(cooperator.coiterate([1])));
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
      const others = [1, 2, 3].map((each) => rejection(cooperator.coiterate(steps(log, each))));
      const stopper = rejection(
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
      expect(await rejection(task.whenDone())).to.be.instanceOf(SchedulerStopped);
      expect(scheduler.calls).to.have.length(0);
      expect(log).to.deep.equal([]);
    });

    it('ends a paused task when that is resumed', async () => {
      const { cooperator } = pumped();
      const task = cooperator.cooperate([1]);
      task.pause();
      cooperator.stop();
      task.resume();
      expect(await rejection(task.whenDone())).to.be.instanceOf(SchedulerStopped);
    });

    it('ends a task that waits for a promise when that settles', async () => {
      const log: unknown[] = [];
      const { cooperator, scheduler } = pumped();
      let settle = (): void => {};
      const promise = new Promise<void>((resolve) => (settle = resolve));
      const end = rejection(
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
      const ends = tasks.map((task) => rejection(task.whenDone()));
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
      it(`refuses the options ${JSON.stringify(each)}, by name`, () => {
        const [name] = Object.keys(Object(each) as object);
        expect(() => new Cooperator(each as never)).to.throw(
          InvalidArgTypeError,
          name === undefined ? 'options' : `"options.${name}"`,
        );
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

    it('refuses a predicate that is not a function', () => {
      const { cooperator, scheduler } = pumped(1, {
        terminationPredicateFactory: (() => true) as never,
      });
      cooperator.cooperate([1]);
      expect(() => scheduler.pump()).to.throw(InvalidArgTypeError, 'terminationPredicateFactory()');
    });
  });
});

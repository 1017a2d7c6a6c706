import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import type { Cooperator } from '../../../lib/twisted/cooperation/cooperator.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import {
  NotPaused,
  TaskDone,
  TaskFailed,
  TaskStopped,
} from '../../../lib/twisted/cooperation/scheduler-errors.js';
import { microtasks } from '../../real-twisted/support/cooperation.js';
import { counting } from '../../support/counting-task.js';
import type { FakeScheduler } from '../../support/fake-scheduler.js';
import { loggedErrors } from '../../support/logged.js';
import { pumped } from '../../support/pumped-cooperator.js';
import { rejection } from '../../support/rejection.js';

const oops = new Error('oops');

describe('CooperativeTask', () => {
  let scheduler: FakeScheduler;
  let cooperator: Cooperator;
  const reported = loggedErrors();

  beforeEach(() => {
    ({ scheduler, cooperator } = pumped());
  });

  describe('paused and resumed', () => {
    it('works only while it is not paused', () => {
      const { task, work } = counting(cooperator);
      scheduler.pump();
      task.pause();
      scheduler.pump();
      expect(work).to.deep.equal([1]);
      task.resume();
      expect(work).to.deep.equal([1]);
      scheduler.pump();
      expect(work).to.deep.equal([1, 2]);
    });

    it('needs as many resumes as pauses', () => {
      const { task, work } = counting(cooperator);
      task.pause();
      task.pause();
      task.resume();
      scheduler.pump();
      expect(work).to.deep.equal([]);
      task.resume();
      scheduler.pump();
      expect(work).to.deep.equal([1]);
    });

    it('refuses a resume too many', () => {
      const { task } = counting(cooperator);
      expect(() => task.resume()).to.throw(NotPaused);
      task.pause();
      task.resume();
      expect(() => task.resume()).to.throw(NotPaused);
    });
  });

  describe('waited for', () => {
    it('resolves each promise with the iterator, also after the end', async () => {
      const { task, next, iterator } = counting(cooperator);
      const before = [task.whenDone(), task.whenDone()];
      expect(before[0]).not.to.equal(before[1]);
      next.ends = true;
      scheduler.pump();
      for (const end of await Promise.all([...before, task.whenDone()])) {
        expect(end).to.equal(iterator);
      }
    });

    it('rejects with the error that the iterator threw', async () => {
      const { task, next } = counting(cooperator);
      const before = rejection(task.whenDone());
      next.throws = oops;
      scheduler.pump();
      expect(await before).to.equal(oops);
      expect(await rejection(task.whenDone())).to.equal(oops);
      expect(reported).to.deep.equal([]);
    });

    it('rejects with TaskStopped when it was stopped', async () => {
      const { task } = counting(cooperator);
      const before = rejection(task.whenDone());
      task.stop();
      expect(await before).to.be.instanceOf(TaskStopped);
      expect(await rejection(task.whenDone())).to.be.instanceOf(TaskStopped);
    });

    it('has left its cooperator before its end is told', async () => {
      const { task, next } = counting(cooperator);
      const tasks = () => (cooperator as unknown as { readonly tasks: unknown[] }).tasks;
      expect(tasks()).to.deep.equal([task]);
      const left = task.whenDone().then(tasks);
      next.ends = true;
      scheduler.pump();
      expect(await left).to.deep.equal([]);
    });
  });

  describe('failed and not waited for', () => {
    it('reports its error in the next turn, once', async () => {
      const { next } = counting(cooperator);
      next.throws = oops;
      scheduler.pump();
      await microtasks();
      expect(reported).to.deep.equal([]);
      await turn();
      await turn();
      expect(reported).to.deep.equal([oops]);
    });

    it('does not report its error if code waits for it before that', async () => {
      const { task, next } = counting(cooperator);
      next.throws = oops;
      scheduler.pump();
      await microtasks();
      expect(await rejection(task.whenDone())).to.equal(oops);
      await turn();
      expect(reported).to.deep.equal([]);
    });

    it('does not report its error if pause or stop has thrown it before that', async () => {
      for (const method of ['pause', 'stop'] as const) {
        const { task, next } = counting(cooperator);
        next.throws = oops;
        scheduler.pump();
        expect(() => task[method]())
          .to.throw(TaskFailed)
          .with.property('cause', oops);
        await turn();
        expect(reported).to.deep.equal([]);
      }
    });

    it('reports nothing when it was only stopped', async () => {
      const { task } = counting(cooperator);
      task.stop();
      counting(cooperator);
      cooperator.stop();
      await turn();
      expect(reported).to.deep.equal([]);
    });
  });

  describe('when it is over', () => {
    const ends = {
      TaskDone: ({ next }: ReturnType<typeof counting>) => (next.ends = true),
      TaskFailed: ({ next }: ReturnType<typeof counting>) => (next.throws = oops),
      TaskStopped: ({ task }: ReturnType<typeof counting>) => task.stop(),
    };
    for (const [name, end] of Object.entries(ends)) {
      it(`says ${name} to pause and stop, and does nothing more`, () => {
        const counter = counting(cooperator);
        void counter.task.whenDone().catch(() => {});
        end(counter);
        scheduler.pump();
        for (const method of ['pause', 'stop', 'pause'] as const) {
          expect(() => counter.task[method]())
            .to.throw(Error)
            .with.property('name', name);
        }
        expect(scheduler.due).to.equal(0);
        expect(counter.work).to.deep.equal([]);
      });
    }

    it('throws TaskFailed with the error that failed it as the cause', () => {
      const { task, next } = counting(cooperator);
      void task.whenDone().catch(() => {});
      next.throws = oops;
      scheduler.pump();
      expect(() => task.stop())
        .to.throw(TaskFailed)
        .with.property('cause', oops);
    });

    it('may be resumed as often as it was paused, to no effect', () => {
      const { task, work } = counting(cooperator);
      task.pause();
      task.stop();
      task.resume();
      expect(() => task.resume()).to.throw(NotPaused);
      expect(() => task.pause()).to.throw(TaskStopped);
      expect(() => task.resume()).to.throw(NotPaused);
      expect(scheduler.due).to.equal(0);
      expect(work).to.deep.equal([]);
    });
  });

  describe('stopped from inside its own step', () => {
    for (const [how, order] of Object.entries({
      'goes on': () => ({}),
      ends: () => ({ ends: true }),
      throws: () => ({ throws: oops }),
      'yields a promise': () => ({ yields: Promise.resolve() }),
      'yields a promise that is rejected': () => ({ yields: Promise.reject(oops) }),
    })) {
      it(`completes once when it ${how}, and the tick goes on`, async () => {
        const { task, next } = counting(cooperator);
        const neighbour = counting(cooperator);
        const end = rejection(task.whenDone());
        Object.assign(next, order(), { does: () => task.stop() });
        scheduler.pump();
        scheduler.pump();
        expect(neighbour.work).to.deep.equal([1]);
        expect(await end).to.be.instanceOf(TaskStopped);
        expect(() => task.stop()).to.throw(TaskStopped);
        await microtasks();
        expect(reported).to.deep.equal(/throws|rejected/.test(how) ? [oops] : []);
      });
    }
  });

  describe('with a value that is not a step', () => {
    const broken: Record<string, () => unknown> = {
      'a number': () => 5,
      null: () => null,
      'a promise of a number': () => Promise.resolve(5),
    };
    for (const [what, next] of Object.entries(broken)) {
      it(`fails when next returns ${what}`, async () => {
        const end = rejection(cooperator.coiterate({ next } as Iterator<unknown>));
        scheduler.pump();
        expect(await end).to.be.instanceOf(what === 'null' ? TypeError : InvalidArgTypeError);
      });
    }

    it('fails with the error that reading a step throws', async () => {
      const step = {
        done: false,
        get value(): unknown {
          throw oops;
        },
      };
      const end = rejection(cooperator.coiterate({ next: () => step }));
      scheduler.pump();
      expect(await end).to.equal(oops);
    });
  });

  it('reads no value of its last step, as a loop does not', async () => {
    const step = {
      done: true,
      get value(): unknown {
        throw oops;
      },
    } as const;
    const iterator = { next: () => step };
    const end = cooperator.coiterate(iterator);
    scheduler.pump();
    expect(await end).to.equal(iterator);
  });

  it('throws TaskDone where it has ended by itself', async () => {
    const task = cooperator.cooperate([]);
    scheduler.pump();
    await task.whenDone();
    expect(() => task.stop()).to.throw(TaskDone);
  });
});

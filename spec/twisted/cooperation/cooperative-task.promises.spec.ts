import { expect } from 'chai';

import { Cooperator } from '../../../lib/twisted/cooperation/cooperator.js';
import {
  NotPaused,
  TaskFailed,
  TaskStopped,
} from '../../../lib/twisted/cooperation/scheduler-errors.js';
import { microtasks } from '../../real-twisted/support/cooperation.js';
import { counting } from '../../support/counting-task.js';
import type { FakeScheduler } from '../../support/fake-scheduler.js';
import { loggedErrors } from '../../support/logged.js';
import { pumped } from '../../support/pumped-cooperator.js';
import { rejection } from '../../support/rejection.js';
import { deferred } from '../../support/deferred.js';

const oops = new Error('oops');

describe('CooperativeTask', () => {
  let scheduler: FakeScheduler;
  let cooperator: Cooperator;
  const reported = loggedErrors();

  beforeEach(() => {
    ({ scheduler, cooperator } = pumped());
  });

  describe('yielding a promise', () => {
    it('goes on once that is fulfilled', async () => {
      const { work, next } = counting(cooperator);
      const { promise, resolve } = deferred();
      next.yields = promise;
      scheduler.pump();
      expect(scheduler.due).to.equal(0);
      resolve();
      await microtasks();
      scheduler.pump();
      expect(work).to.deep.equal([promise, 2]);
    });

    it('takes any value with a then method for a promise', async () => {
      const { work, next } = counting(cooperator);
      const thenable = { then: (resolve: () => void) => resolve() };
      next.yields = thenable;
      scheduler.pump();
      expect(scheduler.due).to.equal(0);
      await microtasks();
      scheduler.pump();
      expect(work).to.deep.equal([thenable, 2]);
    });

    it('fails with the reason with which the promise is rejected', async () => {
      const { task, next } = counting(cooperator);
      next.yields = Promise.reject(oops);
      const end = rejection(task.whenDone());
      scheduler.pump();
      expect(await end).to.equal(oops);
      expect(() => task.pause()).to.throw(TaskFailed);
    });

    it('also needs the resume that a pause meanwhile is owed', async () => {
      const { task, work, next } = counting(cooperator);
      const { promise, resolve } = deferred();
      next.yields = promise;
      scheduler.pump();
      task.pause();
      resolve();
      await microtasks();
      expect(scheduler.due).to.equal(0);
      task.resume();
      scheduler.pump();
      expect(work).to.deep.equal([promise, 2]);
    });

    it('goes on early when it is resumed, as in Twisted, and the resume too many is reported', async () => {
      const { task, work, next } = counting(cooperator);
      const { promise, resolve } = deferred();
      next.yields = promise;
      scheduler.pump();
      task.resume();
      scheduler.pump();
      expect(work).to.deep.equal([promise, 2]);
      resolve();
      await microtasks();
      expect(reported).to.have.length(1);
      expect(reported[0]).to.be.instanceOf(NotPaused);
    });

    it('works no more when it is stopped meanwhile', async () => {
      const { task, work, next } = counting(cooperator);
      const { promise, resolve } = deferred();
      next.yields = promise;
      scheduler.pump();
      task.stop();
      resolve();
      await microtasks();
      expect(scheduler.due).to.equal(0);
      expect(work).to.deep.equal([promise]);
      expect(reported).to.deep.equal([]);
    });

    it('stays stopped when the promise is rejected after that, which is reported', async () => {
      const { task, next } = counting(cooperator);
      const { promise, reject } = deferred();
      next.yields = promise;
      scheduler.pump();
      task.stop();
      reject(oops);
      await microtasks();
      expect(reported).to.deep.equal([oops]);
      expect(() => task.pause()).to.throw(TaskStopped);
    });

    it('goes on once that is fulfilled although cancelling a tick threw', async () => {
      const { work, next } = counting(cooperator);
      const { promise, resolve } = deferred();
      next.yields = promise;
      next.does = () => {
        // Asks for a tick, which the pause then cancels.
        cooperator.cooperate([]).stop();
        for (const call of scheduler.calls) {
          call.cancel = () => {
            throw oops;
          };
        }
      };
      expect(() => scheduler.pump()).to.throw('oops');
      resolve();
      await microtasks();
      scheduler.pump();
      expect(work.slice(0, 2)).to.deep.equal([promise, 2]);
    });

    it('reports an error that is thrown when it resumes', async () => {
      const { next } = counting(cooperator);
      const { promise, resolve } = deferred();
      next.yields = promise;
      scheduler.pump();
      Object.assign(cooperator, {
        scheduler: () => {
          throw oops;
        },
      });
      resolve();
      await microtasks();
      expect(reported).to.deep.equal([oops]);
    });
  });

  describe('of an asynchronous iterator', () => {
    function asynchronous() {
      const work: unknown[] = [];
      const gates: ReturnType<typeof deferred>[] = [];
      let finished = false;
      const iterator = (async function* () {
        try {
          for (let count = 1; count < 4; count += 1) {
            work.push(count);
            const gate = deferred();
            gates.push(gate);
            await gate.promise;
            yield count;
          }
        } finally {
          finished = true;
        }
      })();
      const open = async () => {
        gates.shift()?.resolve();
        await microtasks();
      };
      return { work, gates, open, iterator, isFinished: () => finished };
    }

    it('waits for each step, and resolves with the iterator', async () => {
      const { work, open, iterator } = asynchronous();
      const end = cooperator.coiterate(iterator);
      for (const count of [1, 2, 3]) {
        scheduler.pump();
        expect(work).to.have.length(count);
        expect(scheduler.due).to.equal(0);
        await open();
      }
      scheduler.pump();
      expect(await end).to.equal(iterator);
    });

    it('takes turns with others', async () => {
      const work: unknown[] = [];
      const count = async function* (...steps: unknown[]) {
        for (const step of steps) {
          work.push(step);
          await microtasks();
          yield step;
        }
      };
      const free = new Cooperator();
      await Promise.all([free.coiterate(count('a', 'b', 'c')), free.coiterate(count(1, 2, 3))]);
      expect(work).to.deep.equal(['a', 1, 'b', 2, 'c', 3]);
    });

    it('is not paused while a step is awaited, and cannot be resumed from that', async () => {
      const { work, open, iterator } = asynchronous();
      const task = cooperator.cooperate(iterator);
      scheduler.pump();
      expect(() => task.resume()).to.throw(NotPaused);
      task.pause();
      task.resume();
      expect(scheduler.due).to.equal(0);
      await open();
      scheduler.pump();
      expect(work).to.deep.equal([1, 2]);
    });

    it('goes on after a pause only when the step is there and it is resumed', async () => {
      const { work, open, iterator } = asynchronous();
      const task = cooperator.cooperate(iterator);
      scheduler.pump();
      task.pause();
      await open();
      expect(scheduler.due).to.equal(0);
      task.resume();
      scheduler.pump();
      expect(work).to.deep.equal([1, 2]);
    });

    it('fails with the reason with which a step is rejected', async () => {
      const { gates, iterator } = asynchronous();
      const task = cooperator.cooperate(iterator);
      const end = rejection(task.whenDone());
      scheduler.pump();
      gates[0]?.reject(oops);
      expect(await end).to.equal(oops);
      expect(() => task.stop()).to.throw(TaskFailed);
    });

    it('waits for a promise in a step too', async () => {
      const { promise, resolve } = deferred();
      const units: number[] = [];
      const task = cooperator.cooperate({
        next: () => Promise.resolve({ done: false, value: units.push(1) === 1 ? promise : null }),
      });
      scheduler.pump();
      await microtasks();
      expect(scheduler.due).to.equal(0);
      resolve();
      await microtasks();
      scheduler.pump();
      expect(units).to.have.length(2);
      task.stop();
    });

    it('goes on once a step is there although cancelling a tick threw', async () => {
      const units: number[] = [];
      const { promise, resolve } = deferred();
      let unit = 0;
      const next = () => {
        units.push(++unit);
        // Asks for a tick, which the wait for the step then cancels.
        cooperator.cooperate([]).stop();
        for (const call of scheduler.calls) {
          call.cancel = () => {
            throw oops;
          };
        }
        return promise.then(() => ({ done: unit === 2, value: unit }));
      };
      const end = cooperator.coiterate({ [Symbol.asyncIterator]: () => ({ next }) });
      expect(() => scheduler.pump()).to.throw('oops');
      resolve();
      await microtasks();
      expect(() => scheduler.pump()).to.throw('oops');
      await end;
      expect(units).to.deep.equal([1, 2]);
    });

    it('ends at once when it is stopped, and reports a step that fails after that', async () => {
      const { gates, iterator } = asynchronous();
      const task = cooperator.cooperate(iterator);
      scheduler.pump();
      task.stop();
      expect(await rejection(task.whenDone())).to.be.instanceOf(TaskStopped);
      gates[0]?.reject(oops);
      await microtasks();
      expect(reported).to.deep.equal([oops]);
      expect(scheduler.due).to.equal(0);
    });
  });
});

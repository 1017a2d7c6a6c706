import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import type { Cooperator } from '../../../lib/twisted/cooperation/cooperator.js';
import { TaskStopped } from '../../../lib/twisted/cooperation/scheduler-errors.js';
import { microtasks } from '../../real-twisted/support/cooperation.js';
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

  describe('ended early', () => {
    it('leaves an iterator that was handed in, because tasks may share one', async () => {
      const shared: unknown[] = [];
      const iterator = (function* () {
        for (const step of [Promise.reject(oops), 2, 3, 4]) {
          shared.push(step);
          yield step;
        }
      })();
      const [first, second, third] = [1, 2, 3].map(() => cooperator.cooperate(iterator));
      const failed = rejection(first!.whenDone());
      scheduler.pump();
      expect(await failed).to.equal(oops);
      second!.stop();
      scheduler.run();
      await third!.whenDone();
      expect(shared.slice(1)).to.deep.equal([2, 3, 4]);
    });

    it('does not end an iterator that has ended in the step that stops it', () => {
      const closed: string[] = [];
      const iterator = {
        next() {
          task.stop();
          return { done: true as const, value: undefined };
        },
        return() {
          closed.push('closed');
          return { done: true as const, value: undefined };
        },
      };
      const task = cooperator.cooperate({ [Symbol.iterator]: () => iterator });
      scheduler.run();
      expect(closed).to.deep.equal([]);
    });

    /** Something iterable that says when its iterator was ended. */
    function iterable(step: () => unknown) {
      const closed: string[] = [];
      return {
        closed,
        *[Symbol.iterator]() {
          try {
            for (;;) yield step();
          } finally {
            closed.push('closed');
          }
        },
      };
    }

    it('ends an iterator that it made, when it is stopped', () => {
      const source = iterable(() => 1);
      const task = cooperator.cooperate(source);
      scheduler.pump();
      task.stop();
      expect(source.closed).to.deep.equal(['closed']);
    });

    it('ends an iterator that it made, and settles its promises, although cancelling the tick throws', async () => {
      const source = iterable(() => 1);
      const task = cooperator.cooperate(source);
      scheduler.pump();
      const end = rejection(task.whenDone());
      for (const call of scheduler.calls) {
        call.cancel = () => {
          throw oops;
        };
      }
      expect(() => task.stop()).to.throw('oops');
      expect(source.closed).to.deep.equal(['closed']);
      expect(await end).to.be.instanceOf(TaskStopped);
    });

    it('ends an iterator that it made, when the iterator yields a promise that is rejected', async () => {
      const source = iterable(() => Promise.reject(oops));
      const end = rejection(cooperator.coiterate(source));
      scheduler.pump();
      await end;
      expect(source.closed).to.deep.equal(['closed']);
    });

    it('ends an iterator that it made, once its step is done, when the step stopped the task', () => {
      const source = iterable(() => task.stop());
      const task = cooperator.cooperate(source);
      scheduler.pump();
      expect(source.closed).to.deep.equal(['closed']);
      expect(reported).to.deep.equal([]);
    });

    it('ends an asynchronous iterator that it made', async () => {
      const closed: string[] = [];
      const task = cooperator.cooperate({
        async *[Symbol.asyncIterator]() {
          try {
            for (;;) {
              await microtasks();
              yield;
            }
          } finally {
            closed.push('closed');
          }
        },
      });
      scheduler.pump();
      task.stop();
      await turn();
      expect(closed).to.deep.equal(['closed']);
    });

    it('ends an asynchronous iterator that it made once, though a step comes after that', async () => {
      const calls: string[] = [];
      const { promise, resolve } = deferred();
      const iterator = {
        next: () => promise.then(() => ({ done: false as const, value: 1 })),
        return: () => {
          calls.push('return');
          return Promise.resolve({ done: true as const, value: undefined });
        },
      };
      const task = cooperator.cooperate({ [Symbol.asyncIterator]: () => iterator });
      scheduler.pump();
      task.stop();
      resolve();
      await microtasks();
      expect(calls).to.deep.equal(['return']);
    });

    it('ends an iterator that it made once, and not when the iterator ended or threw', async () => {
      const calls: string[] = [];
      const source = (next: () => IteratorResult<unknown>) => ({
        [Symbol.iterator]: () => ({
          next,
          return: () => {
            calls.push('return');
            return { done: true as const, value: undefined };
          },
        }),
      });
      const ending = cooperator.coiterate(source(() => ({ done: true, value: 1 })));
      const failing = cooperator.coiterate(
        source(() => {
          throw oops;
        }),
      );
      scheduler.run();
      await ending;
      await rejection(failing);
      expect(calls).to.deep.equal([]);
      cooperator.cooperate(source(() => ({ done: false, value: 1 }))).stop();
      cooperator.stop();
      expect(calls).to.deep.equal(['return']);
    });
  });
});

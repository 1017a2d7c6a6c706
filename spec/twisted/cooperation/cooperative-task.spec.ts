import { expect } from 'chai';

import { Cooperator } from '../../../lib/twisted/cooperation/cooperator.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { log } from '../../../lib/base/log.js';
import {
  NotPaused,
  TaskDone,
  TaskFailed,
  TaskStopped,
} from '../../../lib/twisted/cooperation/scheduler-errors.js';
import { microtasks } from '../../real-twisted/support/cooperation.js';
import { FakeScheduler } from '../../support/fake-scheduler.js';

const oops = new Error('oops');
const turn = (): Promise<void> => new Promise(setImmediate);
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it resolved'),
    (error: unknown) => error,
  );

/** A promise, and how to settle it. */
function deferred() {
  let resolve = (): void => {};
  let reject = (_error: Error): void => {};
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

describe('CooperativeTask', () => {
  let scheduler: FakeScheduler;
  let cooperator: Cooperator;
  let reported: unknown[];
  let stopListening: () => void;

  beforeEach(() => {
    scheduler = new FakeScheduler();
    cooperator = new Cooperator({
      scheduler: scheduler.schedule,
      terminationPredicateFactory: () => () => true,
    });
    reported = [];
    stopListening = log.addObserver(({ error }) => reported.push(error));
  });

  afterEach(() => stopListening());

  /** A task that counts, one a step, and does what it is told in place of that. */
  function counting() {
    const work: unknown[] = [];
    const next: { yields?: unknown; throws?: unknown; ends?: boolean; does?: () => void } = {};
    const iterator = (function* () {
      for (let count = 1; ; count += 1) {
        const { yields, throws, ends, does } = next;
        for (const order of Object.keys(next)) delete next[order as keyof typeof next];
        does?.();
        if (ends) return;
        if (throws) throw throws as Error;
        work.push(yields ?? count);
        yield yields ?? count;
      }
    })();
    return { work, next, iterator, task: cooperator.cooperate(iterator) };
  }

  describe('paused and resumed', () => {
    it('works only while it is not paused', () => {
      const { task, work } = counting();
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
      const { task, work } = counting();
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
      const { task } = counting();
      expect(() => task.resume()).to.throw(NotPaused);
      task.pause();
      task.resume();
      expect(() => task.resume()).to.throw(NotPaused);
    });
  });

  describe('waited for', () => {
    it('resolves each promise with the iterator, also after the end', async () => {
      const { task, next, iterator } = counting();
      const before = [task.whenDone(), task.whenDone()];
      expect(before[0]).not.to.equal(before[1]);
      next.ends = true;
      scheduler.pump();
      for (const end of await Promise.all([...before, task.whenDone()])) {
        expect(end).to.equal(iterator);
      }
    });

    it('rejects with what the iterator threw', async () => {
      const { task, next } = counting();
      const before = errorOf(task.whenDone());
      next.throws = oops;
      scheduler.pump();
      expect(await before).to.equal(oops);
      expect(await errorOf(task.whenDone())).to.equal(oops);
      expect(reported).to.deep.equal([]);
    });

    it('rejects with TaskStopped when it was stopped', async () => {
      const { task } = counting();
      const before = errorOf(task.whenDone());
      task.stop();
      expect(await before).to.be.instanceOf(TaskStopped);
      expect(await errorOf(task.whenDone())).to.be.instanceOf(TaskStopped);
    });

    it('has left its cooperator before anybody hears of its end', async () => {
      const { task, next } = counting();
      const end = task.whenDone().then(() => cooperator.stop());
      next.ends = true;
      scheduler.pump();
      await end;
    });
  });

  describe('failed and not waited for', () => {
    it('has its error reported at the next turn, once', async () => {
      const { next } = counting();
      next.throws = oops;
      scheduler.pump();
      await microtasks();
      expect(reported).to.deep.equal([]);
      await turn();
      await turn();
      expect(reported).to.deep.equal([oops]);
    });

    it('has it not reported when it is waited for before that', async () => {
      const { task, next } = counting();
      next.throws = oops;
      scheduler.pump();
      await microtasks();
      expect(await errorOf(task.whenDone())).to.equal(oops);
      await turn();
      expect(reported).to.deep.equal([]);
    });

    it('has it not reported when the code that pauses or stops it before that is told', async () => {
      for (const method of ['pause', 'stop'] as const) {
        const { task, next } = counting();
        next.throws = oops;
        scheduler.pump();
        expect(() => task[method]())
          .to.throw(TaskFailed)
          .with.property('cause', oops);
        await turn();
        expect(reported).to.deep.equal([]);
      }
    });

    it('has nothing reported when it was only stopped', async () => {
      const { task } = counting();
      task.stop();
      counting();
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
        const counter = counting();
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

    it('says TaskFailed with what failed it as the cause', () => {
      const { task, next } = counting();
      void task.whenDone().catch(() => {});
      next.throws = oops;
      scheduler.pump();
      expect(() => task.stop())
        .to.throw(TaskFailed)
        .with.property('cause', oops);
    });

    it('may be resumed as often as it was paused, to no effect', () => {
      const { task, work } = counting();
      task.pause();
      task.stop();
      task.resume();
      expect(() => task.resume()).to.throw(NotPaused);
      expect(scheduler.due).to.equal(0);
      expect(work).to.deep.equal([]);
    });
  });

  describe('yielding a promise', () => {
    it('goes on once that is fulfilled', async () => {
      const { work, next } = counting();
      const { promise, resolve } = deferred();
      next.yields = promise;
      scheduler.pump();
      expect(scheduler.due).to.equal(0);
      resolve();
      await microtasks();
      scheduler.pump();
      expect(work).to.deep.equal([promise, 2]);
    });

    it('takes whatever has a then for a promise', async () => {
      const { work, next } = counting();
      const thenable = { then: (resolve: () => void) => resolve() };
      next.yields = thenable;
      scheduler.pump();
      expect(scheduler.due).to.equal(0);
      await microtasks();
      scheduler.pump();
      expect(work).to.deep.equal([thenable, 2]);
    });

    it('fails with what that is rejected with', async () => {
      const { task, next } = counting();
      next.yields = Promise.reject(oops);
      const end = errorOf(task.whenDone());
      scheduler.pump();
      expect(await end).to.equal(oops);
      expect(() => task.pause()).to.throw(TaskFailed);
    });

    it('also needs the resume that a pause meanwhile is owed', async () => {
      const { task, work, next } = counting();
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
      const { task, work, next } = counting();
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
      const { task, work, next } = counting();
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
      const { task, next } = counting();
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
      const { work, next } = counting();
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

    it('has what its resumption throws reported', async () => {
      const { next } = counting();
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

  describe('stopped from inside its own step', () => {
    for (const [how, order] of Object.entries({
      'goes on': () => ({}),
      ends: () => ({ ends: true }),
      throws: () => ({ throws: oops }),
      'yields a promise': () => ({ yields: Promise.resolve() }),
      'yields a promise that is rejected': () => ({ yields: Promise.reject(oops) }),
    })) {
      it(`completes once when it ${how}, and the tick goes on`, async () => {
        const { task, next } = counting();
        const neighbour = counting();
        const end = errorOf(task.whenDone());
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

  describe('with steps that are none', () => {
    const broken: Record<string, () => unknown> = {
      'a number': () => 5,
      null: () => null,
      'a promise of a number': () => Promise.resolve(5),
    };
    for (const [what, next] of Object.entries(broken)) {
      it(`fails when next returns ${what}`, async () => {
        const end = errorOf(cooperator.coiterate({ next } as Iterator<unknown>));
        scheduler.pump();
        expect(await end).to.be.instanceOf(what === 'null' ? TypeError : InvalidArgTypeError);
      });
    }

    it('fails with what reading a step throws', async () => {
      const step = {
        done: false,
        get value(): unknown {
          throw oops;
        },
      };
      const end = errorOf(cooperator.coiterate({ next: () => step }));
      scheduler.pump();
      expect(await end).to.equal(oops);
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

    it('fails with what a step is rejected with', async () => {
      const { gates, iterator } = asynchronous();
      const task = cooperator.cooperate(iterator);
      const end = errorOf(task.whenDone());
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

    it('ends at once when it is stopped; what then fails is reported', async () => {
      const { gates, iterator } = asynchronous();
      const task = cooperator.cooperate(iterator);
      scheduler.pump();
      task.stop();
      expect(await errorOf(task.whenDone())).to.be.instanceOf(TaskStopped);
      gates[0]?.reject(oops);
      await microtasks();
      expect(reported).to.deep.equal([oops]);
      expect(scheduler.due).to.equal(0);
    });
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
      const failed = errorOf(first!.whenDone());
      scheduler.pump();
      expect(await failed).to.equal(oops);
      second!.stop();
      scheduler.run();
      await third!.whenDone();
      expect(shared.slice(1)).to.deep.equal([2, 3, 4]);
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

    it('ends one that it made, when that yields a promise that is rejected', async () => {
      const source = iterable(() => Promise.reject(oops));
      const end = errorOf(cooperator.coiterate(source));
      scheduler.pump();
      await end;
      expect(source.closed).to.deep.equal(['closed']);
    });

    it('ends one that it made, once its step is done, when that stopped it', () => {
      const source = iterable(() => task.stop());
      const task = cooperator.cooperate(source);
      scheduler.pump();
      expect(source.closed).to.deep.equal(['closed']);
      expect(reported).to.deep.equal([]);
    });

    it('ends an asynchronous one that it made', async () => {
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

    it('ends an asynchronous one that it made once, though a step comes after that', async () => {
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

    it('ends one that it made once, and not when it ended or threw', async () => {
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
      await errorOf(failing);
      expect(calls).to.deep.equal([]);
      cooperator.cooperate(source(() => ({ done: false, value: 1 }))).stop();
      cooperator.stop();
      expect(calls).to.deep.equal(['return']);
    });
  });

  it('throws TaskDone where it has ended by itself', async () => {
    const task = cooperator.cooperate([]);
    scheduler.pump();
    await task.whenDone();
    expect(() => task.stop()).to.throw(TaskDone);
  });
});

import { expect } from 'chai';

import { Cooperator } from '../../../lib/twisted/cooperation/cooperator.js';
import { log } from '../../../lib/base/log.js';
import { FakeScheduler } from '../../support/fake-scheduler.js';
import { steps, pumped } from '../../support/pumped-cooperator.js';

describe('Cooperator', () => {
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

    it('lets a subclass see the tasks that run, and the tick that is due', () => {
      class Open extends Cooperator {
        get seen() {
          return [this.tasks, this.delayedCall];
        }
      }
      const scheduler = new FakeScheduler();
      const cooperator = new Open({ scheduler: scheduler.schedule });
      expect(cooperator.seen).to.deep.equal([[], null]);
      const [first, second] = [cooperator.cooperate([1, 2]), cooperator.cooperate([1, 2])];
      first.pause();
      expect(cooperator.seen).to.deep.equal([[second], scheduler.calls[0]]);
      second.pause();
      expect(cooperator.seen).to.deep.equal([[], null]);
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

    it('by default reports the error that a predicate throws, and goes on', async () => {
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

    it('lets the caller of a tick have the error that a predicate throws, and schedules the next tick', () => {
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

    it('has its state right before it cancels: a task that the cancel method adds is scheduled', () => {
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

    it('works with a scheduler that ticks at once', () => {
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

    it('works with a scheduler that returns nothing to cancel', () => {
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
});

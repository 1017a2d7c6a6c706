import { expect } from 'chai';

import { CooperativeTask } from '../../../lib/twisted/cooperation/cooperative-task.js';
import { coiterate, cooperate, Cooperator } from '../../../lib/twisted/cooperation/cooperator.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';

import { steps } from '../../support/pumped-cooperator.js';

describe('cooperate and coiterate', () => {
  it('run tasks of one cooperator', async () => {
    const log: unknown[] = [];
    const task = cooperate(steps(log, 'a', 'b'));
    expect(task).to.be.instanceOf(CooperativeTask);
    const end = coiterate(steps(log, 1, 2));
    expect(await Promise.all([task.whenDone(), end])).to.have.length(2);
    expect(end).to.be.instanceOf(Promise);
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

    it('refuses a value that is not a signal, and an option that is misspelt', () => {
      expect(() => new Cooperator({ signal: {} as never })).to.throw(InvalidArgTypeError);
      expect(() => new Cooperator({ singal: null } as never)).to.throw(InvalidArgTypeError);
    });
  });
});

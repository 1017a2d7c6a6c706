/** Options of a Cooperator, and clocks, that are async functions, and fail. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { Cooperator, LoopingCall, reactor } from '../../../lib/index.js';
import { failure, fails } from '../../support/failure.js';
import { FakeScheduler } from '../../support/fake-scheduler.js';
import { expectNothingLogged } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';

const reject = () => Promise.reject(failure) as never;

describe('A Cooperator', () => {
  const logged = expectNothingLogged();

  it('ends a tick if the predicate returns a promise, and logs its rejection', async () => {
    const { schedule, ...scheduler } = new FakeScheduler();
    const cooperator = new Cooperator({
      scheduler: schedule,
      terminationPredicateFactory: () => reject,
    });
    let steps = 0;
    cooperator.cooperate({ next: () => ({ done: false, value: (steps += 1) }) });
    scheduler.calls[0]?.tick();
    expect(steps).to.equal(1);
    expect(scheduler.calls).to.have.length(2);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('refuses a promise of a predicate, and logs its rejection', async () => {
    const { schedule, calls } = new FakeScheduler();
    const cooperator = new Cooperator({ scheduler: schedule, terminationPredicateFactory: reject });
    cooperator.cooperate([1, 2]);
    expect(() => calls[0]?.tick()).to.throw(TypeError, 'terminationPredicateFactory()');
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('logs that its scheduler rejected, and asks again for the next task', async () => {
    const scheduler = new FakeScheduler();
    let schedule: typeof scheduler.schedule = reject;
    const cooperator = new Cooperator({ scheduler: (tick) => schedule(tick) });
    const first = cooperator.coiterate([]);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
    schedule = scheduler.schedule;
    const second = cooperator.coiterate([]);
    scheduler.run();
    await Promise.all([first, second]);
  });

  it('keeps a tick that it asked for while another that it asked for was yet to fail', async () => {
    const scheduler = new FakeScheduler();
    let schedule: typeof scheduler.schedule = reject;
    const cooperator = new Cooperator({ scheduler: (tick) => schedule(tick) });
    cooperator.cooperate([1, 2]).stop();
    schedule = scheduler.schedule;
    cooperator.cooperate([1, 2]);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
    cooperator.cooperate([1, 2]);
    expect(scheduler.calls).to.have.length(1);
  });

  it('logs that a tick could not be cancelled', async () => {
    const cooperator = new Cooperator({ scheduler: () => ({ cancel: reject }) });
    cooperator.cooperate([1, 2]).stop();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});

describe('A LoopingCall', () => {
  it('rejects if its clock cannot tell the time after an async call', async () => {
    const loop = new LoopingCall(async () => {});
    loop.clock = { ...reactor, seconds: () => 0 };
    const looping = loop.start(1);
    loop.clock.seconds = fails;
    expect(await rejection(looping)).to.equal(failure);
    expect(loop.running).to.equal(false);
  });
});

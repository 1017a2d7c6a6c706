/** Clocks whose methods are async functions, and fail: the process must not end for that. */
import { getEventListeners } from 'node:events';

import { expect } from 'chai';

import { deferLater, type IDelayedCall, LoopingCall } from '../../../lib/index.js';
import { Clock } from '../../../lib/testing/index.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { settled } from '../../support/settled.js';

const reject = (): Promise<never> => Promise.reject(failure);

/** A clock whose calls cannot be cancelled. */
const deafClock = (): Clock =>
  Object.assign(new Clock(), {
    callLater: (delay: number, f: () => unknown): IDelayedCall =>
      Object.assign(new Clock().callLater(delay, f), { cancel: reject }),
  });

describe('A LoopingCall whose clock rejects', () => {
  const logged = expectNothingLogged();

  it('fails, as if the clock had thrown', async () => {
    const loop = new LoopingCall(() => {});
    Object.assign(loop, { clock: Object.assign(new Clock(), { callLater: reject }) });
    expect(await rejection(loop.start(1))).to.equal(failure);
    expect(loop.running).to.equal(false);
  });

  it('logs that if it has ended before', async () => {
    const loop = new LoopingCall(() => {});
    let no!: (reason: Error) => void;
    const call = Object.assign(new Promise((_resolve, late) => (no = late)), { cancel() {} });
    Object.assign(loop, { clock: Object.assign(new Clock(), { callLater: () => call }) });
    const ended = loop.start(1);
    loop.stop();
    await ended;
    no(failure);
    await settled();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('logs that, too, if its running was set to false before', async () => {
    const loop = new LoopingCall(() => {});
    const clock = new Clock();
    let no!: (reason: Error) => void;
    const late = new Promise((_resolve, reject) => (no = reject));
    const callLater = (delay: number, f: () => unknown) =>
      Object.assign(late, clock.callLater(delay, f));
    Object.assign(loop, { clock: Object.assign(new Clock(), { callLater }) });
    const ended = loop.start(1);
    loop.running = false;
    clock.advance(1);
    await ended;
    no(failure);
    await settled();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('logs that a call was not cancelled', async () => {
    const loop = new LoopingCall(() => {});
    loop.clock = deafClock();
    const ended = loop.start(1);
    loop.reset();
    loop.stop();
    await ended;
    await settled();
    expect(logged.splice(0)).to.deep.equal([failure, failure]);
  });
});

describe('deferLater with a clock that rejects', () => {
  const logged = expectNothingLogged();

  it('rejects with the same, and leaves its signal alone', async () => {
    const clock = Object.assign(new Clock(), { callLater: reject }) as unknown as Clock;
    const { signal } = new AbortController();
    expect(await rejection(deferLater(clock, 1, { signal }))).to.equal(failure);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('logs that a call was not cancelled', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const late = deferLater(deafClock(), 1, { signal }, () => {});
    controller.abort();
    expect(await rejection(late)).to.equal(signal.reason);
    await settled();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});

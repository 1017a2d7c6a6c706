import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { DelayedCall } from '../../lib/twisted/cooperation/index.js';
import { Clock } from '../../lib/testing/clock.js';
import { InvalidArgTypeError, OutOfRangeError } from '../../lib/base/errors.js';
import { failure } from '../support/failure.js';
import { expectNothingLogged } from '../support/logged.js';

describe('Clock', () => {
  const logged = expectNothingLogged();

  /** A clock, and what is called on it: the name and the time. */
  const setUp = () => {
    const clock = new Clock();
    const log: [string, number][] = [];
    return { clock, log, note: (name: string) => log.push([name, clock.seconds()]) };
  };

  it('logs the error of a call that is an async function', async () => {
    const clock = new Clock();
    clock.callLater(1, () => Promise.reject(failure));
    clock.advance(1);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('starts at 0, and stands still until it is advanced', () => {
    const clock = new Clock();
    expect(clock.seconds()).to.equal(0);
    clock.advance(1.5);
    expect(clock.seconds()).to.equal(1.5);
  });

  it('makes a call once its time has come, with its arguments', () => {
    const clock = new Clock();
    const f = sinon.spy();
    const call = clock.callLater(2, f, 'a', 1);
    clock.advance(1);
    sinon.assert.notCalled(f);
    expect(call.active()).to.equal(true);
    clock.advance(1);
    clock.advance(1);
    sinon.assert.calledOnceWithExactly(f, 'a', 1);
    expect(call.active()).to.equal(false);
  });

  it('has methods that another object can have as its own', () => {
    const { clock, log, note } = setUp();
    // eslint-disable-next-line @typescript-eslint/unbound-method -- that it is lent is the point
    const protocol = { callLater: clock.callLater, seconds: clock.seconds };
    clock.advance(1);
    protocol.callLater(1, note, 'called');
    clock.advance(1);
    expect(log).to.deep.equal([['called', 2]]);
    expect(protocol.seconds()).to.equal(2);
  });

  it('makes calls in the order of their times, and calls for one time in the order of the requests', () => {
    const { clock, log, note } = setUp();
    clock.callLater(2, note, 'late');
    clock.callLater(1, note, 'first');
    clock.callLater(1, note, 'second');
    clock.callLater(Infinity, note, 'never');
    clock.advance(5);
    expect(log.map(([name]) => name)).to.deep.equal(['first', 'second', 'late']);
  });

  it('has calls see the time after the whole step, and pumps step by step', () => {
    const { clock, log, note } = setUp();
    clock.callLater(1, note, 'in a big step');
    clock.advance(3);
    clock.callLater(1, note, 'in small ones');
    clock.pump([0.5, 0.5, 0.5]);
    expect(log).to.deep.equal([
      ['in a big step', 3],
      ['in small ones', 4],
    ]);
  });

  it('refuses to pump a value that is not a sequence', () => {
    const { clock } = setUp();
    for (const wrong of [1, null, undefined]) {
      expect(() => clock.pump(wrong as never)).to.throw(InvalidArgTypeError, 'timings');
    }
  });

  it('also makes calls that a call puts into the time that has passed', () => {
    const { clock, log, note } = setUp();
    clock.callLater(1, () => {
      clock.callLater(0, note, 'now');
      clock.callLater(1, note, 'later');
    });
    clock.advance(1);
    expect(log).to.deep.equal([['now', 1]]);
    clock.advance(1);
    expect(log).to.deep.equal([
      ['now', 1],
      ['later', 2],
    ]);
  });

  it('may be advanced from inside a call', () => {
    const { clock, log, note } = setUp();
    clock.callLater(1, () => {
      clock.advance(2);
      note('outer');
    });
    clock.callLater(2, note, 'inner');
    clock.advance(1);
    expect(log).to.deep.equal([
      ['inner', 3],
      ['outer', 3],
    ]);
  });

  it('leaves the calls after a call that throws for the next advance', () => {
    const { clock, log, note } = setUp();
    const failing = clock.callLater(1, () => {
      throw new Error('Oops');
    });
    clock.callLater(1, note, 'after');
    expect(() => clock.advance(1)).to.throw('Oops');
    expect(failing.active()).to.equal(false);
    expect(log).to.deep.equal([]);
    clock.advance(0);
    expect(log).to.deep.equal([['after', 1]]);
  });

  it('tells which calls are still to be made, in an array that is the caller’s', () => {
    const clock = new Clock();
    const call = clock.callLater(2, () => {});
    const sooner = clock.callLater(1, () => {});
    const calls = clock.getDelayedCalls();
    expect(calls).to.deep.equal([sooner, call]);
    for (const each of calls) each.cancel();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('refuses a value that is not a number or no function, and changes nothing', () => {
    const clock = new Clock();
    expect(() => clock.callLater('1' as unknown as number, () => {})).to.throw(InvalidArgTypeError);
    expect(() => clock.callLater(NaN, () => {})).to.throw(OutOfRangeError);
    expect(() => clock.callLater(1, null as unknown as () => void)).to.throw(InvalidArgTypeError);
    expect(() => clock.advance(undefined as unknown as number)).to.throw(InvalidArgTypeError);
    expect(() => clock.advance(NaN)).to.throw(OutOfRangeError);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    expect(clock.seconds()).to.equal(0);
  });

  it('asks few of the calls that wait for their time when another is added', () => {
    const { clock, note } = setUp();
    clock.callLater(1, note, 'moved').reset(2); // Only the next one needs them sorted.
    const asked = sinon.spy(DelayedCall.prototype, 'getTime');
    try {
      for (let i = 0; i < 256; i++) clock.callLater(i % 7, note, 'called');
      expect(asked.callCount).to.be.below(256 * 2 * 9); // Two for each halving.
    } finally {
      asked.restore();
    }
  });
});

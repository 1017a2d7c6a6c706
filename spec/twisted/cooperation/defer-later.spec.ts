import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError, OutOfRangeError } from '../../../lib/base/errors.js';
import { Clock } from '../../../lib/testing/clock.js';
import { deferLater } from '../../../lib/twisted/cooperation/defer-later.js';
import { rejection } from '../../support/rejection.js';

describe('deferLater', () => {
  it('calls the function with its arguments when the time has come, and resolves with its result', async () => {
    const clock = new Clock();
    const f = sinon.spy((a: string, b: number) => a.repeat(b));
    const result = deferLater(clock, 3, f, 'a', 2);
    clock.advance(2);
    sinon.assert.notCalled(f);
    clock.advance(1);
    sinon.assert.calledOnceWithExactly(f, 'a', 2);
    expect(await result).to.equal('aa');
  });

  it('waits for a promise that the function returns', async () => {
    const clock = new Clock();
    const result = deferLater(clock, 1, () => Promise.resolve('a'));
    clock.advance(1);
    expect(await result).to.equal('a');
  });

  it('rejects with the error that the function throws, and hides it from the clock', async () => {
    const clock = new Clock();
    const error = new Error('oops');
    const failed = rejection(
      deferLater(clock, 1, () => {
        throw error;
      }),
    );
    clock.advance(1);
    expect(await failed).to.equal(error);
  });

  it('needs no function', async () => {
    const clock = new Clock();
    const result = deferLater(clock, 1);
    clock.advance(1);
    expect(await result).to.equal(undefined);
  });

  it('takes its call back when the signal aborts, and rejects with the reason', async () => {
    const clock = new Clock();
    const f = sinon.spy();
    const giveUp = new AbortController();
    const failed = rejection(deferLater(clock, 1, { signal: giveUp.signal }, f));
    giveUp.abort(new Error('enough'));
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    expect(await failed).to.have.property('message', 'enough');
    const late = await rejection(deferLater(clock, 1, { signal: giveUp.signal }));
    expect(late).to.have.property('message', 'enough');
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('rejects when the signal aborts, although other code has cancelled the call', async () => {
    const clock = new Clock();
    const giveUp = new AbortController();
    const failed = rejection(deferLater(clock, 1, { signal: giveUp.signal }));
    clock.getDelayedCalls()[0]?.cancel();
    giveUp.abort(new Error('enough'));
    expect(await failed).to.have.property('message', 'enough');
  });

  it('leaves a signal alone once the call is made', async () => {
    const clock = new Clock();
    const { signal } = new AbortController();
    const remove = sinon.spy(signal, 'removeEventListener');
    const result = deferLater(clock, 1, { signal }, () => 'a');
    clock.advance(1);
    sinon.assert.calledOnce(remove);
    expect(await result).to.equal('a');
  });

  it('refuses a value that it could not call, a missing clock, and a misspelt option', () => {
    const clock = new Clock();
    expect(() => deferLater(clock, NaN)).to.throw(OutOfRangeError);
    expect(() => deferLater({} as never, 1)).to.throw(InvalidArgTypeError, 'clock');
    expect(() => deferLater(clock, 1, 'f' as never)).to.throw(InvalidArgTypeError, '"f"');
    expect(() => deferLater(clock, 1, null as never)).to.throw(InvalidArgTypeError, 'options');
    expect(() => deferLater(clock, 1, { singal: null } as never)).to.throw(
      InvalidArgTypeError,
      'signal',
    );
    expect(() => deferLater(clock, 1, { signal: 'x' as never })).to.throw(InvalidArgTypeError);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });
});

import { inspect } from 'node:util';

import { expect } from 'chai';

import { InvalidArgTypeError, OutOfRangeError } from '../../../lib/base/errors.js';
import { Clock } from '../../../lib/testing/clock.js';
import type { DelayedCall } from '../../../lib/twisted/cooperation/delayed-call.js';
import {
  AlreadyCalled,
  AlreadyCancelled,
} from '../../../lib/twisted/cooperation/delayed-call-errors.js';

describe('DelayedCall', () => {
  const setUp = () => {
    const clock = new Clock();
    const log: [string, number][] = [];
    const callLater = (delay: number, name: string) =>
      clock.callLater(delay, () => log.push([name, clock.seconds()]));
    return { clock, log, callLater };
  };

  const verbs: [string, (call: DelayedCall) => void][] = [
    ['cancel', (call) => call.cancel()],
    ['reset', (call) => call.reset(1)],
    ['delay', (call) => call.delay(1)],
  ];

  it('knows when it is due, and whether it is still to be made', () => {
    const { clock, callLater } = setUp();
    clock.advance(1);
    const call = callLater(2, 'a');
    expect(call.getTime()).to.equal(3);
    expect(call.active()).to.equal(true);
  });

  it('gives its function no `this`, so a method that has lost its object fails where it is', () => {
    const { clock } = setUp();
    const seen: unknown[] = [];
    clock.callLater(0, function (this: unknown) {
      seen.push(this);
    });
    clock.advance(0);
    expect(seen).to.deep.equal([undefined]);
  });

  it('is not made once it is cancelled', () => {
    const { clock, log, callLater } = setUp();
    const call = callLater(1, 'a');
    call.cancel();
    expect(call.active()).to.equal(false);
    clock.advance(1);
    expect(log).to.deep.equal([]);
  });

  it('is made later when it is delayed, and sooner when the delay is below 0', () => {
    const { clock, log, callLater } = setUp();
    callLater(1, 'later').delay(2);
    callLater(4, 'sooner').delay(-2);
    clock.pump([1, 1, 1]);
    expect(log).to.deep.equal([
      ['sooner', 2],
      ['later', 3],
    ]);
  });

  it('rounds the sum of its delays as Twisted does', () => {
    const { callLater } = setUp();
    const call = callLater(0.1, 'a');
    call.delay(0.2);
    call.delay(0.3);
    expect(call.getTime()).to.equal(0.6); // 0.1 + 0.2 + 0.3 would be a little more.
  });

  it('is reset from the present on, to a later or an earlier time', () => {
    const { clock, log, callLater } = setUp();
    const later = callLater(2, 'later');
    const sooner = callLater(5, 'sooner');
    clock.advance(1);
    later.reset(3);
    sooner.reset(1);
    expect([later.getTime(), sooner.getTime()]).to.deep.equal([4, 2]);
    clock.pump([1, 1, 1]);
    expect(log).to.deep.equal([
      ['sooner', 2],
      ['later', 4],
    ]);
  });

  it('keeps its place in time when another is reset, also from inside a call', () => {
    const { clock, log, callLater } = setUp();
    const b = callLater(2, 'b');
    clock.callLater(1, () => b.reset(3));
    callLater(3, 'c');
    clock.pump(Array<number>(10).fill(0.5));
    expect(log).to.deep.equal([
      ['c', 3],
      ['b', 4],
    ]);
  });

  for (const [verb, act] of verbs) {
    it(`refuses to ${verb} once it was cancelled`, () => {
      const { callLater } = setUp();
      const call = callLater(1, 'a');
      call.cancel();
      expect(() => act(call))
        .to.throw(AlreadyCancelled)
        .that.includes({ name: 'AlreadyCancelled', code: 'ERR_ALREADY_CANCELLED' });
      expect(call.getTime()).to.equal(1);
    });

    it(`refuses to ${verb} once it was made, already while it is being made`, () => {
      const { clock } = setUp();
      const inside: unknown[] = [];
      const call: DelayedCall = clock.callLater(1, () => {
        try {
          act(call);
        } catch (error) {
          inside.push(error);
        }
      });
      clock.advance(1);
      expect(inside[0]).to.be.instanceOf(AlreadyCalled);
      expect(() => act(call))
        .to.throw(AlreadyCalled)
        .that.includes({ name: 'AlreadyCalled', code: 'ERR_ALREADY_CALLED' });
      expect(call.getTime()).to.equal(1);
    });
  }

  it('refuses a value that is not a number of seconds, and does not move', () => {
    const { callLater } = setUp();
    const call = callLater(1, 'a');
    expect(() => call.reset('2' as unknown as number)).to.throw(InvalidArgTypeError);
    expect(() => call.delay(NaN)).to.throw(OutOfRangeError);
    expect(call.getTime()).to.equal(1);
  });

  it('is a short line for util.inspect', () => {
    const clock = new Clock();
    const call = clock.callLater(2.5, function tick() {});
    clock.advance(1);
    expect(inspect([call])).to.equal('[ DelayedCall <in 1.500 s: tick> ]');
    clock.callLater(3, () => {});
    clock.advance(2);
    expect(inspect(call)).to.equal('DelayedCall <called: tick>');
    const [other] = clock.calls;
    other!.cancel();
    expect(inspect(other)).to.equal('DelayedCall <cancelled: a function>');
  });
});

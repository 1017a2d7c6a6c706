import { inspect } from 'node:util';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  InvalidArgTypeError,
  InvalidStateError,
  OutOfRangeError,
} from '../../../lib/base/errors.js';
import { Clock } from '../../../lib/testing/clock.js';
import { LoopingCall } from '../../../lib/twisted/cooperation/looping-call.js';
import { reactor } from '../../../lib/twisted/cooperation/reactor.js';

describe('LoopingCall', () => {
  /** A loop on a clock, and the times at which it calls. */
  const setUp = (then: () => unknown = () => {}) => {
    const clock = new Clock();
    const times: number[] = [];
    const loop = new LoopingCall(() => {
      times.push(clock.seconds());
      return then();
    });
    loop.clock = clock;
    return { clock, times, loop };
  };

  it('gives its function no `this`, so a method that has lost its object fails where it is', () => {
    const seen: unknown[] = [];
    const loop = new LoopingCall(function (this: unknown) {
      seen.push(this);
      loop.stop();
    });
    void loop.start(1);
    expect(seen).to.deep.equal([undefined]);
  });

  it('calls at once, then each interval, with its arguments, and resolves with itself when stopped', async () => {
    const clock = new Clock();
    const f = sinon.spy();
    const loop = new LoopingCall(f, 'a', 1);
    loop.clock = clock;
    const ended = loop.start(2);
    clock.pump([1, 1, 1, 1]);
    expect(loop).to.include({ running: true, interval: 2, starttime: 0 });
    loop.stop();
    expect(loop).to.include({ running: false, call: null });
    clock.advance(10);
    expect(f.args).to.deep.equal([
      ['a', 1],
      ['a', 1],
      ['a', 1],
    ]);
    expect(await ended).to.equal(loop);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('shares no name of its own state with a subclass', () => {
    class Named extends LoopingCall {
      readonly run = 'ours';
      readonly f = 'ours';
      called(): never {
        throw new Error('called by the base class');
      }
    }
    const clock = new Clock();
    const f = sinon.spy();
    const loop = new Named(f);
    loop.clock = clock;
    void loop.start(1);
    clock.advance(1);
    expect(f.callCount).to.equal(2);
  });

  it('calls for the first time after the interval, if asked to', () => {
    const { clock, times, loop } = setUp();
    void loop.start(2, false);
    clock.pump([1, 1, 1, 1]);
    expect(times).to.deep.equal([2, 4]);
  });

  it('leaves out the calls that it misses, and keeps to its times', () => {
    const { clock, times, loop } = setUp();
    void loop.start(1);
    clock.pump([0.5, 2.3, 0.2, 1]);
    expect(times).to.deep.equal([0, 2.8, 3, 4]);
  });

  it('keeps to its times, as in Twisted, though its clock goes back before its start', () => {
    const { clock, loop } = setUp(() => clock.advance(-0.5));
    clock.advance(10);
    void loop.start(2);
    expect(loop.call?.getTime()).to.equal(10);
  });

  it('makes no second call at the same time because the rest of an interval is lost in rounding', () => {
    const { clock, times, loop } = setUp(() => {
      if (times.length > 3) loop.stop();
    });
    clock.advance(2 ** -53);
    void loop.start(1, false);
    clock.advance(1 - 2 ** -53);
    expect(times).to.deep.equal([1]);
    expect(loop.call?.getTime()).to.equal(2);
  });

  it('asks for the next call before it returns, when the function has returned no promise', () => {
    const { clock, loop } = setUp();
    void loop.start(1);
    expect(clock.getDelayedCalls()).to.deep.equal([loop.call]);
  });

  it('waits for a promise, then for the next of its times', async () => {
    let go = () => {};
    const { clock, times, loop } = setUp(() => new Promise<void>((resolve) => (go = resolve)));
    void loop.start(1);
    clock.advance(2.5);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    go();
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(0.5);
    expect(times).to.deep.equal([0, 3]);
  });

  it('ends only after the promise that it waits for when it is stopped', async () => {
    let go = () => {};
    const { loop } = setUp(() => new Promise<void>((resolve) => (go = resolve)));
    const ended = loop.start(1);
    const seen: string[] = [];
    void ended.then(() => seen.push('ended'));
    loop.stop();
    expect(loop.running).to.equal(false);
    await new Promise(setImmediate);
    seen.push('goes on');
    go();
    await ended;
    expect(seen).to.deep.equal(['goes on', 'ended']);
  });

  for (const [how, fail] of [
    ['throws', () => expect.fail('oops')],
    ['rejects', () => Promise.reject(new Error('oops'))],
  ] as const) {
    it(`ends with what the function ${how}`, async () => {
      const { clock, loop } = setUp(fail);
      const outcome = await loop.start(1).catch((error: Error) => error.message);
      expect(outcome).to.equal('oops');
      expect(loop.running).to.equal(false);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });
  }

  it('ends with the error of a clock that can make no more calls', async () => {
    const { clock, loop } = setUp();
    const ended = loop.start(1);
    sinon.stub(clock, 'callLater').throws(new Error('no time'));
    clock.advance(1);
    expect(await ended.catch((error: Error) => error.message)).to.equal('no time');
    expect(loop.running).to.equal(false);
  });

  it('counts the interval from 0 when it is reset', () => {
    const { clock, times, loop } = setUp();
    void loop.start(2, false);
    clock.advance(1);
    loop.reset();
    clock.pump([1, 1, 1, 1]);
    expect(times).to.deep.equal([3, 5]);
  });

  it('keeps its times when the function resets it', () => {
    const { clock, times, loop } = setUp(() => loop.reset());
    void loop.start(2);
    clock.pump([2, 2]);
    expect(times).to.deep.equal([0, 2, 4]);
  });

  it('goes on once, when it is stopped and started again from inside the function', async () => {
    const ends: string[] = [];
    const clock = new Clock();
    let calls = 0;
    const loop = new LoopingCall(() => {
      if (++calls !== 2) return;
      loop.stop();
      void loop.start(5, false).then(() => ends.push('second'));
    });
    loop.clock = clock;
    void loop.start(1).then(() => ends.push('first'));
    clock.advance(1);
    await Promise.resolve();
    expect(ends).to.deep.equal(['first']);
    expect(clock.getDelayedCalls().map((call) => call.getTime())).to.deep.equal([6]);
    loop.stop();
    await Promise.resolve();
    expect(ends).to.deep.equal(['first', 'second']);
  });

  it('keeps the failure of a run that was stopped from the run that came after it', async () => {
    let fail = (_: Error) => {};
    const pending = new Promise((_, reject) => (fail = reject));
    const { clock, loop } = setUp(() => pending);
    const first = loop.start(1);
    loop.stop();
    const second = loop.start(1, false);
    fail(new Error('oops'));
    expect(await first.catch((error: Error) => error.message)).to.equal('oops');
    expect(loop.running).to.equal(true);
    expect(clock.getDelayedCalls()).to.have.length(1);
    loop.stop();
    expect(await second).to.equal(loop);
  });

  it('ends after the next call if running is set to false, as a TimerService sets it', async () => {
    const { clock, times, loop } = setUp();
    const ended = loop.start(1);
    loop.running = false;
    expect(() => loop.stop()).to.throw(InvalidStateError, 'was not running');
    expect(() => loop.reset()).to.throw(InvalidStateError, 'was not running');
    clock.pump([1, 1]);
    expect(await ended).to.equal(loop);
    expect(times).to.deep.equal([0, 1]);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    const { loop: failing } = setUp(() => Promise.reject(new Error('oops')));
    await failing.start(1).catch(() => (failing.running = false));
    expect(failing.running).to.equal(false);
  });

  it('refuses a bad interval, a second start, and a stop or reset before it runs, and changes nothing', () => {
    const { clock, loop } = setUp();
    for (const interval of [-1, NaN]) {
      expect(() => loop.start(interval)).to.throw(OutOfRangeError);
    }
    expect(() => loop.start('1' as never)).to.throw(InvalidArgTypeError);
    expect(() => loop.stop()).to.throw(InvalidStateError, 'was not running');
    expect(() => loop.reset()).to.throw(InvalidStateError, 'was not running');
    expect(loop).to.include({ running: false, interval: null, call: null });
    void loop.start(1);
    expect(() => loop.start(2)).to.throw(InvalidStateError, 'already running');
    expect(loop.interval).to.equal(1);
    expect(clock.getDelayedCalls()).to.have.length(1);
    expect(() => new LoopingCall(null as never)).to.throw(InvalidArgTypeError);
    expect(() => LoopingCall.withCount(null as never)).to.throw(InvalidArgTypeError);
  });

  it('goes by the time of the reactor unless it is told otherwise', async () => {
    let calls = 0;
    const loop = new LoopingCall(() => {
      if (++calls === 3) loop.stop();
    });
    expect(loop.clock).to.equal(reactor);
    await loop.start(0);
    expect(calls).to.equal(3);
  });

  it('shows its function and its arguments', () => {
    const loop = new LoopingCall(function heartbeat(_: string) {}, 'worker');
    expect(inspect(loop)).to.equal("LoopingCall<null>(heartbeat, 'worker')");
    const deep = new LoopingCall((_: object) => {}, { options: { retries: 1 } });
    expect(inspect(deep)).to.equal('LoopingCall<null>(anonymous, { options: [Object] })');
  });

  describe('.withCount', () => {
    /** A counting loop on a clock, and the counts that it was given. */
    const counting = () => {
      const clock = new Clock();
      const counts: number[] = [];
      const loop = LoopingCall.withCount((count) => counts.push(count));
      loop.clock = clock;
      return { clock, counts, loop };
    };

    it('tells how many calls there should have been', () => {
      const { clock, counts, loop } = counting();
      void loop.start(0.5);
      clock.pump([0.5, 2, 0.5]);
      expect(counts).to.deep.equal([1, 1, 4, 1]);
    });

    it('counts from its start, whenever that was', () => {
      const { clock, counts, loop } = counting();
      clock.advance(0.125);
      void loop.start(0.5);
      clock.pump([0.875, 0.125]);
      expect(counts).to.deep.equal([1, 1, 1]);
    });

    it('counts no interval again though the clock goes back, as in Twisted', () => {
      const clock = new Clock();
      const calls: [time: number, count: number][] = [];
      const loop = LoopingCall.withCount((count) => {
        calls.push([clock.seconds(), count]);
        if (calls.length === 3) clock.advance(-1.5);
      });
      loop.clock = clock;
      void loop.start(1);
      clock.pump([1, 1, 0.5, 0.5, 0.5, 0.5, 1, 1]);
      expect(calls).to.deep.equal([
        [0, 1],
        [1, 1],
        [2, 1],
        [3.5, 1],
        [4.5, 1],
      ]);
    });

    it('loses no interval and makes up none, though times do not add up', () => {
      const { clock, counts, loop } = counting();
      void loop.start(0.1, false);
      for (let i = 0; i < 10; i++) clock.advance(0.1);
      clock.advance(1e-15);
      expect(counts).not.to.include(0);
      expect(counts.reduce((sum, count) => sum + count)).to.equal(10);
    });

    it('gives the count 1 each time when the interval is 0 seconds', () => {
      const { clock, counts, loop } = counting();
      const ended = loop.start(0, false);
      const stop = clock.callLater(0, () => {});
      expect(stop.active()).to.equal(true);
      loop.stop();
      void loop.start(0);
      expect(counts).to.deep.equal([1]);
      return ended;
    });
  });
});

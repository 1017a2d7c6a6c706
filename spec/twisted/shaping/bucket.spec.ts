import { expect } from 'chai';
import sinon from 'sinon';

import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { InvalidArgTypeError, OutOfRangeError } from '../../../lib/base/errors.js';

/** Holds 100 bytes, of which 2 drain each second of a time that specs set. */
class TestBucket extends Bucket {
  static time = 0;

  override maxburst: number | null = 100;
  override rate: number | null = 2;

  override now(): number {
    return TestBucket.time;
  }
}

describe('Bucket', () => {
  beforeEach(() => {
    TestBucket.time = 0;
  });

  it('takes the bytes for which it has room', () => {
    const bucket = new TestBucket();
    expect(bucket.add(1000)).to.equal(100);
    TestBucket.time = 10;
    expect(bucket.add(1000)).to.equal(20);
    expect(bucket.content).to.equal(100);
  });

  it('shares no name of its own state with a subclass', () => {
    class Named extends TestBucket {
      readonly room = 0;
      readonly part = 'ours';
      readonly since = 'yesterday';
      drain(): never {
        throw new Error('called by the base class');
      }
    }
    const bucket = new Named();
    expect(bucket.add(1000)).to.equal(100);
    TestBucket.time = 10;
    expect(bucket.add(1000)).to.equal(20);
  });

  it('says whether it is empty after it has dripped', () => {
    const bucket = new TestBucket();
    bucket.add(20);
    TestBucket.time = 9;
    expect(bucket.drip()).to.equal(false);
    TestBucket.time = 10;
    expect(bucket.drip()).to.equal(true);
  });

  it('takes no more than fits in a parent, and fills both', () => {
    const parent = new TestBucket();
    const [one, two] = [new TestBucket(parent), new TestBucket(parent)];
    one.add(90);
    expect(two.add(90)).to.equal(10);
    expect(parent.content).to.equal(100);
    expect(two.content).to.equal(10);
  });

  it('keeps the part of a byte that had drained when its rate changes, or its clock is set back', () => {
    const bucket = Object.assign(new TestBucket(), { maxburst: 1000 });
    bucket.add(1000);
    // Half a byte in each second, a thousand times; the rate is never the same twice.
    for (let i = 1; i <= 1000; i++) {
      bucket.rate = i % 2 === 0 ? 0.5 : 0.25;
      TestBucket.time += i % 2 === 0 ? 1 : 2;
      bucket.drip();
    }
    expect(bucket.content).to.equal(500);
    bucket.rate = 0.5;
    TestBucket.time += 1;
    bucket.drip();
    TestBucket.time -= 100;
    bucket.drip();
    TestBucket.time += 1;
    bucket.drip();
    expect(bucket.content).to.equal(499);
  });

  it('says when the next bytes will have drained, parts of a byte counted', () => {
    const bucket = Object.assign(new TestBucket(), { rate: 0.5 });
    bucket.add(100);
    TestBucket.time = 1;
    bucket.drip();
    bucket.rate = 0.25;
    bucket.drip();
    expect(bucket.secondsToDrain(1)).to.equal(2);
  });

  it('has no limits unless given', () => {
    const bucket = new Bucket();
    expect(bucket).to.include({ maxburst: null, rate: null, content: 0, refcount: 0 });
    expect(bucket.add(1e15)).to.equal(1e15);
    expect(bucket.drip()).to.equal(true);
    Object.assign(bucket, { maxburst: undefined, rate: Infinity });
    expect(bucket.add(5)).to.equal(5);
  });

  it('has no limit if its rate is Infinity, also in the moment in which it was filled', () => {
    const bucket = Object.assign(new TestBucket(), { rate: Infinity });
    expect([bucket.add(100), bucket.add(100)]).to.deep.equal([100, 100]);
  });

  it('deals in whole bytes only, and loses none of their parts', () => {
    const bucket = Object.assign(new TestBucket(), { maxburst: 10.5, rate: 0.7 });
    expect(bucket.add(3.9)).to.equal(3);
    expect(bucket.add(100)).to.equal(7);
    let drained = 0;
    for (let step = 1; step <= 1000; step++) {
      TestBucket.time = step / 10;
      const added = bucket.add(100);
      expect(Number.isInteger(added) && Number.isInteger(bucket.content)).to.equal(true);
      drained += added;
    }
    expect(drained).to.equal(70);
  });

  it('loses nothing to the rounding of a clock', () => {
    const start = 1_700_000_000.123;
    TestBucket.time = start;
    const bucket = Object.assign(new TestBucket(), { maxburst: 1, rate: 1000 });
    bucket.add(1);
    let drained = 0;
    for (let ms = 1; ms <= 500; ms++) {
      TestBucket.time = start + ms / 1000;
      drained += bucket.add(1);
    }
    expect(drained).to.equal(500);
  });

  it('never lets more through in any time than its capacity and the bytes that drain meanwhile', () => {
    const bucket = Object.assign(new TestBucket(), { maxburst: 3, rate: 1 });
    bucket.add(1);
    TestBucket.time = 1.9;
    expect(bucket.add(9)).to.equal(3);
    TestBucket.time = 2.8; // Nine tenths of a byte later.
    expect(bucket.add(9)).to.equal(0);
  });

  it('drains nothing while time goes back, and then goes on', () => {
    TestBucket.time = 100;
    const bucket = new TestBucket();
    bucket.add(50);
    TestBucket.time = 50;
    bucket.drip();
    expect(bucket.content).to.equal(50);
    TestBucket.time = 60;
    bucket.drip();
    expect(bucket.content).to.equal(30);
  });

  it('lets its limits change at any time', () => {
    const bucket = new TestBucket();
    bucket.add(100);
    bucket.rate = 10;
    TestBucket.time = 2;
    expect(bucket.add(1000)).to.equal(20);
    bucket.maxburst = 50;
    expect(bucket.add(1000)).to.equal(0);
    bucket.rate = null;
    expect(bucket.add(1000)).to.equal(50);
  });

  it('asks for the time only when its subclass is there', () => {
    class Clocked extends Bucket {
      readonly clock = { seconds: () => 7 };
      override now = (): number => this.clock.seconds();
    }
    const bucket = new Clocked();
    bucket.add(1);
    expect(bucket.lastDrip).to.equal(7);
  });

  it('uses the Date and the setTimeout that are in place at the time', () => {
    const bucket = new Bucket();
    const clock = sinon.useFakeTimers(5000);
    try {
      expect(bucket.now()).to.equal(5);
      const [first, second] = [sinon.spy(), sinon.spy()];
      bucket.callLater(0.0305, first);
      bucket.callLater(0.0305, second).cancel();
      clock.tick(30);
      sinon.assert.notCalled(first);
      clock.tick(1);
      sinon.assert.calledOnce(first);
      sinon.assert.notCalled(second);
    } finally {
      clock.restore();
    }
  });

  describe('given a bad limit', () => {
    it('throws a typed error when it is first used, and keeps its content', () => {
      for (const [limits, error] of [
        [{ rate: 0 }, OutOfRangeError],
        [{ rate: -1 }, OutOfRangeError],
        [{ rate: NaN }, OutOfRangeError],
        [{ rate: '5' }, InvalidArgTypeError],
        [{ maxburst: 0 }, OutOfRangeError],
        [{ maxburst: 0.5 }, OutOfRangeError],
        [{ maxburst: -1 }, OutOfRangeError],
        [{ maxburst: NaN }, OutOfRangeError],
        [{ maxburst: {} }, InvalidArgTypeError],
      ] as const) {
        const parent = new TestBucket();
        const child = new TestBucket(parent);
        child.add(10);
        Object.assign(parent, limits);
        expect(() => child.add(1), JSON.stringify(limits)).to.throw(error);
        expect(() => child.drip()).to.throw(error);
        expect([parent.content, child.content]).to.deep.equal([10, 10]);
      }
    });

    it('takes only a number of bytes', () => {
      const bucket = new TestBucket();
      for (const amount of [-1, NaN, Infinity]) {
        expect(() => bucket.add(amount)).to.throw(OutOfRangeError);
      }
      expect(() => bucket.add('5' as unknown as number)).to.throw(InvalidArgTypeError);
      expect(bucket.content).to.equal(0);
    });

    it('refuses a parent that is not a bucket, and a time that is not a number', () => {
      expect(() => new Bucket({} as Bucket)).to.throw(InvalidArgTypeError);
      TestBucket.time = NaN;
      expect(() => new TestBucket().add(1)).to.throw(OutOfRangeError, 'now()');
    });
  });
});

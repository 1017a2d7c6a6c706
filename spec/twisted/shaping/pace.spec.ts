import { expect } from 'chai';

import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { quantumOf, secondsUntil } from '../../../lib/twisted/shaping/pace.js';

const NOW = 50;

function makeBucket(maxburst: number | null, rate: number | null): Bucket {
  return Object.assign(new Bucket(), { maxburst, rate, now: () => NOW });
}

describe('quantumOf', () => {
  it('is worth a packet, and neither a moment nor an age', () => {
    expect(quantumOf(makeBucket(1e6, 2_000))).to.equal(100);
    expect(quantumOf(makeBucket(1e6, 50_000))).to.equal(1_000); // Twenty milliseconds' worth.
    expect(quantumOf(makeBucket(1e6, 200))).to.equal(20); // A tenth of a second's.
    expect(quantumOf(makeBucket(1e6, 3))).to.equal(1);
  });

  it('is half of the capacity of the bucket, so that the rate is used while a consumer waits', () => {
    expect(quantumOf(makeBucket(61, 2_000))).to.equal(30);
    expect(quantumOf(makeBucket(1, 2_000))).to.equal(1);
  });

  it('is all of a bucket that drains at once, and everything if there is no limit', () => {
    expect(quantumOf(makeBucket(61.5, null))).to.equal(61);
    expect(quantumOf(makeBucket(null, 5))).to.equal(Infinity);
  });
});

describe('secondsUntil', () => {
  it('is 0 while there is room for a piece worth sending, or for all the bytes', () => {
    const bucket = makeBucket(1_000, 1_000);
    bucket.add(900);
    expect(secondsUntil(bucket, 5_000)).to.equal(0);
    bucket.add(60);
    expect(secondsUntil(bucket, 40)).to.equal(0);
    expect(secondsUntil(makeBucket(null, 5), 5_000)).to.equal(0);
  });

  it('is the time in which that much drains', () => {
    const bucket = makeBucket(1_000, 1_000);
    bucket.add(950);
    expect(secondsUntil(bucket, 5_000)).to.be.closeTo(0.05, 1e-9);
    expect(secondsUntil(bucket, 60)).to.be.closeTo(0.01, 1e-9);
  });

  it('is less by the part of a byte that has drained', () => {
    const bucket = makeBucket(1, 1);
    bucket.add(1);
    Object.assign(bucket, { now: () => NOW + 0.75 });
    bucket.drip();
    expect(bucket.content).to.equal(1);
    expect(secondsUntil(bucket, 1)).to.be.closeTo(0.25, 1e-9);
  });

  it('is 0 where it is too short for a timer, unless there is no room at all', () => {
    const bucket = makeBucket(1_000, 100_000);
    bucket.add(510);
    expect(secondsUntil(bucket, 5_000)).to.equal(0);
    const small = makeBucket(1, 100_000);
    small.add(1);
    expect(secondsUntil(small, 5_000)).to.equal(0.001);
  });
});

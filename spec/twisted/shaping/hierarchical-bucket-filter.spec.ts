import { expect } from 'chai';

import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { InvalidArgTypeError, OutOfRangeError } from '../../../lib/base/errors.js';
import {
  HierarchicalBucketFilter,
  type IBucketFilter,
} from '../../../lib/twisted/shaping/hierarchical-bucket-filter.js';

let time = 0;

class TestBucket extends Bucket {
  override maxburst = 10;
  override rate = 1;
  override now(): number {
    return time;
  }
}

/** Goes by the first letter. */
class ByLetter extends HierarchicalBucketFilter<[string]> {
  override bucketFactory = TestBucket;
  override now(): number {
    return time;
  }
  override getBucketKey(name: string): unknown {
    return name[0];
  }
}

describe('HierarchicalBucketFilter', () => {
  beforeEach(() => {
    time = 0;
  });

  it('has one bucket for all, unless a subclass gives them keys', () => {
    const filter = new HierarchicalBucketFilter();
    expect(filter.getBucketFor('a')).to.equal(filter.getBucketFor('b')).and.instanceOf(Bucket);
    const byLetter = new ByLetter();
    expect(byLetter.getBucketFor('ab')).to.equal(byLetter.getBucketFor('ac'));
    expect(byLetter.getBucketFor('b')).not.to.equal(byLetter.getBucketFor('a'));
    expect([...byLetter.buckets.keys()]).to.deep.equal(['a', 'b']);
  });

  it('puts its buckets below those of its parent, of any kind', () => {
    for (const parent of [new HierarchicalBucketFilter<[string]>(), new ByLetter()]) {
      const filter = new ByLetter(parent);
      const bucket = filter.getBucketFor('a');
      expect(bucket.parentBucket).to.equal(parent.getBucketFor('a'));
    }
  });

  it('has the buckets that are put into it by hand', () => {
    const filter = new HierarchicalBucketFilter();
    const bucket = new TestBucket();
    filter.buckets.set(null, bucket);
    expect(filter.getBucketFor('a')).to.equal(bucket);
  });

  it('makes buckets by a class or a function, a field or set on it', () => {
    const filter = new ByLetter();
    expect(filter.getBucketFor('a')).to.be.instanceOf(TestBucket);
    const made = new TestBucket();
    Object.assign(filter, { bucketFactory: () => made });
    expect(filter.getBucketFor('b')).to.equal(made);
  });

  describe('sweeping', () => {
    it('forgets the buckets that are empty and unused, and only those', () => {
      const filter = new ByLetter();
      filter.getBucketFor('full').add(10);
      filter.getBucketFor('used').refcount += 1;
      filter.getBucketFor('empty');
      filter.getBucketFor('other');
      filter.sweep();
      expect([...filter.buckets.keys()]).to.deep.equal(['f', 'u']);
      time = 10;
      filter.sweep();
      expect([...filter.buckets.keys()]).to.deep.equal(['u']);
    });

    it('never happens without an interval', () => {
      for (const sweepInterval of [null, undefined]) {
        const filter = Object.assign(new ByLetter(), { sweepInterval });
        filter.getBucketFor('a');
        time += 1000;
        filter.getBucketFor('b');
        expect([...filter.buckets.keys()]).to.deep.equal(['a', 'b']);
        expect(filter.lastSweep).to.equal(null);
      }
    });

    it('begins to count when a bucket is asked for, and may happen each time', () => {
      time = 1000;
      const filter = Object.assign(new ByLetter(), { sweepInterval: 0 });
      filter.getBucketFor('a');
      expect(filter.lastSweep).to.equal(1000);
      filter.getBucketFor('b');
      expect([...filter.buckets.keys()]).to.deep.equal(['a', 'b']);
      time += 1;
      filter.getBucketFor('c');
      expect([...filter.buckets.keys()]).to.deep.equal(['c']);
    });

    it('happens when a bucket is asked for and the time has come', () => {
      const filter = new ByLetter();
      filter.sweepInterval = 5;
      time = 3;
      filter.getBucketFor('a');
      expect(filter.lastSweep).to.equal(3);
      time = 8;
      filter.getBucketFor('b');
      expect(filter.buckets.size).to.equal(2);
      time = 8.1;
      filter.getBucketFor('c');
      expect([...filter.buckets.keys()]).to.deep.equal(['c']);
      expect(filter.lastSweep).to.equal(8.1);
    });

    it('forgets no parent of a bucket that is kept: another beside it would be a second limit', () => {
      const parent = new ByLetter();
      const filter = new ByLetter(parent);
      const bucket = filter.getBucketFor('a');
      bucket.refcount += 1;
      parent.sweep();
      filter.sweep();
      expect(filter.getBucketFor('a').parentBucket).to.equal(parent.getBucketFor('a'));
      bucket.refcount -= 1;
      filter.sweep();
      parent.sweep();
      expect([filter.buckets.size, parent.buckets.size]).to.deep.equal([0, 0]);
    });

    it('forgets a bucket that was put in by hand as if it had made it', () => {
      const parent = new ByLetter();
      const filter = new ByLetter(parent);
      filter.buckets.set('a', new TestBucket(parent.getBucketFor('a')));
      filter.getBucketFor('ab');
      filter.sweep();
      parent.sweep();
      expect([filter.buckets.size, parent.buckets.size]).to.deep.equal([0, 0]);
    });

    it('works with a bucket that changes the filter while it drips', () => {
      const filter = new ByLetter();
      class Meddler extends TestBucket {
        override drip(): boolean {
          filter.buckets.delete('b');
          filter.buckets.set('z', new TestBucket()).get('z')?.add(1);
          return super.drip();
        }
      }
      filter.buckets.set('a', new Meddler());
      filter.getBucketFor('b');
      filter.sweep();
      expect([...filter.buckets.keys()]).to.deep.equal(['z']);
    });
  });

  it('refuses a value that it cannot use', () => {
    expect(() => new ByLetter({} as IBucketFilter<[string]>)).to.throw(InvalidArgTypeError);
    const filter = new ByLetter();
    Object.assign(filter, { bucketFactory: () => ({}) });
    expect(() => filter.getBucketFor('a')).to.throw(InvalidArgTypeError, 'bucketFactory()');
    Object.assign(filter, { bucketFactory: {} });
    expect(() => filter.getBucketFor('a')).to.throw(InvalidArgTypeError, 'bucketFactory');
    expect(filter.buckets.size).to.equal(0);
    Object.assign(filter, { sweepInterval: NaN });
    expect(() => filter.getBucketFor('a')).to.throw(OutOfRangeError, 'sweepInterval');
    Object.assign(filter, { sweepInterval: new Date() });
    expect(() => filter.getBucketFor('a')).to.throw(InvalidArgTypeError, 'sweepInterval');
  });

  it('goes by Date unless told otherwise', () => {
    expect(new HierarchicalBucketFilter().now()).to.be.closeTo(Date.now() / 1000, 60);
  });
});

import { expect } from 'chai';

import { backoffPolicy } from '../../../lib/index.js';

describe('backoffPolicy', () => {
  it('waits longer with each attempt, up to the most, and adds jitter to that', () => {
    const policy = backoffPolicy(1, 10, 2, () => 0.5);
    expect([1, 2, 3, 4, 1000].map(policy)).to.deep.equal([2.5, 4.5, 8.5, 10.5, 10.5]);
  });

  it('waits 1.5 seconds at first, 60 at most, and up to 1 more, unless told otherwise', () => {
    const policy = backoffPolicy();
    expect(policy(1)).to.be.within(1.5, 2.5);
    expect(policy(1000)).to.be.within(60, 61);
  });

  it('adds only jitter where the factor is 0', () => {
    expect([1, 2].map(backoffPolicy(5, 10, 0, () => 0.5))).to.deep.equal([0.5, 0.5]);
  });

  it('has no delay that is not a number', () => {
    const policy = backoffPolicy(0, 7, 1e300, () => 0);
    expect(policy(1)).to.equal(0);
    expect(policy(2)).to.equal(7);
  });

  for (const [args, code] of [
    [['1'], 'ERR_INVALID_ARG_TYPE'],
    [[-1], 'ERR_OUT_OF_RANGE'],
    [[1, NaN], 'ERR_OUT_OF_RANGE'],
    [[1, 2, -3], 'ERR_OUT_OF_RANGE'],
    [[1, 2, 3, 4], 'ERR_INVALID_ARG_TYPE'],
  ] as const) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      expect(() => backoffPolicy(...(args as unknown as [])))
        .to.throw()
        .with.property('code', code);
    });
  }
});

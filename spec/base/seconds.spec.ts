import { expect } from 'chai';

import { InvalidArgTypeError, OutOfRangeError } from '../../lib/base/errors.js';
import { assertNotNegative, assertSeconds } from '../../lib/base/seconds.js';

describe('A number of seconds', () => {
  for (const [what, check, taken, refused] of [
    ['may be any number', assertSeconds, [0, 0.5, -1, Infinity], [NaN]],
    ['that is a delay is 0 or more', assertNotNegative, [0, 0.5, Infinity], [-0.001, NaN]],
  ] as const) {
    it(what, () => {
      for (const value of taken) expect(() => check(value, 'it')).not.to.throw();
      for (const value of refused) expect(() => check(value, 'it')).to.throw(OutOfRangeError, 'it');
      for (const value of ['1', null, undefined, 1n, {}]) {
        expect(() => check(value, 'it')).to.throw(InvalidArgTypeError, '"it"');
      }
    });
  }
});

import vm from 'node:vm';

import { expect } from 'chai';

import { asError, isError } from '../../lib/base/as-error.js';

describe('asError', () => {
  it('leaves an error as it is, also one of another realm, as those of Node are in Jest', () => {
    const own = new TypeError('own');
    const foreign = vm.runInNewContext('new RangeError("foreign")') as Error;
    expect(foreign).not.to.be.an.instanceof(Error);
    expect(asError(own)).to.equal(own);
    expect(asError(foreign)).to.equal(foreign);
  });

  it('makes an error of any other value, which is its cause', () => {
    for (const thrown of ['a string', undefined, null, 0, { message: 'no error' }, () => {}]) {
      expect(isError(thrown)).to.equal(false);
      expect(asError(thrown)).to.be.an.instanceof(Error).with.property('cause', thrown);
    }
  });
});

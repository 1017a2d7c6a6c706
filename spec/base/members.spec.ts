import { expect } from 'chai';

import { areFunctions, membersOf } from '../../lib/base/members.js';

describe('membersOf', () => {
  it('gives the members of an object, inherited ones too, and none of any other value', () => {
    const { write } = membersOf(Object.create({ write: 5 }));
    expect(write).to.equal(5);
    for (const value of [undefined, null, 'text', 5, () => {}]) {
      const { length, name } = membersOf(value);
      expect([length, name]).to.deep.equal([undefined, undefined]);
    }
  });
});

describe('areFunctions', () => {
  it('says whether all can be called', () => {
    expect(areFunctions(() => {}, class {})).to.equal(true);
    expect(areFunctions(() => {}, undefined)).to.equal(false);
    expect(areFunctions({}, () => {})).to.equal(false);
  });
});

import { expect } from 'chai';

import { stdioFor } from '../../../lib/endpoints/processes/child-fds.js';

describe('The descriptors of a child', () => {
  it('go up to 1023; those that are not named have no pipe', () => {
    const stdio = stdioFor({ 1: 'r', 1023: 'r' });
    expect(stdio).to.have.length(1024);
    expect([stdio[0], stdio[1], stdio[1023]]).to.deep.equal(['ignore', 'pipe', 'pipe']);
    expect(stdio.filter((kind) => kind !== 'ignore')).to.have.length(2);
  });

  it('may each be one of ours, our standard input among them', () => {
    expect(stdioFor({ 0: 0, 1: 2, 2: 'r' })).to.deep.equal([0, 2, 'pipe']);
  });

  it('are at least three, because Node makes pipes of those that are not there', () => {
    expect(stdioFor({})).to.deep.equal(['ignore', 'ignore', 'ignore']);
    expect(stdioFor({ 0: 'w' })).to.deep.equal(['pipe', 'ignore', 'ignore']);
  });

  it('begin at 0, and are refused with the kinds that each may be', () => {
    expect(() => stdioFor({ '-1': 'r' })).to.throw('must be a whole number from 0 to 1023');
    expect(() => stdioFor({ 0: 'r' })).to.throw("must be 'w' or a descriptor");
    expect(() => stdioFor({ 1: 'x' })).to.throw("must be 'r', 'w' or a descriptor");
  });
});

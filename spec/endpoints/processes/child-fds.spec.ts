import { expect } from 'chai';

import { stdioFor } from '../../../lib/endpoints/processes/child-fds.js';

describe('The descriptors of a child', () => {
  it('go up to 1023; those that are not named have no pipe', () => {
    const stdio = stdioFor({ 1: 'r', 1023: 'r' });
    expect(stdio).to.have.length(1024);
    expect([stdio[0], stdio[1], stdio[1023]]).to.deep.equal(['ignore', 'pipe', 'pipe']);
  });
});

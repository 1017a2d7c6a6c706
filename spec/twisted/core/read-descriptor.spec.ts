import { expect } from 'chai';

import { MemoryDescriptor } from '../../support/memory-descriptor.js';

describe('ReadDescriptor', () => {
  describe('as a producer', () => {
    it('reads on when resumed, unless it is closing or not connected', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.resumeProducing();
      expect(descriptor.news()).to.deep.equal(['addReader']);
      descriptor.loseConnection();
      descriptor.news();
      descriptor.resumeProducing();
      expect(descriptor.news()).to.deep.equal([]);
      const unconnected = Object.assign(new MemoryDescriptor(), { connected: false });
      unconnected.resumeProducing();
      expect(unconnected.news()).to.deep.equal([]);
    });

    it('reads no more when paused', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.pauseProducing();
      expect(descriptor.news()).to.deep.equal(['removeReader']);
    });

    it('closes when stopped', () => {
      const descriptor = new MemoryDescriptor();
      descriptor.stopProducing();
      expect(descriptor.news()).to.deep.equal(['removeReader', 'addWriter']);
      expect(descriptor.disconnecting).to.equal(true);
    });
  });
});

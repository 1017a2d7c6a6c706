import { expect } from 'chai';

import { isFailableConsumer } from '../../../lib/twisted/core/producer-interfaces.js';

describe('isFailableConsumer', () => {
  it('knows a consumer that can be told of a failure by its method', () => {
    const consumer = { registerProducer() {}, unregisterProducer() {}, write() {} };
    expect(isFailableConsumer(consumer)).to.equal(false);
    const failable = { ...consumer, producerFailed() {} };
    expect(isFailableConsumer(failable)).to.equal(true);
    expect(isFailableConsumer({ ...consumer, producerFailed: true } as never)).to.equal(false);
  });
});

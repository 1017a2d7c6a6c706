import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { ConnectionDone, WritableConsumer } from '../../../lib/index.js';

/** Closes a consumer. @returns the reason that it gives. */
async function closeOne(): Promise<Error> {
  const stream = new PassThrough().resume();
  const consumer = new WritableConsumer(stream);
  consumer.loseConnection();
  await once(stream, 'end');
  return consumer.closed;
}

describe('The reason of a clean close', () => {
  it('has no frames, because it was not thrown, and takes none from other errors', async () => {
    const before = Error.stackTraceLimit;
    const reason = await closeOne();
    expect(reason).to.be.instanceOf(ConnectionDone);
    expect(reason.stack).to.be.a('string').that.includes(reason.message).and.not.includes('\n');
    expect(Error.stackTraceLimit).to.equal(before);
    expect(new Error('another').stack).to.include('\n');
  });

  it('is the same where stackTraceLimit may not be set', async () => {
    const { stackTraceLimit } = Error;
    Object.defineProperty(Error, 'stackTraceLimit', { writable: false });
    try {
      expect(await closeOne()).to.be.instanceOf(ConnectionDone);
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', { writable: true });
    }
    expect(Error.stackTraceLimit).to.equal(stackTraceLimit);
  });
});

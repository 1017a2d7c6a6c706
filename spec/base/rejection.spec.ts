import { expect } from 'chai';

import { isThenable, logRejection, whenRejected } from '../../lib/base/rejection.js';
import { loggedEvents } from '../support/logged.js';

describe('isThenable', () => {
  it('knows a promise, and any other object or function with a then method', () => {
    const callable = Object.assign(() => {}, { then: () => {} });
    const promises = [Promise.resolve(), { then: () => {} }, callable];
    expect(promises.map(isThenable)).to.deep.equal([true, true, true]);
    expect([null, undefined, 5, 'then', {}, { then: 5 }].some(isThenable)).to.equal(false);
  });
});

describe('whenRejected', () => {
  it('calls with the reason of a promise, or of a thenable, once', async () => {
    const reasons: unknown[] = [];
    const thenable = {
      then: (_: unknown, reject: (reason: unknown) => void) => {
        reject('second');
        reject('third');
      },
    };
    for (const returned of [Promise.reject(new Error('first')), thenable, Promise.resolve(1), 5]) {
      whenRejected(returned, (reason) => reasons.push(String(reason)));
    }
    await new Promise(setImmediate);
    expect(reasons).to.have.members(['Error: first', 'second']);
  });
});

describe('logRejection', () => {
  const logged = loggedEvents();

  it('logs the reason, and the callback that rejected', async () => {
    const oops = new Error('Oops');
    logRejection(Promise.reject(oops), 'testing');
    await new Promise(setImmediate);
    expect(logged).to.deep.equal([{ error: oops, why: 'testing' }]);
  });
});

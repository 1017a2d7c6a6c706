import { expect } from 'chai';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { closeWork, workFrom, type Work } from '../../../lib/twisted/cooperation/work.js';
import { loggedErrors } from '../../support/logged.js';

function* numbers() {
  yield 1;
}

describe('workFrom', () => {
  it('leaves an iterator as it is', () => {
    const generator = numbers();
    expect(workFrom(generator)).to.equal(generator);
    const bare = { next: () => ({ done: true, value: undefined }) };
    expect(workFrom(bare)).to.equal(bare);
  });

  it('makes an iterator of an iterable', () => {
    expect(workFrom([7]).next()).to.deep.equal({ done: false, value: 7 });
  });

  it('makes an asynchronous iterator if it can choose', () => {
    const iterable = {
      [Symbol.iterator]: numbers,
      async *[Symbol.asyncIterator]() {},
    };
    expect(workFrom(iterable).next()).to.be.a('promise');
  });

  for (const source of [null, undefined, 5, 'text', {}, numbers, { [Symbol.iterator]: () => 5 }]) {
    it(`refuses ${typeof source === 'object' ? JSON.stringify(source) : String(source)}`, () => {
      expect(() => workFrom(source)).to.throw(InvalidArgTypeError, 'iterator');
    });
  }
});

describe('closeWork', () => {
  const logged = loggedErrors();
  const reported = async (work: Work): Promise<unknown[]> => {
    closeWork(work);
    await new Promise(setImmediate);
    return logged;
  };
  const next = () => ({ done: false, value: undefined }) as const;
  const oops = new Error('oops');

  it('calls return', async () => {
    let returned = 0;
    const work = { next, return: () => ({ done: true, value: (returned += 1) }) };
    expect(await reported(work)).to.deep.equal([]);
    expect(returned).to.equal(1);
  });

  it('does nothing to an iterator without return', async () => {
    expect(await reported({ next })).to.deep.equal([]);
  });

  it('reports the error that return throws', async () => {
    const work = {
      next,
      return: () => {
        throw oops;
      },
    };
    expect(await reported(work)).to.deep.equal([oops]);
  });

  it('reports the reason with which return rejects', async () => {
    expect(await reported({ next, return: () => Promise.reject(oops) } as Work)).to.deep.equal([
      oops,
    ]);
  });
});

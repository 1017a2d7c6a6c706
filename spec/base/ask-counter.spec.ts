import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { AskCounter } from '../../lib/base/ask-counter.js';

/** How often `counter` counts before it has had enough; at most `limit` times. */
function countUntilEnough(counter: AskCounter, limit: number): number {
  for (let asked = 1; asked <= limit; asked++) if (counter.count() !== undefined) return asked;
  return limit + 1;
}

describe('AskCounter', () => {
  it('gives an error for a loop that does not wait, and then counts from 0 again', () => {
    const counter = new AskCounter();
    for (let round = 0; round < 2; round++) {
      expect(countUntilEnough(counter, Infinity)).to.be.at.least(1_000_000);
    }
  });

  it('has not of as many questions in several turns', async () => {
    const counter = new AskCounter();
    for (let round = 0; round < 4; round++) {
      expect(countUntilEnough(counter, 900_000)).to.equal(900_001);
      await turn();
    }
  });

  it('gives an error that says when to ask again', () => {
    const counter = new AskCounter();
    let error: Error | undefined;
    while (error === undefined) error = counter.count();
    expect(error).to.include({ code: 'ERR_INVALID_STATE' });
    expect(error.message).to.match(/asked \d+ times in one turn .* Ask again once/);
  });
});

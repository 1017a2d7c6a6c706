import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { currentTurn } from '../../lib/base/turn-number.js';

describe('The number of a turn of the event loop', () => {
  it('stays the same for code that awaits promises, and is larger once the loop has turned', async () => {
    const numbers: number[] = [];
    for (let turns = 0; turns < 3; turns++) {
      const number = currentTurn();
      numbers.push(number);
      for (let promises = 0; promises < 5; promises++) await Promise.resolve();
      expect(currentTurn()).to.equal(number);
      await turn();
    }
    expect(new Set(numbers).size).to.equal(3);
    expect(numbers).to.deep.equal([...numbers].sort((a, b) => a - b));
  });

  it('grows by one with each turn, however often it is asked for', async () => {
    const number = currentTurn();
    for (let turns = 1; turns < 4; turns++) {
      await turn();
      for (let questions = 0; questions < 3; questions++) {
        expect(currentTurn()).to.equal(number + turns);
      }
    }
  });
});

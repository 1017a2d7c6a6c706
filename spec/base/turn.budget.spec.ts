/** How much may be done in one turn of the event loop. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  othersWait,
  smallUnitsLeft,
  spendTurn,
  waitForTurn,
  type Waiting,
} from '../../lib/base/turn.js';

/** Takes so long. */
function work(milliseconds: number): void {
  for (const start = performance.now(); performance.now() - start < milliseconds;);
}

/** How many callbacks wait for the event loop to turn. */
function immediates(): number {
  return process.getActiveResourcesInfo().filter((what) => what === 'Immediate').length;
}

describe('The budget of a turn of the event loop', () => {
  beforeEach(async () => {
    for (let turns = 0; turns < 3; turns++) await turn();
  });

  it('is 64 writes, in each turn anew', async () => {
    let most = 0;
    for (let turns = 0; turns < 20; turns++) {
      let writes = 0;
      while (spendTurn()) writes += 1;
      // The first reading of the clock comes with the 16th, and may find that the turn has taken its time.
      expect(writes).to.be.within(15, 64);
      most = Math.max(most, writes);
      expect(spendTurn()).to.equal(false);
      await turn();
    }
    expect(most).to.equal(64);
  });

  it('is used up by a few writes if a millisecond has passed', () => {
    for (let writes = 0; writes < 15; writes++) expect(spendTurn()).to.equal(true);
    spendTurn();
    work(1.1);
    let more = 0;
    while (spendTurn()) more += 1;
    expect(more).to.be.below(8);
  });

  it('is a millisecond for small units, in each turn anew', async () => {
    for (let turns = 0; turns < 5; turns++) {
      expect(smallUnitsLeft()).to.be.above(0);
      work(1.1);
      expect(smallUnitsLeft()).to.equal(0);
      await turn();
    }
  });

  it('gives runs of small units that double up to 64, and single units if they take long', async () => {
    const runs: number[] = [];
    for (let turns = 0; turns < 50; turns++) {
      for (let run = 0; run < 10; run++) runs.push(smallUnitsLeft());
      await turn();
    }
    expect(Math.max(...runs)).to.equal(64);
    expect(runs.every(Number.isInteger)).to.equal(true);
    for (let turns = 0; turns < 5; turns++) {
      smallUnitsLeft();
      work(0.1);
      expect(smallUnitsLeft()).to.be.at.most(1);
      await turn();
    }
  });

  describe('for flows that wait', () => {
    let ran: number[];
    beforeEach(() => (ran = []));
    const flow = (number: number, does: () => void): Waiting => ({
      run(isOurTurn) {
        expect(isOurTurn).to.equal(true);
        smallUnitsLeft(); // From here on, the turn is watched.
        does();
        ran.push(number);
      },
    });
    /** Has 40 flows run. @returns the number of turns that they took. */
    const turnsFor = async (does: () => void): Promise<number> => {
      for (let number = 0; number < 40; number++) waitForTurn(flow(number, does));
      let turns = 0;
      for (; othersWait(); turns++) await turn();
      expect(ran).to.deep.equal(Array.from({ length: 40 }, (_, i) => i));
      return turns;
    };

    it('is shared by those that take little', async () => {
      const before = immediates();
      expect(await turnsFor(() => {})).to.be.below(20);
      for (let turns = 0; turns < 3; turns++) await turn();
      expect(immediates()).to.equal(before); // Nothing goes on.
    });

    it('is used up by the second of those that take more than half of it', async () => {
      expect(await turnsFor(() => work(0.6))).to.be.at.least(20);
    });
  });
});

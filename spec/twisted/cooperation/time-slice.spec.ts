import { expect } from 'chai';

import { timeSlice } from '../../../lib/twisted/cooperation/time-slice.js';

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('timeSlice', () => {
  it('is over after the first unit that takes it past 10 ms', () => {
    const isOver = timeSlice();
    work(10);
    expect(isOver()).to.equal(true);
  });

  it('is over after the unit that takes it past 10 ms, of units that take time', () => {
    const isOver = timeSlice();
    const end = performance.now() + 10;
    let over = false;
    while (performance.now() < end) {
      work(1);
      over = isOver();
    }
    expect(over).to.equal(true);
  });

  it('is over at most 15 units late, of units that took none', () => {
    const isOver = timeSlice();
    for (let unit = 0; unit < 100; unit += 1) isOver();
    work(10);
    const asked = Array.from({ length: 16 }, isOver);
    expect(asked).to.include(true);
  });

  it('is over on time once units that took none begin to take time', () => {
    const isOver = timeSlice();
    for (let unit = 0; unit < 100; unit += 1) isOver();
    for (let unit = 0; unit < 16; unit += 1) {
      work(0.2);
      isOver();
    }
    work(10);
    expect(isOver()).to.equal(true);
  });

  it('is not over before its time', () => {
    // Anything may take 10 ms on a busy machine, but not each of a hundred times.
    const lasting = Array.from({ length: 100 }, () => {
      const isOver = timeSlice();
      return Array.from({ length: 50 }, isOver).every((over) => !over);
    });
    expect(lasting).to.include(true);
  });
});

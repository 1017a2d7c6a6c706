import { expect } from 'chai';

import { Latch } from '../../lib/base/latch.js';

const enum Why {
  paused = 1,
  resting = 2,
  over = 4,
}

describe('Latch', () => {
  it('is free until it has a reason, and again when the last reason is gone', () => {
    const latch = new Latch<Why>();
    const seen = [latch.isFree];
    latch.hold(Why.paused);
    latch.hold(Why.resting);
    latch.release(Why.paused);
    seen.push(latch.isFree);
    latch.release(Why.resting);
    seen.push(latch.isFree);
    expect(seen).to.deep.equal([true, false, true]);
  });

  it('counts no reason twice', () => {
    const latch = new Latch<Why>(Why.paused);
    latch.hold(Why.paused);
    latch.release(Why.paused);
    latch.release(Why.paused);
    expect(latch.isFree).to.equal(true);
  });

  it('says whether it has any of several reasons, and whether it has no other', () => {
    const latch = new Latch<Why>(Why.resting);
    expect(latch.isHeldBy(Why.paused | Why.resting)).to.equal(true);
    expect(latch.isHeldBy(Why.paused | Why.over)).to.equal(false);
    expect(latch.isFreeBut(Why.resting)).to.equal(true);
    expect(latch.isFreeBut(Why.paused | Why.over)).to.equal(false);
  });
});

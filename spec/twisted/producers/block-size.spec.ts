import { expect } from 'chai';

import { BlockSize } from '../../../lib/twisted/producers/block-size.js';
import { KIB } from '../../support/sizes.js';

describe('BlockSize', () => {
  /** A size, and a function that hands out blocks each of which lasts so long, and tells the sizes. */
  const setUp = () => {
    const size = new BlockSize();
    let time = 0;
    const handOut = (count: number, milliseconds: number): number[] =>
      Array.from({ length: count }, () => {
        size.handedOut(time);
        time += milliseconds;
        return size.bytes / KIB;
      });
    return handOut;
  };

  it('grows to 512 KiB while a block lasts less than 5 ms, and stays while a block lasts longer', () => {
    const handOut = setUp();
    expect(handOut(6, 4)).to.deep.equal([64, 128, 256, 512, 512, 512]);
    expect(handOut(3, 6)).to.deep.equal([512, 512, 512]);
  });

  it('shrinks to 64 KiB while a block lasts more than 50 ms', () => {
    const handOut = setUp();
    handOut(3, 4);
    expect(handOut(6, 51)).to.deep.equal([512, 256, 128, 64, 64, 64]);
  });

  it('stays while a block lasts 5 to 50 ms', () => {
    const handOut = setUp();
    expect(handOut(3, 5)).to.deep.equal([64, 64, 64]);
    handOut(2, 4);
    expect(handOut(3, 50)).to.deep.equal([256, 256, 256]);
  });
});

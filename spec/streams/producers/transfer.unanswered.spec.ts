/** A pull producer that is asked in a loop, which never lets it answer. */
import { expect } from 'chai';

import { rejection } from '../../support/rejection.js';
import { made } from '../../support/transfers.js';

/** More than any loop makes before it is noticed, on however fast a machine. */
const FAR_TOO_OFTEN = 100_000_000;

describe('Transfer', () => {
  it('fails where it is asked in a loop, and throws if the loop goes on', async function () {
    this.timeout(20_000);
    const { transfer } = made({ streaming: false });
    for (let count = 0; transfer.isRunning && count < FAR_TOO_OFTEN; count += 1) {
      transfer.resumeProducing();
    }
    expect(await rejection(transfer.done)).to.have.property('code', 'ERR_INVALID_STATE');
    expect(() => {
      for (let count = 0; count < FAR_TOO_OFTEN; count += 1) transfer.resumeProducing();
    })
      .to.throw(Error)
      .with.property('code', 'ERR_INVALID_STATE');
  });

  it('goes on where it is paused and resumed in a loop, for that asks for nothing twice', function () {
    this.timeout(20_000);
    const { transfer, news } = made();
    for (let count = 0; count < 2_000_000; count += 1) {
      transfer.pauseProducing();
      transfer.resumeProducing();
      if (count % 1000 === 0) news();
    }
    expect(transfer.isRunning).to.equal(true);
  });
});

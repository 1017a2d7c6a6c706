import { expect } from 'chai';

import { ProcessProtocol, spawnProcess } from '../../../lib/index.js';

describe('ProcessProtocol', () => {
  it('is connected from makeConnection on, also after the process has ended', async () => {
    const seen: boolean[] = [];
    class Seeing extends ProcessProtocol {
      override connectionMade(): void {
        seen.push(this.connected);
      }
      override processEnded(): void {
        seen.push(this.connected);
      }
    }
    const protocol = new Seeing();
    seen.push(protocol.connected);
    await spawnProcess(protocol, 'true').closed;
    expect(seen).to.deep.equal([false, true, true]);
  });
});

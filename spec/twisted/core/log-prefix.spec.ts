import { expect } from 'chai';

import { Protocol } from '../../../lib/index.js';
import { logPrefixOf, logRejectionOf } from '../../../lib/twisted/core/log-prefix.js';

describe('logPrefixOf', () => {
  it('gives the log prefix of a value, or the name of its class, or the word Object', () => {
    class Named extends Protocol {
      override logPrefix(): string {
        return 'its own';
      }
    }
    class Nameless {}
    const bare = Object.create(null) as object;
    expect([new Named(), new Nameless(), bare].map(logPrefixOf)).to.deep.equal([
      'its own',
      'Nameless',
      'Object',
    ]);
  });

  it('gives the name of the class if its own throws, so that the error to be logged is not lost', () => {
    class Speechless extends Protocol {
      override logPrefix(): string {
        return this.transport.getPeer().type; // There is no transport.
      }
    }
    expect(logPrefixOf(new Speechless())).to.equal('Speechless');
  });
});

describe('logRejectionOf', () => {
  it('asks for no log prefix if there is nothing to log', async () => {
    let asked = 0;
    const owner = { logPrefix: () => `asked ${(asked += 1)} times` };
    logRejectionOf(owner, undefined, 'connectionLost');
    logRejectionOf(owner, Promise.resolve(), 'connectionLost');
    await Promise.resolve();
    expect(asked).to.equal(0);
  });
});

import { expect } from 'chai';

import { Protocol } from '../../../lib/index.js';
import { logPrefixOf } from '../../../lib/twisted/core/log-prefix.js';

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
});

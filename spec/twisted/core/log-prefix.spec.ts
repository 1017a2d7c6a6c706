import { expect } from 'chai';

import { Protocol } from '../../../lib/index.js';
import { logPrefixOf } from '../../../lib/twisted/core/log-prefix.js';

describe('logPrefixOf', () => {
  it('says what a value calls itself, or what its class is called, or that it is an object', () => {
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

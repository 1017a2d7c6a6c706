import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { typeCheck } from '../support/type-check.js';

describe('The types of ReadableProducer and ProducerReadable', () => {
  it('let through every right use without a cast, and no wrong one', () => {
    const file = 'readable-adapters.types.ts';
    const code = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(typeCheck(new Map([[`spec/types/${file}`, code]]))).to.deep.equal([]);
  }).timeout(60_000);
});

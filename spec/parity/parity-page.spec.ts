import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { readPage } from '../support/markdown.js';
import { ROOT } from '../support/programs.js';

/** The specs that `text` names. */
const namedSpecs = (text: string): string[] => text.match(/spec\/[^`]+\.spec\.ts/g) ?? [];

describe('docs/parity.md', () => {
  const page = readPage('docs/parity.md');
  const rows = page.split('\n').filter((line) => /^\| `/.test(line));
  const named = namedSpecs(page);

  it('names a spec in each row', () => {
    expect(rows).to.have.length.above(12);
    for (const row of rows) expect(namedSpecs(row), row).to.not.be.empty;
  });

  it('names none that is not there', () => {
    for (const path of named) expect(existsSync(join(ROOT, path)), path).to.equal(true);
  });

  it('has a row for each spec of spec/parity', () => {
    for (const name of readdirSync(join(ROOT, 'spec/parity'))) {
      if (name !== 'parity-page.spec.ts') expect(named).to.include(`spec/parity/${name}`);
    }
  });
});

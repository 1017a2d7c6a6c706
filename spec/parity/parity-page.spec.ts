import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { links, readPage } from '../support/markdown.js';
import { ROOT } from '../support/programs.js';

describe('docs/parity.md', () => {
  const page = readPage('docs/parity.md');
  const rows = page.split('\n').filter((line) => /^\| `/.test(line));
  const linked = links(page).map((link) => join('docs', link));

  it('names a spec in each row', () => {
    expect(rows).to.have.length.above(12);
    for (const row of rows) expect(links(row).at(-1), row).to.match(/\.spec\.ts$/);
  });

  it('links to nothing that is not there', () => {
    for (const path of linked) expect(existsSync(join(ROOT, path)), path).to.equal(true);
  });

  it('has a row for each spec of spec/parity', () => {
    for (const name of readdirSync(join(ROOT, 'spec/parity'))) {
      if (name !== 'parity-page.spec.ts') expect(linked).to.include(`spec/parity/${name}`);
    }
  });
});

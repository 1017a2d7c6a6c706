import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

interface Survivors {
  /** By file and reason, rows: how the line of code begins, and how it does with each mutant. */
  readonly SURVIVORS: Readonly<Record<string, Readonly<Record<string, readonly string[][]>>>>;
}

describe('scripts/mutation/survivors.mjs', () => {
  it('explains only mutants of lines that are in the code', async () => {
    const path = new URL('../../scripts/mutation/survivors.mjs', import.meta.url).href;
    const { SURVIVORS } = (await import(path)) as Survivors;
    for (const [file, reasons] of Object.entries(SURVIVORS)) {
      const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
      for (const [line = ''] of Object.values(reasons).flat()) {
        const isThere = lines.some((each) => each.trim().startsWith(line));
        expect(isThere, `${file}: ${line}`).to.equal(true);
      }
    }
  });
});

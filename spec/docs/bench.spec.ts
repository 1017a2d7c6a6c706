import { expect } from 'chai';

import { readPage } from '../support/markdown.js';
import { run } from '../support/programs.js';

/** The names in the first column of the table under `heading`. */
function namesUnder(heading: string): string[] {
  const [, section = ''] = readPage('bench/README.md').split(`\n## ${heading}\n`);
  const rows = section.split(/\n## /)[0]?.match(/^\| `[^|]+/gm) ?? [];
  return rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

describe('bench/README.md', () => {
  it('describes each workload that there is, and no other', async () => {
    const { stdout } = await run(process.execPath, [
      ...['--import', 'tsx/esm', 'bench/run.ts', '--list'],
    ]);
    expect(namesUnder('The workloads')).to.have.members(stdout.trim().split('\n'));
  });
});

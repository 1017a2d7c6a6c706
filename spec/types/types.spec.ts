import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

describe('The types', () => {
  it('admit every right use, without a cast, and no wrong one', function () {
    this.timeout(60_000);
    const tsc = path('../../node_modules/@typescript/native/bin/tsc');
    const { stdout, status } = spawnSync(
      process.execPath,
      [tsc, '-p', path('tsconfig.uses.json')],
      {
        encoding: 'utf8',
      },
    );
    expect(stdout).to.equal('');
    expect(status).to.equal(0);
  });
});

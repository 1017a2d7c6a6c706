import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { ROOT, run } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('A program that installs the folder of the library before it was built', () => {
  const folder = temporaryFolder();

  it('gets one sentence that says which command to run, and no link to a folder that it cannot import', async () => {
    const library = folder.path('library');
    const program = folder.path('program');
    const link = join(program, 'node_modules', 'twisted-streams');
    cpSync(join(ROOT, 'scripts'), join(library, 'scripts'), { recursive: true });
    mkdirSync(join(program, 'node_modules'), { recursive: true });
    symlinkSync(library, link, 'junction'); // As npm does, before it runs `prepare`.

    const { code, stdout, stderr } = await run(process.execPath, ['scripts/prepare.mjs'], {
      cwd: library,
      env: { ...process.env, npm_config_local_prefix: program },
    });

    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(
      /^twisted-streams is not built\. Run this first, then install it again: npm install --prefix .+library\n$/,
    );
    expect(readdirSync(join(program, 'node_modules'))).to.deep.equal([]);
    expect(readdirSync(library)).to.deep.equal(['scripts']);
  });
});

import { expect } from 'chai';

import { run, runExample } from '../support/programs.js';

describe('The examples that want a folder, started wrongly', () => {
  for (const name of ['serve-directory.ts', 'shaper.ts', 'ftp-server.ts', 'watch-files.ts']) {
    it(`${name}: says in a line that the folder is missing`, async () => {
      const { code, stdout, stderr } = await runExample(name, 'no-such-folder', '0');
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(/^ENOENT: .*no-such-folder'\n$/);
    });

    it(`${name}: says in a line that a file is not a folder`, async () => {
      const stderr = '"package.json" is not a folder.\n';
      const ended = await runExample(name, 'package.json', '0');
      expect(ended).to.deep.equal({ code: 2, stdout: '', stderr });
    });
  }
});

describe('npm run bench, started wrongly', () => {
  it('complains of an unknown option, and says what may be wrong', async () => {
    const { code, stderr } = await run(process.execPath, [
      '--import',
      'tsx/esm',
      'bench/run.ts',
      '--bogus',
    ]);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^error: unknown option '--bogus'\n.*mind the -- in the middle/);
  });
});

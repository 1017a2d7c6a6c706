import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

const DIST = join(ROOT, 'dist');

describe('The code of the package', () => {
  it('is a file for each entry point, and one for what they share', () => {
    const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('.js')).sort()).to.deep.equal(
      ['index.js', 'protocols/index.js', 'shared.js', 'testing/index.js'].map((file) => join(file)),
    );
  });

  it('has source maps that lead from what is shared to its line in lib', async () => {
    const program = `
      const { log } = await import(${JSON.stringify(pathToFileURL(join(DIST, 'index.js')).href)});
      try { log.addObserver(1); } catch (error) { console.log(error.stack); }
    `;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--enable-source-maps',
      '--input-type=module',
      '-e',
      program,
    ]);
    const place = /lib[\\/]base[\\/]arguments\.ts:(\d+)/.exec(stdout);
    expect(place, stdout).to.not.equal(null);
    const line = readFileSync(join(ROOT, 'lib/base/arguments.ts'), 'utf8').split('\n')[
      Number(place![1]) - 1
    ];
    expect(line).to.include('throw new InvalidArgTypeError(name');
  });
});

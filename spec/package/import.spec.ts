import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

/** Prints the modules of Node that the library loads and an empty program does not. */
const PROGRAM = `
const before = new Set(process.moduleLoadList);
await import(${JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')).href)});
const loaded = process.moduleLoadList.filter((name) => !before.has(name));
console.log(JSON.stringify(loaded.map((name) => name.replace('NativeModule ', ''))));
`;

describe('An import of the library', () => {
  it('loads the modules that streams need, and leaves the rest of Node until it is used', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', PROGRAM],
      { env: { PATH: process.env['PATH'] } },
    );
    const loaded = (JSON.parse(stdout) as string[]).filter((name) => !/internal/i.test(name));
    expect(loaded).to.include('stream');
    const most = new Set(['stream', 'stream/promises', 'string_decoder', 'util/types']);
    expect(loaded.filter((name) => !most.has(name))).to.deep.equal([]);
  });
});

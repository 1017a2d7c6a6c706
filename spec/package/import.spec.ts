import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

/** The modules of Node that the library, and `program` with it, load and an empty program does not. */
async function modulesLoadedBy(program = ''): Promise<string[]> {
  const code = `
const before = new Set(process.moduleLoadList);
const library = await import(${JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')).href)});
${program}
const loaded = process.moduleLoadList.filter((name) => !before.has(name));
console.log(JSON.stringify(loaded.map((name) => name.replace('NativeModule ', ''))));
`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', code],
    { env: { PATH: process.env['PATH'] } },
  );
  return JSON.parse(stdout) as string[];
}

describe('An import of the library', () => {
  it('loads the modules that streams need, and leaves the rest of Node until it is used', async () => {
    const loaded = (await modulesLoadedBy()).filter((name) => !/internal/i.test(name));
    expect(loaded).to.include('stream');
    const most = new Set(['stream', 'stream/promises', 'string_decoder', 'util/types']);
    expect(loaded.filter((name) => !most.has(name))).to.deep.equal([]);
  });

  it('does not load `node:perf_hooks`, also if the program sends a file', async () => {
    const loaded = await modulesLoadedBy(`
const { FileSender, ProducerReadable } = library;
const readable = new ProducerReadable().resume();
await new FileSender().beginFileTransfer('package.json', readable);
`);
    expect(loaded).to.include('fs/promises').and.not.to.include('perf_hooks');
  });
});

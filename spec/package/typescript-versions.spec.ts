import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

import { ROOT, run } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The versions that README.md promises, each by the name under which package.json installs it. */
const PROMISED = new Map([
  ['5.6', 'typescript-5.6'],
  ['5.7', 'typescript-5.7'],
  ['5.8', 'typescript-5.8'],
  ['5.9', 'typescript-5.9'],
  ['6.0', 'typescript'],
  ['7.0', '@typescript/native'],
]);
/** The first that lets CommonJS `require` an ES module. */
const REQUIRES = '5.8';

/** A strict program, whose declarations hand on ours. */
const MODULE = `
import net from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { ConsumerWritable, DuplexTransport, Protocol, WritableConsumer } from 'twisted-streams';
import type { IPushProducer } from 'twisted-streams';
import { StringTransport } from 'twisted-streams/testing';

export class Echo extends Protocol {
  override dataReceived(data: Buffer) {
    this.transport.write(data);
  }
}
const transport: IPushProducer = new DuplexTransport(new net.Socket(), { protocol: new Echo() });
const consumer = new WritableConsumer(process.stdout, { highWaterMark: 1024 });
consumer.registerProducer(transport, true);
export const reason: Promise<Error> = consumer.closed;
export const reactorOf = (one: WritableConsumer) => one.reactor;
pipeline(Readable.from([]), new ConsumerWritable(new StringTransport()), () => {});
`;
const COMMON_JS = `
import library = require('twisted-streams');
export const sender = new library.FileSender();
`;

describe('The declarations, libraries checked, compile with TypeScript', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  before(() => {
    const modules = folder.path('node_modules');
    mkdirSync(join(modules, '@types'), { recursive: true });
    symlinkSync(ROOT, join(modules, 'twisted-streams'), 'junction');
    symlinkSync(join(ROOT, 'node_modules/@types/node'), join(modules, '@types/node'), 'junction');
    folder.write('package.json', '{ "type": "module" }');
    folder.write('program.ts', MODULE);
    folder.write('common.cts', COMMON_JS);
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2023'],
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      declaration: true,
      outDir: 'out',
      skipLibCheck: false,
      types: [], // As TypeScript 6 has it unless told otherwise: we bring Node's types along.
    };
    for (const file of ['program.ts', 'common.cts']) {
      folder.write(`${file}.json`, JSON.stringify({ compilerOptions, files: [file] }));
    }
  });

  for (const [version, name] of PROMISED) {
    it(version, async () => {
      const compiler = createRequire(import.meta.url).resolve(`${name}/package.json`);
      const about = JSON.parse(readFileSync(compiler, 'utf8')) as {
        version: string;
        bin: Record<string, string>;
      };
      expect(about.version.startsWith(`${version}.`), about.version).to.equal(true);
      const bin = join(dirname(compiler), about.bin.tsc ?? about.bin.tsc6!);
      const projects = version < REQUIRES ? ['program.ts'] : ['program.ts', 'common.cts'];
      for (const project of projects) {
        const ended = await run(process.execPath, [bin, '-p', folder.path(`${project}.json`)]);
        expect(ended).to.deep.equal({ code: 0, stdout: '', stderr: '' });
      }
    });
  }

  it('all those that README.md names', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const first = [...PROMISED.keys()][0]!;
    const sentence = `TypeScript must be ${first} or later; for \`require\` it must be ${REQUIRES} or later, with \`module\` set to \`nodenext\``;
    expect(readme).to.include(sentence);
  });
});

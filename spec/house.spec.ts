import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect } from 'chai';

import { ROOT, run } from './support/programs.js';
import { makeFolder, removeFolder } from './support/temporary-folder.js';

/** A small house, with one wrong import for each rule. */
const FILES: Readonly<Record<string, string>> = {
  'lib/index.ts': `export * from './twisted/core/index.js'; export * from './streams/web/to-web.js';`,
  'lib/base/errors.ts': `export const error = 1;`,
  'lib/base/log.ts': `import '../twisted/core/index.js';`,
  'lib/twisted/core/index.ts': `export * from './factory.js'; export * from './protocol.js';`,
  'lib/twisted/core/factory.ts': `import { error } from '../../base/errors.js'; import type { Protocol } from './protocol.js'; export interface Factory { protocol: Protocol }; void error;`,
  'lib/twisted/core/protocol.ts': `import type { Factory } from './factory.js'; export interface Protocol { factory: Factory }`,
  'lib/twisted/cooperation/index.ts': `export * from './task.js';`,
  'lib/twisted/cooperation/task.ts': `import type { Protocol } from '../core/protocol.js'; export type Task = Protocol;`,
  'lib/twisted/shaping/index.ts': `export * from './bucket.js';`,
  'lib/twisted/shaping/bucket.ts': `import 'node:stream'; import './index.js';`,
  'lib/streams/any-stream/index.ts': `export * from './kinds.js';`,
  'lib/streams/any-stream/kinds.ts': `import 'node:stream'; import type { Protocol } from '../../twisted/core/index.js'; export type Kind = Protocol;`,
  'lib/streams/web/index.ts': `export * from './to-web.js';`,
  'lib/streams/web/to-web.ts': `export * from '../transports/index.js';`,
  'lib/streams/transports/index.ts': `export const transport = 1;`,
  'lib/endpoints/sockets/index.ts': `import '../../testing/index.js'; import '../described/index.js'; import '../../index.js'; import 'chai';`,
  'lib/endpoints/described/index.ts': `export const endpoint = 1;`,
  'lib/protocols/index.ts': `import '../streams/any-stream/index.js';`,
  'lib/testing/index.ts': `import '../twisted/cooperation/index.js';`,
  'bench/run.ts': `import '../spec/support.js'; import '../dist/index.js'; import './library/index.js'; import 'chai';`,
  'bench/library/index.ts': `export * from '../../dist/index.js';`,
  'bench/package.json': `{ "type": "module" }`,
  'dist/index.js': `export const transport = 1;`,
  'spec/support.ts': `import '../lib/twisted/core/factory.js';`,
  'tsconfig.json': `{ "compilerOptions": { "module": "nodenext" } }`,
  'package.json': `{ "type": "module", "devDependencies": { "chai": "*" } }`,
  'node_modules/chai/package.json': `{ "name": "chai", "exports": "./index.js" }`,
  'node_modules/chai/index.js': ``,
};

/** The linter's message for each of them: the rule, the file that imports, the file that it imports. */
const WRONG = [
  'bench on its own: bench/run.ts → spec/support.ts',
  'circle: lib/twisted/core/factory.ts → lib/twisted/core/protocol.ts',
  'circle: lib/twisted/shaping/bucket.ts → lib/twisted/shaping/index.ts',
  'door of the bench: bench/run.ts → dist/index.js',
  'door, from outside: lib/index.ts → lib/streams/web/to-web.ts',
  'door: lib/twisted/cooperation/task.ts → lib/twisted/core/protocol.ts',
  'entry from inside: lib/endpoints/sockets/index.ts → lib/index.ts',
  'floor of base: lib/base/log.ts → lib/twisted/core/index.ts',
  'floor of endpoints/sockets: lib/endpoints/sockets/index.ts → lib/endpoints/described/index.ts',
  'floor of endpoints/sockets: lib/endpoints/sockets/index.ts → lib/testing/index.ts',
  'floor of protocols: lib/protocols/index.ts → lib/streams/any-stream/index.ts',
  'floor of streams/web: lib/streams/web/to-web.ts → lib/streams/transports/index.ts',
  'no stream in the semantics: lib/twisted/shaping/bucket.ts → stream',
  'only dependencies: lib/endpoints/sockets/index.ts → node_modules/chai/index.js',
  'own door: lib/twisted/shaping/bucket.ts → lib/twisted/shaping/index.ts',
  'packages of the bench: bench/run.ts → node_modules/chai/index.js',
];

interface Report {
  readonly summary: {
    readonly violations: readonly { rule: { name: string }; from: string; to: string }[];
  };
}

describe('The walls between the rooms, as npm run lint keeps them', function () {
  this.timeout(30_000);
  let folder: string;

  before(() => {
    folder = makeFolder();
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  });
  after(() => removeFolder(folder));

  const lint = (...args: string[]) =>
    run(
      process.execPath,
      [
        join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        ...['--config', join(ROOT, '.dependency-cruiser.js'), ...args],
      ],
      { cwd: folder },
    );

  it('refuse an import around a door, up a floor or in a circle, and allow every other import', async () => {
    const { stdout } = await lint('--output-type', 'json', 'lib', 'bench');
    const { violations } = (JSON.parse(stdout) as Report).summary;
    const said = violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
    expect(said.sort()).to.deep.equal(WRONG);
  });

  it('stand around every room of lib', async () => {
    const { default: config } = (await import(
      pathToFileURL(join(ROOT, '.dependency-cruiser.js')).href
    )) as {
      default: { forbidden: { name: string }[] };
    };
    const foldersIn = (...path: string[]) =>
      readdirSync(join(ROOT, 'lib', ...path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => [...path, name].join('/'));
    const rooms = foldersIn().flatMap((folder) =>
      ['twisted', 'streams', 'endpoints'].includes(folder) ? foldersIn(folder) : [folder],
    );
    const floors = config.forbidden
      .map(({ name }) => name)
      .filter((name) => name.startsWith('floor'));
    expect(floors).to.have.members(rooms.map((room) => `floor of ${room}`));
  });

  it('say in plain words which import to write instead, and fail', async () => {
    const { code, stdout } = await lint('--output-type', 'err-long', 'lib/twisted');
    expect(code).to.be.above(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).to.include(
      "door: lib/twisted/cooperation/task.ts → lib/twisted/core/protocol.ts Another room is entered by its door only: import this from the room's index.js.",
    );
  });
});

describe('The package of the bench', () => {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as Record<string, Record<string, string>>;

  it('asks for the same versions as the package around it', () => {
    const { dependencies, devDependencies } = read('package.json');
    const around = { ...dependencies, ...devDependencies };
    const shared = Object.entries(read('bench/package.json').devDependencies ?? {}).filter(
      ([name]) => name in around,
    );
    expect(shared).to.not.be.empty;
    for (const [name, version] of shared)
      expect(`${name} ${version}`).to.equal(`${name} ${around[name]}`);
  });
});

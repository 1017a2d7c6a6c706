import { existsSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'chai';
import * as library from 'twisted-streams';

import { anchors, codeBlocks, links, readPage } from './support/markdown.js';
import { ROOT, run } from './support/programs.js';
import { port } from './support/sockets.js';
import { exportedNames, typeCheck } from './support/type-check.js';

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'docs/differences.md',
  'docs/exports.md',
  'docs/twisted-defects.md',
  'examples/README.md',
];
/** Where the programs listen. */
const PORT = '8007';
const PACKAGE = '{ "name": "newcomer" }\n';

/** What each program prints. */
const PRINTS = new Map([
  ['Fifteen lines', `${PACKAGE}Connection was closed cleanly.\n`],
  ['ReadableProducer', `${PACKAGE}\n`],
  ['WritableConsumer', 'Connection was closed cleanly.\n'],
  ['DuplexTransport', 'hello\n'],
  ['ProducerReadable', ''],
  ['ConsumerWritable', `${PACKAGE}\n`],
  ['TransportDuplex', 'over a transport\n'],
  ['Errors', 'For example: Error: no caller can catch this\n'],
  ['Testing your own code', 'hello\na minute later, at once\n'],
]);

describe('README.md', () => {
  const programs = codeBlocks(readPage('README.md')).filter(({ language }) =>
    ['js', 'ts'].includes(language),
  );

  describe('its programs, run as a newcomer runs them', () => {
    let folder: string;
    let freePort: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'twisted-streams-readme-'));
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(ROOT, join(folder, 'node_modules', 'twisted-streams'), 'junction');
      writeFileSync(join(folder, 'package.json'), PACKAGE);
      const server = net.createServer().listen(0);
      await once(server, 'listening');
      freePort = String(port(server));
      server.close();
    });
    after(() => rmSync(folder, { recursive: true }));

    for (const { heading, code } of programs) {
      it(`${heading}: prints what it says`, async () => {
        const path = join(folder, 'hello.mjs');
        writeFileSync(path, code.replaceAll(PORT, freePort));
        const { stderr, ...ended } = await run(process.execPath, [path], { cwd: folder });
        expect(stderr).to.equal('');
        expect(ended).to.deep.equal({ code: 0, stdout: PRINTS.get(heading) });
      });
    }
  });

  it('has a program for each of those that this spec knows, and no other', () => {
    expect(programs.map(({ heading }) => heading)).to.deep.equal([...PRINTS.keys()]);
  });

  it('introduces itself with fifteen lines', () => {
    const [first] = programs;
    const lines = first?.code.split('\n').filter((line) => line.trim() !== '') ?? [];
    expect(lines.length).to.be.within(10, 16);
  });

  it('has programs whose types are right', function () {
    this.timeout(30_000);
    const files = programs.map(({ language, code }, i) => [`readme-${i}.m${language}`, code]);
    expect(typeCheck(new Map(files as [string, string][]))).to.deep.equal([]);
  });

  it('gives each error the code that it has', () => {
    const rows = [...readPage('README.md').matchAll(/^\| `(\w+)` +\| `(ERR_\w+)`/gm)];
    expect(rows).to.have.length.above(5);
    for (const [, name = '', code] of rows) {
      const { [name]: ErrorClass } = library as unknown as Record<
        string,
        new (about: object) => Error
      >;
      expect(new ErrorClass!({}), name).to.include({ code });
    }
  });
});

describe('the pages', () => {
  for (const page of PAGES) {
    it(`${page}: links to what there is`, () => {
      const text = readPage(page);
      for (const link of links(text).filter((target) => !/^https?:/.test(target))) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        expect(existsSync(join(ROOT, target)), link).to.equal(true);
        if (anchor !== undefined) expect(anchors(readPage(target))).to.include(anchor);
      }
    });
  }

  for (const specifier of ['twisted-streams', 'twisted-streams/testing']) {
    it(`docs/exports.md: has a line on each thing that ${specifier} exports`, function () {
      this.timeout(30_000);
      const names = exportedNames(specifier);
      expect(names).to.include(specifier === 'twisted-streams' ? 'IConsumer' : 'Clock');
      const page = readPage('docs/exports.md');
      expect(names.filter((name) => !page.includes(`\`${name}\``))).to.deep.equal([]);
    });
  }
});

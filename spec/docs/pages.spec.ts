/** Every page: its links lead somewhere, and its programs print what it says. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

import { anchors, codeBlocks, links, readPage } from '../support/markdown.js';
import { Newcomer } from '../support/newcomer.js';
import { ROOT, run } from '../support/programs.js';
import { ERASABLE, exportedNames, typeCheck } from '../support/type-check.js';

const GUIDES = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'examples/README.md', ...GUIDES];

/** A program of a page, and the output that the page shows below it. */
interface Program {
  readonly heading: string;
  readonly code: string;
  readonly output: string | undefined;
}

/** A block that begins with an import is a program; the `text` block that follows it is its output. */
function programsOf(page: string): Program[] {
  const blocks = codeBlocks(readPage(page));
  return blocks.flatMap(({ language, code, heading }, i) => {
    if (language !== 'js' || !code.startsWith('import ')) return [];
    const next = blocks[i + 1];
    return [{ heading, code, output: next?.language === 'text' ? next.code : undefined }];
  });
}

describe('The pages:', () => {
  for (const page of PAGES) {
    it(`${page} links to pages and headings that exist`, () => {
      const text = readPage(page);
      for (const link of links(text).filter((target) => !/^https?:/.test(target))) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        expect(existsSync(join(ROOT, target)), link).to.equal(true);
        if (anchor !== undefined) expect(anchors(readPage(target))).to.include(anchor);
      }
    });
  }

  it('link to nothing that the package does not bring, if they are in it', async function () {
    this.timeout(60_000); // npm alone takes more than the usual ten seconds on a busy machine.
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const brought = files.map(({ path }) => path);
    const missing = brought
      .filter((path) => path.endsWith('.md'))
      .flatMap((page) => links(readPage(page)).map((link) => [page, link] as const))
      .filter(([page, link]) => {
        const target = join(dirname(page), link.replace(/#.*/, ''));
        return !/^(https?:|#)/.test(link) && !brought.some((path) => path.startsWith(target));
      });
    expect(missing).to.deep.equal([]);
  });

  describe('the programs of', () => {
    let newcomer: Newcomer;
    before(async () => {
      newcomer = await Newcomer.arrive();
    });
    after(() => newcomer.leave());

    for (const page of GUIDES) {
      for (const { heading, code, output } of programsOf(page)) {
        it(`${page}, ${heading}: print what it says`, async () => {
          const { stderr, ...ended } = await newcomer.run(code);
          expect(stderr).to.equal('');
          expect(ended).to.deep.equal({ code: 0, stdout: output });
        });
      }
    }
  });

  it('have programs in TypeScript whose types are right', function () {
    this.timeout(30_000);
    const programs = GUIDES.flatMap((page) =>
      codeBlocks(readPage(page))
        .filter(({ language, code }) => language === 'ts' && code.startsWith('import '))
        .map(({ code }, i) => [`${page.replaceAll('/', '-')}-${i}.mts`, code] as const),
    );
    expect(programs.length).to.be.greaterThan(1);
    expect(typeCheck(new Map(programs), ERASABLE)).to.deep.equal([]);
  });

  for (const [specifier, one] of [
    ['twisted-streams', 'IConsumer'],
    ['twisted-streams/protocols', 'ProtocolState'],
    ['twisted-streams/testing', 'Clock'],
  ] as const) {
    it(`docs/exports.md has a line on each thing that ${specifier} exports`, function () {
      this.timeout(30_000);
      const names = exportedNames(specifier);
      expect(names).to.include(one);
      const page = readPage('docs/exports.md');
      expect(names.filter((name) => !page.includes(`\`${name}\``))).to.deep.equal([]);
    });
  }
});

/** The pictures of the pages are drawn from the descriptions beside them, by hand: CONTRIBUTING.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { codeBlocks, links, readPage } from '../support/markdown.js';
import { ROOT } from '../support/programs.js';

const PICTURES = join(ROOT, 'docs/pictures');
const PAGES = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const NAMES = readdirSync(PICTURES)
  .filter((name) => name.endsWith('.mmd'))
  .map((name) => name.replace('.mmd', ''));

/** A text in which lines may break elsewhere. */
const unbroken = (text: string) => text.replace(/\s+/g, '');

/** The texts that the description of a picture asks for. */
function textsOf(description: string): string[] {
  const drawn = description.replace(/^ *classDef .*$/gm, '');
  const found = drawn.matchAll(/(?: as |: )(.+)$|\["?([^"\]]+)"?\]|-- (\w+) -->/gm);
  return [...found].map(([, said, box, arrow]) => said ?? box ?? arrow ?? '');
}

/** All that the picture says. */
function textIn(picture: string): string {
  const texts = picture.replace(/<style>.*?<\/style>/gs, '').replace(/<[^>]*>/g, '');
  return texts.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

describe('The pictures of the pages', () => {
  for (const name of NAMES) {
    it(`${name}: says what its description says`, () => {
      const read = (kind: string) => readFileSync(join(PICTURES, `${name}.${kind}`), 'utf8');
      const said = unbroken(textIn(read('svg')));
      const texts = textsOf(read('mmd')).map(unbroken);
      expect(texts).not.to.deep.equal([]);
      expect(texts.filter((text) => !said.includes(text))).to.deep.equal([]);
    });
  }

  it('are each shown on a page', () => {
    const shown = PAGES.flatMap((page) => links(readPage(`docs/${page}`)));
    expect(NAMES.filter((name) => !shown.includes(`pictures/${name}.svg`))).to.deep.equal([]);
    expect(NAMES.every((name) => existsSync(join(PICTURES, `${name}.svg`)))).to.equal(true);
  });

  it('are pictures, where a description would be text on the site', () => {
    const described = PAGES.filter((page) =>
      codeBlocks(readPage(`docs/${page}`)).some(({ language }) => language === 'mermaid'),
    );
    expect(described).to.deep.equal([]);
  });
});

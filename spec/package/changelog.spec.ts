import { expect } from 'chai';

import { readPage } from '../support/markdown.js';

interface Script {
  readonly unreleased: (changelog: string) => string;
  readonly withRelease: (changelog: string, version: string, date: string) => string;
}

const PAGE = '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0\n\n- Old.\n';

describe('The changelog, when a version is released', () => {
  let script: Script;
  before(async () => {
    script = (await import(new URL('../../scripts/changelog.mjs', import.meta.url).href)) as Script;
  });

  it('has the unreleased changes under the version and its date', () => {
    expect(script.withRelease(PAGE, '0.2.0', '2026-11-28')).to.equal(
      '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-11-28)\n\n- New.\n\n## 0.1.0\n\n- Old.\n',
    );
  });

  it('can find the unreleased changes, in the last section too', () => {
    expect(script.unreleased(PAGE)).to.equal('- New.');
    expect(script.unreleased('## Unreleased\n\n- Only this.\n')).to.equal('- Only this.');
  });

  it('refuses a version without changes, and a version that is there already', () => {
    const empty = PAGE.replace('- New.\n', '');
    expect(() => script.withRelease(empty, '0.2.0', '2026-11-28')).to.throw('nothing under');
    expect(() => script.withRelease(PAGE, '0.1.0', '2026-11-28')).to.throw('already');
  });

  it('is a page that has a section for the next changes', () => {
    expect(readPage('CHANGELOG.md')).to.include('## Unreleased\n');
  });
});

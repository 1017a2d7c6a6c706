import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

interface Stripper {
  readonly stripComments: (code: string) => string;
}

describe('scripts/strip-comments.mjs', () => {
  let stripComments: Stripper['stripComments'];

  before(async () => {
    const script = new URL('../../scripts/strip-comments.mjs', import.meta.url).href;
    ({ stripComments } = (await import(script)) as Stripper);
  });

  it('moves no line, and leaves text that only looks like a comment', () => {
    const code =
      '// one\nvar a = "/* no */";\n/**\n * two\n */\nclass B {\n  // three\n  c = /\\/\\*x/;\n  // four\n}\nvar d = `//${a}`;\n';
    expect(stripComments(code)).to.equal(
      '\nvar a = "/* no */";\n\n\n\nclass B {\n  \n  c = /\\/\\*x/;\n  \n}\nvar d = `//${a}`;\n',
    );
  });

  it('leaves the comments that bundlers and debuggers read', () => {
    const code = 'var a = /* @__PURE__ */ b();\n//# sourceMappingURL=a.js.map';
    expect(stripComments(code)).to.equal(code);
  });

  it('leaves no character in dist/ that V8 needs two bytes for', () => {
    const files = readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.js'));
    expect(files).to.not.be.empty;
    for (const file of files) {
      expect(readFileSync(join(ROOT, 'dist', file), 'utf8'), file).to.match(/^[\0-\x7f]*$/);
    }
  });
});

import { expect } from 'chai';

interface Merger {
  readonly mergeImports: (code: string) => string;
}

describe('scripts/merge-imports.mjs', () => {
  it('imports each module once, on the line of its first import, and moves no other line', async () => {
    const script = new URL('../../scripts/merge-imports.mjs', import.meta.url).href;
    const { mergeImports } = (await import(script)) as Merger;
    const code =
      'import { a } from "x";\nvar b = a;\nimport {\n  a as a2,\n  c\n} from "x";\nimport "y";\nvar d = a2;\n';
    expect(mergeImports(code)).to.equal(
      'import { a, c } from "x";\nvar b = a;\n\n\n\n\nimport "y";\nvar d = a;\n',
    );
  });
});

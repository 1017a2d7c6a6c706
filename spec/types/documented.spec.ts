import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import ts from 'typescript-5.9';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The declarations that users get. */
const DECLARATIONS = ['index', 'protocols/index', 'testing/index'].map(
  (name) => `${ROOT}dist/${name}.d.ts`,
);

/** Shows of a name what an editor shows: also the sentence of a base. */
class Editor {
  private readonly program = ts.createProgram(DECLARATIONS, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    types: ['node'],
    typeRoots: [`${ROOT}node_modules/@types`],
  });
  private readonly checker = this.program.getTypeChecker();

  /** Every public symbol that can be looked at, by the name of its owner and its own. */
  *symbols(): Generator<[name: string, symbol: ts.Symbol]> {
    const { checker, program } = this;
    for (const file of DECLARATIONS) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile);
      for (const exported of checker.getExportsOfModule(module as ts.Symbol)) {
        const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
        const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
        yield [symbol.name, symbol];
        for (const member of this.membersOf(symbol))
          yield [`${symbol.name}.${member.name}`, member];
      }
    }
  }

  private membersOf(symbol: ts.Symbol): ts.Symbol[] {
    const { Class, Interface } = ts.SymbolFlags;
    if ((symbol.flags & (Class | Interface)) === 0) return [];
    const declared = this.checker.getDeclaredTypeOfSymbol(symbol).getProperties();
    return declared.filter((member) => isOurs(member) && isVisible(member));
  }

  /** Whether it, or the member of a base that it overrides, has a sentence. */
  isDocumented(symbol: ts.Symbol): boolean {
    if (symbol.getDocumentationComment(this.checker).length > 0) return true;
    const owner = symbol.declarations?.[0]?.parent;
    if (owner === undefined || !(ts.isClassDeclaration(owner) || ts.isInterfaceDeclaration(owner)))
      return false;
    return (owner.heritageClauses ?? []).some(({ types }) =>
      types.some((base) => {
        const overridden = this.checker.getTypeAtLocation(base).getProperty(symbol.name);
        return overridden !== undefined && this.isDocumented(overridden);
      }),
    );
  }

  /** Signatures of a function that have no sentence of their own. */
  bareOverloads(symbol: ts.Symbol): ts.Declaration[] {
    return (symbol.declarations ?? []).filter((declaration) => {
      if (!ts.isFunctionDeclaration(declaration)) return false;
      const signature = this.checker.getSignatureFromDeclaration(declaration);
      return signature?.getDocumentationComment(this.checker).length === 0;
    });
  }
}

function isOurs({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) =>
    declaration.getSourceFile().fileName.startsWith(ROOT + 'dist'),
  );
}

function isVisible({ declarations: [declaration] = [] }: ts.Symbol): boolean {
  if (declaration === undefined) return false;
  const name = ts.getNameOfDeclaration(declaration);
  if (name !== undefined && ts.isPrivateIdentifier(name)) return false;
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) === 0;
}

describe('An editor', () => {
  it('has a sentence for every public name, and for every signature of a function', () => {
    const editor = new Editor();
    const bare: string[] = [];
    let count = 0;
    for (const [name, symbol] of editor.symbols()) {
      count += 1;
      if (!editor.isDocumented(symbol)) bare.push(name);
      bare.push(...editor.bareOverloads(symbol).map(() => `a signature of ${name}`));
    }
    expect(count).to.be.above(1000);
    expect(bare).to.deep.equal([]);
  }).timeout(60_000);
});

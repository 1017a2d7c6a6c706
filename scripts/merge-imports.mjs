import ts from 'typescript';

/**
 * Imports each module once. esbuild leaves an import for each source file, and a program that is bundled
 * with ours keeps all those of Node's modules, which might do something when they load. Each line stays
 * where it is, so that the source map stays true.
 */
export function mergeImports(code) {
  const { statements } = ts.createSourceFile('bundle.js', code, ts.ScriptTarget.ES2022, true);
  const modules = new Map();
  for (const statement of statements.filter(ts.isImportDeclaration)) {
    const { importClause, moduleSpecifier } = statement;
    if (importClause?.namedBindings?.elements === undefined) continue;
    modules.set(moduleSpecifier.text, [...(modules.get(moduleSpecifier.text) ?? []), statement]);
  }
  const edits = [...modules].flatMap(([module, all]) => {
    const names = all.flatMap(({ importClause }) =>
      importClause.namedBindings.elements.map((element) => element.getText()),
    );
    const lines = (statement) => '\n'.repeat(statement.getText().split('\n').length - 1);
    return all.map((statement, index) => ({
      start: statement.getStart(),
      end: statement.getEnd(),
      text:
        (index === 0 ? `import { ${names.join(', ')} } from ${JSON.stringify(module)};` : '') +
        lines(statement),
    }));
  });
  let result = '';
  let done = 0;
  for (const { start, end, text } of edits.sort((one, other) => one.start - other.start)) {
    result += code.slice(done, start) + text;
    done = end;
  }
  return result + code.slice(done);
}

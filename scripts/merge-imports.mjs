import ts from 'typescript';

import { parse, withEdits } from './bundle-text.mjs';

/**
 * The names to import, without those of `elements` that another one has imported: what that one calls
 * them goes into `again`, by what they are called themselves, which is nothing else in all of the bundle.
 */
function namesOnce(elements, again) {
  const first = new Map();
  for (const { name, propertyName = name } of elements) {
    const known = first.get(propertyName.text);
    if (known === undefined) first.set(propertyName.text, name.text);
    else again.set(name.text, known);
  }
  return [...first].map(([name, local]) => (name === local ? name : `${name} as ${local}`));
}

/**
 * Imports each module once, and each of its names once. esbuild leaves an import for each source file,
 * and a program that is bundled with ours keeps all those of Node's modules, which might do something
 * when they load. Each line stays where it is, so that the source map stays true.
 */
export function mergeImports(code) {
  const { statements } = parse(code);
  const modules = new Map();
  for (const statement of statements.filter(ts.isImportDeclaration)) {
    const { importClause, moduleSpecifier } = statement;
    if (importClause?.namedBindings?.elements === undefined) continue;
    modules.set(moduleSpecifier.text, [...(modules.get(moduleSpecifier.text) ?? []), statement]);
  }
  const again = new Map();
  const edits = [...modules].flatMap(([module, all]) => {
    const names = namesOnce(
      all.flatMap(({ importClause }) => importClause.namedBindings.elements),
      again,
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
  const rename = (node) => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node) && again.has(node.text) && node.parent.name !== node) {
      edits.push({ start: node.getStart(), end: node.getEnd(), text: again.get(node.text) });
    }
    ts.forEachChild(node, rename);
  };
  statements.forEach(rename);
  return withEdits(code, edits);
}

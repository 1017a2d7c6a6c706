// For bundlers: `sideEffects: false` lets them leave out whole files, but dist/ has few, and of a
// statement whose initializer calls or reads something no bundler knows whether it may go. We do: that
// nothing in lib/ happens for its own sake is what `sideEffects: false` says. So each such initializer
// becomes a call that is marked as pure.
import { build } from 'esbuild';
import ts from 'typescript';

import { parse, withEdits } from './bundle-text.mjs';

/** The name of what a statement of a bundle declares: esbuild makes a `var` of all but functions. */
const declarationOf = (statement) =>
  ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : undefined;

function namesOf(statement) {
  if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    const named = namedBindings?.elements ?? (namedBindings && [namedBindings]) ?? [];
    return [name, ...named.map((element) => element.name)].filter(Boolean).map(({ text }) => text);
  }
  if (ts.isFunctionDeclaration(statement)) return [statement.name.text];
  return [declarationOf(statement)?.name.text].filter(Boolean);
}

/** Those of `statements` that stay although nobody asks for what they declare. */
async function impureOf(statements, names) {
  const asked = statements.filter(
    (one) => ts.isVariableStatement(one) || ts.isExpressionStatement(one),
  );
  const declareOthers = (statement) =>
    names.map((name) => (namesOf(statement).includes(name) ? '' : `var ${name};`)).join('');
  const plugin = {
    name: 'each statement a module',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\d+$/ }, ({ path }) => ({ path, namespace: 'statement' }));
      onLoad({ filter: /.*/, namespace: 'statement' }, ({ path }) => ({
        contents: `${declareOthers(asked[path])}\n${asked[path].getFullText()}`,
      }));
    },
  };
  const { metafile } = await build({
    stdin: { contents: asked.map((_, index) => `import '${index}';`).join('\n') },
    plugins: [plugin],
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
    metafile: true,
  });
  const { inputs } = Object.values(metafile.outputs)[0];
  return asked.filter((_, index) => inputs[`statement:${index}`]?.bytesInOutput > 0);
}

/** `class { … }` gets its name from the variable, which it would not through a call. */
function named(initializer, name) {
  const text = initializer.getText();
  return ts.isClassExpression(initializer) && initializer.name === undefined
    ? text.replace(/^class/, `class ${name}`)
    : text;
}

/**
 * Marks the initializers of `code`, a module that esbuild has bundled, on the lines where they are, so
 * that its source map stays true.
 *
 * @throws if something is left that isn't the initializer of a variable.
 */
export async function markPure(code) {
  const { statements } = parse(code);
  const names = statements.flatMap(namesOf);
  const edits = (await impureOf(statements, names)).map((statement) => {
    const declaration = declarationOf(statement);
    if (declaration?.initializer === undefined) {
      throw new Error(
        `This happens when the library is loaded, whatever is used of it, so that bundlers must keep it:\n\n${statement.getText()}\n\nLet the initializer of what it prepares call a function that does it.`,
      );
    }
    const { initializer, name } = declaration;
    return {
      start: initializer.getStart(),
      end: initializer.getEnd(),
      text: `/* @__PURE__ */ (() => ${named(initializer, name.text)})()`,
    };
  });
  return withEdits(code, edits);
}

// Prints the specs that can run against dist/: those of the library's rooms that take from lib/ only what
// the package exports, themselves and in the files of spec/ that they import.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import ts from 'typescript';

import { entryPoints, root } from '../../../scripts/entry-points.mjs';

const rooms = ['base', 'endpoints', 'protocols', 'streams', 'support', 'testing', 'twisted'];

const isInLib = (path) => !relative(join(root, 'lib'), path).startsWith('..');

/** The names that an import takes; of all of a file, which dist/ has no equal of, `*`. */
function namesOf(bindings) {
  if (!ts.isNamedImports(bindings)) return ['*'];
  return bindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) => (propertyName ?? name).text);
}

/** The files that `path` imports when it runs, each with the names that it takes from there. */
function importsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  const imports = [];
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue;
    const { text } = statement.moduleSpecifier;
    if (!text.startsWith('.')) continue;
    const bindings = statement.importClause?.namedBindings;
    const names = bindings === undefined ? [] : namesOf(bindings);
    imports.push({ path: join(dirname(path), text.replace(/\.js$/, '.ts')), names });
  }
  return imports;
}

const modules = await Promise.all(
  entryPoints.map(({ code }) => import(pathToFileURL(join(root, code)).href)),
);
const exported = new Set(modules.flatMap((module) => Object.keys(module)));

const files = rooms.flatMap((room) =>
  readdirSync(join(root, 'spec', room), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, 'spec', room, name)),
);
const known = new Map(files.map((path) => [path, importsOf(path)]));

/** Whether `path` can do without lib/. A file that imports itself, by way of others, is seen once. */
function isPublic(path, above = new Set()) {
  if (above.has(path)) return true;
  above.add(path);
  return (known.get(path) ?? []).every((one) =>
    isInLib(one.path) ? one.names.every((name) => exported.has(name)) : isPublic(one.path, above),
  );
}

for (const path of files) {
  if (path.endsWith('.spec.ts') && isPublic(path)) console.log(relative(root, path));
}

/** TypeScript's opinion of programs that are nowhere on the disk, and of what the package exports. */
import { join } from 'node:path';

import ts from 'typescript';

import { ROOT } from './programs.js';

/** All checks for a program on a page, but that JavaScript can't name types. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  noImplicitAny: false,
  allowJs: true,
  checkJs: true,
  noEmit: true,
  skipLibCheck: true,
};

/** Also refuses what Node can't run without a compiler. */
export const ERASABLE: ts.CompilerOptions = {
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
};

/** `sources`, by file name, as if they stood in the package's folder. */
function programOf(
  sources: ReadonlyMap<string, string>,
  more: ts.CompilerOptions = {},
): ts.Program {
  const files = new Map([...sources].map(([name, code]) => [join(ROOT, name), code]));
  const disk = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    readFile: (path) => files.get(path) ?? disk.readFile(path),
    getSourceFile(path, language, ...rest) {
      const code = files.get(path);
      if (code === undefined) return disk.getSourceFile(path, language, ...rest);
      return ts.createSourceFile(path, code, language);
    },
  };
  return ts.createProgram([...files.keys()], { ...OPTIONS, ...more }, host);
}

/**
 * Type-checks programs.
 *
 * @param sources - Programs by file name; the names say which language they are in.
 * @param more - Further options of the compiler.
 * @returns what is wrong with them, a line each.
 */
export function typeCheck(
  sources: ReadonlyMap<string, string>,
  more?: ts.CompilerOptions,
): string[] {
  return ts
    .getPreEmitDiagnostics(programOf(sources, more))
    .map(({ file, start = 0, messageText }) => {
      const { line } = file?.getLineAndCharacterOfPosition(start) ?? { line: 0 };
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${file?.fileName ?? ''}:${line + 1} ${message}`;
    });
}

/** The names that `specifier` exports, also the names of types. */
export function exportedNames(specifier: string): string[] {
  const name = 'exports.mts';
  const program = programOf(new Map([[name, `import * as all from '${specifier}'; void all;`]]));
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(ROOT, name));
  const [statement] = file?.statements ?? [];
  if (statement === undefined || !ts.isImportDeclaration(statement)) return [];
  const module = checker.getSymbolAtLocation(statement.moduleSpecifier);
  return module === undefined ? [] : checker.getExportsOfModule(module).map(({ name }) => name);
}

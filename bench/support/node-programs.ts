/**
 * Compiles each program for Node when it is first needed. A process that compiled its own program would be another
 * than those of users: with the loader of tsx in it, V8 compiles Node's streams to slower code.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildSync } from 'esbuild';

const bench = fileURLToPath(new URL('../', import.meta.url));

const compiled = new Map<string, string>();
let folder: string | undefined;

/**
 * The path of `bench/programs/NAME.ts`, compiled.
 *
 * @throws Error: there is no such program, or it is not TypeScript.
 */
export function nodeProgram(name: string): string {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  folder ??= mkdtempSync(join(bench, 'compiled-')); // Here, so that the names of packages resolve.
  const program = join(folder, `${name}.js`);
  buildSync({
    absWorkingDir: bench,
    entryPoints: [`programs/${name}.ts`],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    external: ['../dist/*'], // Measured as it is, file by file.
    logLevel: 'silent', // The error says it.
  });
  compiled.set(name, program);
  return program;
}

/** Removes the compiled programs. */
export function removeNodePrograms(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
  compiled.clear();
}

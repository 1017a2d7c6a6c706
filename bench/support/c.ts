/** The programs in C, compiled when one is first needed, into a temporary folder. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = process.env.CC ?? 'cc';

/** Why programs in C are absent, or `undefined` if they aren't. */
export const absenceOfC =
  spawnSync(COMPILER, ['--version']).status === 0 ? undefined : 'there is no C compiler (cc)';

const compiled = new Map<string, string>();
let folder: string | undefined;

/**
 * The path of `bench/c/NAME.c`, compiled.
 *
 * @throws Error: the compiler doesn't take it.
 */
export function cProgram(name: string): string {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  folder ??= mkdtempSync(join(tmpdir(), 'twisted-streams-bench-'));
  const program = join(folder, name);
  const source = fileURLToPath(new URL(`../c/${name}.c`, import.meta.url));
  const { status, stderr } = spawnSync(COMPILER, ['-O2', '-o', program, source]);
  if (status !== 0) throw new Error(`${COMPILER} ${source}: ${stderr.toString()}`);
  compiled.set(name, program);
  return program;
}

/** Removes what was compiled. */
export function removeTools(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
  compiled.clear();
}

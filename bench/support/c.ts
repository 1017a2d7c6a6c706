/** Compiles each program in C when it is first needed, into a temporary folder. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = process.env.CC ?? 'cc';

let status: number | null | undefined;

/** Says why programs in C cannot run; `undefined` if they can. */
export function absenceOfC(): string | undefined {
  status ??= spawnSync(COMPILER, ['--version']).status;
  return status === 0 ? undefined : 'there is no C compiler (cc)';
}

const compiled = new Map<string, string>();
let folder: string | undefined;

/**
 * The path of `bench/c/NAME.c`, compiled.
 *
 * @throws Error: the compiler fails.
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

/** Removes the compiled programs. */
export function removeCPrograms(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
  compiled.clear();
}

/** Starts each kind of program. */
import { fileURLToPath } from 'node:url';

import { PYTHON } from './twisted.js';
import { Child } from './child.js';
import { cProgram } from './c.js';
import { nodeProgram } from './node-programs.js';

const root = new URL('../', import.meta.url);

let node = process.execPath;
let nodeFlags: readonly string[] = [];

/** Measures under the Node at `path`, instead of the Node that runs the bench. */
export function useNode(path: string): void {
  node = path;
}

/** The Node that programs are measured under. */
export function measuredNode(): string {
  return node;
}

/** Starts Node with `flags` for every measured program, to profile it for example. */
export function useNodeFlags(flags: readonly string[]): void {
  nodeFlags = flags;
}

/** Starts `bench/programs/NAME.ts`, compiled, with `options` for it to `readOptions`. */
export function startNode(name: string, options: object, flags: readonly string[] = []): Child {
  const args = [...nodeFlags, ...flags, nodeProgram(name), JSON.stringify(options)];
  return new Child(node, args);
}

/** Starts `bench/twisted/NAME.py` with `options`. */
export function startTwisted(name: string, options: object): Child {
  const program = fileURLToPath(new URL(`twisted/${name}.py`, root));
  return new Child(PYTHON, ['-B', program, JSON.stringify(options)]);
}

/** Starts `bench/c/NAME.c`, compiled, with `args`. */
export function startC(name: string, ...args: (string | number)[]): Child {
  return new Child(cProgram(name), args.map(String));
}

/** Finds the workloads: each file in `bench/workloads/` has one as its default export. */
import { readdir } from 'node:fs/promises';

import type { NamedWorkload, Workload } from './workload.js';

const folder = new URL('../workloads/', import.meta.url);

/** The names of all workloads. */
export async function workloadNames(): Promise<string[]> {
  const files = await readdir(folder);
  const numeric = new Intl.Collator('en', { numeric: true });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort(numeric.compare);
}

/**
 * The workloads that `wanted` names: in full, or else by what their names begin with (`push` is
 * `push-64b`, `push-1k` and so on). All of them if none is named.
 *
 * @throws Error: a name fits nothing.
 */
export async function findWorkloads(wanted: readonly string[]): Promise<NamedWorkload[]> {
  const names = await workloadNames();
  const chosen = new Set<string>(wanted.length === 0 ? names : []);
  for (const name of wanted) {
    const found = names.includes(name)
      ? [name]
      : names.filter((each) => each.startsWith(`${name}-`));
    if (found.length === 0) {
      throw new Error(`There is no workload '${name}'. There are: ${names.join(', ')}`);
    }
    for (const each of found) chosen.add(each);
  }
  return Promise.all([...chosen].map(load));
}

async function load(name: string): Promise<NamedWorkload> {
  const module = (await import(new URL(`${name}.ts`, folder).href)) as { default: Workload };
  return { name, ...module.default };
}

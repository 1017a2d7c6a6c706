/** Collects the rows of tables of workloads, and finds workloads by their names. */
import type { NamedWorkload, Table } from './workload.js';

const numeric = new Intl.Collator('en', { numeric: true });

/**
 * The rows of all `tables`, in the order of their names.
 *
 * @throws Error: two rows have the same name.
 */
export function collect(tables: readonly Table[]): NamedWorkload[] {
  const workloads = new Map<string, NamedWorkload>();
  for (const [name, workload] of tables.flatMap((table) => Object.entries(table))) {
    if (workloads.has(name)) throw new Error(`Two workloads have the name '${name}'`);
    workloads.set(name, { name, ...workload });
  }
  return [...workloads.values()].sort((a, b) => numeric.compare(a.name, b.name));
}

/**
 * The workloads of `all` that the user `wanted`. A word is a whole name, or else the words that names
 * begin with: `push` chooses `push-64b`, `push-1k` and so on. Without any word, all are chosen.
 *
 * @throws Error: no name begins with one of the words.
 */
export function choose(
  all: readonly NamedWorkload[],
  wanted: readonly string[],
): readonly NamedWorkload[] {
  if (wanted.length === 0) return all;
  const chosen = new Set<NamedWorkload>();
  for (const word of wanted) {
    const exact = all.filter(({ name }) => name === word);
    const found = exact.length > 0 ? exact : all.filter(({ name }) => name.startsWith(`${word}-`));
    if (found.length === 0) {
      const names = all.map(({ name }) => name).join(', ');
      throw new Error(`There is no workload '${word}'. There are: ${names}`);
    }
    for (const workload of found) chosen.add(workload);
  }
  return [...chosen];
}

/** How long it takes to import something. */
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';

import type { Measurement, Metric } from '../harness/workload.js';
import { summarize } from '../harness/statistics.js';

export const importTime: Metric = { name: 'beyond an empty process', unit: 'ms' };

/** Pairs of processes, one that imports and one that doesn't, in each run. */
const PAIRS = 9;

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Milliseconds that `command` takes from start to end. */
function time(command: string, args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: root });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.toString()}`);
  return performance.now() - start;
}

/** Times `command` with `args` and then `code` beside the same with no code. */
export function measureImport(
  command: string,
  args: readonly string[],
  code: string,
): Promise<Measurement> {
  const differences: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const empty = time(command, [...args, '']);
    differences.push(time(command, [...args, code]) - empty);
  }
  return Promise.resolve({ [importTime.name]: summarize(differences).median });
}

/** The time that it takes to import the library. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { summarize } from '../harness/statistics.js';
import type { Measurement, Metric, Table } from '../harness/workload.js';
import { measuredNode } from '../support/commands.js';
import { withLibrary } from '../support/library-bundle.js';
import { ours, streamx, twisted } from '../support/contestants.js';
import { PYTHON } from '../support/twisted.js';

const beyondEmpty: Metric = { name: 'beyond an empty process', unit: 'ms' };

/** Pairs of processes, one that imports and one that does not, in each run. */
const PAIRS = 9;

const root = fileURLToPath(new URL('../../', import.meta.url));

type Environment = NodeJS.ProcessEnv;

/** Milliseconds that `command` takes from start to end. */
function time(command: string, args: readonly string[], env: Environment): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: root, env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.toString()}`);
  return performance.now() - start;
}

/** Times `command` with `args` and then `code` beside the same with no code. */
function measure(
  command: string,
  args: readonly string[],
  code: string,
  env: Environment = process.env,
): Promise<Measurement> {
  const differences: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const empty = time(command, [...args, ''], env);
    differences.push(time(command, [...args, code], env) - empty);
  }
  return Promise.resolve({ [beyondEmpty.name]: summarize(differences).median });
}

const measureNode = (module: string, env?: Environment) =>
  measure(measuredNode(), ['--input-type=module', '-e'], `import '${module}';`, env);

const node = (module: string) => () => measureNode(module);

/** Says why the measured Node does not cache what it has compiled; `undefined` if it does. */
function absenceOfCompileCache(): string | undefined {
  const code = 'process.exit(typeof module.enableCompileCache === "function" ? 0 : 1)';
  const { status } = spawnSync(measuredNode(), ['-e', `const module = require("module"); ${code}`]);
  return status === 0 ? undefined : 'this Node has no compile cache (22.8 has)';
}

/** As a program imports `module` from its second start on, if it calls `module.enableCompileCache`. */
async function measureCached(module: string): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const env = { ...process.env, NODE_COMPILE_CACHE: folder };
    await measureNode(module, env); // Fills the cache.
    return await measureNode(module, env);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const importTime: Table = {
  'import-time': {
    title: "import 'twisted-streams'",
    metrics: [beyondEmpty],
    contestants: [
      ours(node('twisted-streams')),
      // The least that this code can take: V8 has nothing to read that it need not read.
      { name: 'the same, minified', measure: () => withLibrary({ minify: true }, measureNode) },
      {
        name: "the same, with Node's compile cache",
        absence: absenceOfCompileCache,
        measure: () => measureCached('twisted-streams'),
      },
      { name: 'node:net', measure: node('node:net') },
      { name: 'readable-stream', measure: node('readable-stream') },
      streamx(node('streamx')),
      twisted(() => measure(PYTHON, ['-c'], 'from twisted.internet import reactor')),
    ],
    goals: [{ metric: beyondEmpty.name, atMost: 12 }],
  },
};

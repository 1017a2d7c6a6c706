/** `npm run bench`: measures the workloads that the user chose, and prints the results. */
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

import { format } from './harness/report.js';
import { measure } from './harness/rounds.js';
import { judge, type Verdict } from './harness/verdict.js';
import { type Options, parseOptions } from './options.js';
import { BUILT } from './support/built.js';
import { removeCPrograms } from './support/c.js';
import { useNode, useNodeFlags } from './support/commands.js';
import { removeNodePrograms } from './support/node-programs.js';
import { removeFiles } from './support/patterned-file.js';
import { WORKLOADS } from './workloads/index.js';

function progress(name: string, contestant: string, round: number, rounds: number): void {
  const line = `${name}: round ${round} of ${rounds}: ${contestant}`;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

function hasMissed({ metrics }: Verdict): boolean {
  return metrics.some(({ goals }) => goals.some(({ met }) => !met));
}

async function run(options: Options): Promise<void> {
  useNode(options.node);
  useNodeFlags(options.nodeFlags);
  const verdicts: Verdict[] = [];
  const machine = `Node ${options.nodeVersion}, ${availableParallelism()} x ${cpus()[0]?.model ?? '?'}`;
  if (!options.json) console.log(`${machine}\n`);
  for (const workload of options.workloads) {
    const verdict = judge(await measure(workload, options, options.rounds, progress));
    endProgress();
    verdicts.push(verdict);
    if (!options.json) console.log(`${format(verdict)}\n`);
  }
  if (options.json) console.log(JSON.stringify({ machine, verdicts }, null, 2));
  if (options.check && verdicts.some(hasMissed)) process.exitCode = 1;
}

const options = parseOptions(process.argv.slice(2), WORKLOADS);
process.once('SIGINT', () => process.exit(130)); // Without this, 'exit' is not emitted.
process.on('exit', () => {
  removeCPrograms();
  removeNodePrograms();
  removeFiles();
});
try {
  if (options.list) {
    console.log(options.workloads.map(({ name }) => name).join('\n'));
  } else if (!existsSync(BUILT)) {
    console.error('The library is not built. Run this first: npm run build');
    process.exitCode = 2;
  } else {
    await run(options);
  }
} catch (error) {
  endProgress();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

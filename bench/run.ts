/** `npm run bench`: measures what was asked for and prints it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { Command, InvalidArgumentError, Option, type CommanderError } from 'commander';

import { findWorkloads, workloadNames } from './harness/catalogue.js';
import { format } from './harness/report.js';
import { measure } from './harness/rounds.js';
import { judge, type Verdict } from './harness/verdict.js';
import { removeTools } from './support/c.js';
import { useNode, useNodeFlags } from './support/commands.js';
import { forgetFiles } from './support/patterned-file.js';

interface Options {
  readonly json: boolean;
  readonly list: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly full: boolean;
  readonly check: boolean;
  readonly node: string;
  readonly nodeFlags: string;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be more than 0.');
  return value;
}

function wholePositive(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

/** The version of the Node at `path`. */
function versionOf(path: string): string {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new InvalidArgumentError('There is no Node that runs.');
  return stdout.trim();
}

function pathOfNode(path: string): string {
  versionOf(path);
  return path;
}

/** Exits with 2 if the options are wrong: 1 says that a measurement is. */
function exit({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

function progress(name: string, contestant: string, round: number, rounds: number): void {
  const line = `${name}: round ${round} of ${rounds}: ${contestant}`;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

async function run(names: string[], options: Options): Promise<void> {
  if (options.list) {
    console.log((await workloadNames()).join('\n'));
    return;
  }
  if (!existsSync(fileURLToPath(new URL('../dist/index.js', import.meta.url)))) {
    throw new Error("The library isn't built: run `npm run build` first.");
  }
  useNode(options.node);
  useNodeFlags(options.nodeFlags.split(/\s+/).filter(Boolean));
  const workloads = await findWorkloads(names);
  const verdicts: Verdict[] = [];
  const machine = `Node ${versionOf(options.node)}, ${availableParallelism()} x ${cpus()[0]?.model ?? '?'}`;
  if (!options.json) console.log(`${machine}\n`);
  for (const workload of workloads) {
    const verdict = judge(await measure(workload, options, options.rounds, progress));
    endProgress();
    verdicts.push(verdict);
    if (!options.json) console.log(`${format(verdict)}\n`);
  }
  if (options.json) console.log(JSON.stringify({ machine, verdicts }, null, 2));
  const missed = verdicts.some(({ metrics }) =>
    metrics.some(({ goals }) => goals.some(({ met }) => !met)),
  );
  if (options.check && missed) process.exitCode = 1;
}

const command = new Command('npm run bench --')
  .description('Measures the built library beside its peers. See bench/README.md.')
  .argument('[names...]', 'workloads to run, or what their names begin with; all if left out')
  .option('--json', 'print JSON instead of tables', false)
  .option('--list', 'print the names of all workloads', false)
  .addOption(
    new Option('--rounds <count>', 'how often each contestant runs')
      .default(5)
      .argParser(wholePositive),
  )
  .addOption(
    new Option('--seconds <seconds>', 'what counts of each run').default(0.5).argParser(positive),
  )
  .addOption(
    new Option('--warm-up <seconds>', 'what does not count, before it')
      .default(0.3)
      .argParser(positive),
  )
  .option('--full', 'long runs as stated, not scaled down (takes many minutes)', false)
  .option('--check', 'exit with 1 if a goal was missed', false)
  .addOption(
    new Option('--node <path>', 'the Node to measure under')
      .default(process.execPath, 'the one that runs this')
      .argParser(pathOfNode),
  )
  .option('--node-flags <flags>', 'for the measured programs, as to profile them', '')
  .exitOverride(exit)
  .showHelpAfterError('(npm run bench -- --help explains the options; mind the -- in the middle)')
  .action(run);

process.once('SIGINT', () => process.exit(130)); // Else nobody would clean up.
process.on('exit', () => {
  removeTools();
  forgetFiles();
});
try {
  await command.parseAsync();
} catch (error) {
  endProgress();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

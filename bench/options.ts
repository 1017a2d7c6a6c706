/** The command line of `npm run bench`. */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { positive, readCommandLine, wholePositive } from './command-line.js';
import { choose } from './harness/catalogue.js';
import type { NamedWorkload, Settings } from './harness/workload.js';

const HELP = `Usage: npm run bench -- [options] [names...]

Measures the built library beside its peers. See bench/README.md.

Arguments:
  names                  workloads to run, or the words that their names begin with (default: all)

Options:
      --json                print JSON instead of tables
      --list                print the names of the workloads, and measure nothing
      --rounds <count>      how often each contestant runs (default: 5)
      --seconds <seconds>   how long each run is measured (default: 0.5)
      --warm-up <seconds>   how long each run goes on before that (default: 0.3)
      --full                long runs as stated, not scaled down (takes many minutes)
      --check               exit with 1 if a goal was missed
      --node <path>         the Node to measure under (default: the one that runs the bench)
      --node-flags <flags>  flags of Node for the measured programs, to profile them for example
  -h, --help                this text

Exits with 1 if a measurement fails, with 2 if an option is wrong.`;

export interface Options extends Settings {
  /** The workloads to measure. */
  readonly workloads: readonly NamedWorkload[];
  /** Whether to print their names, and measure nothing. */
  readonly list: boolean;
  /** Whether to print JSON instead of tables. */
  readonly json: boolean;
  /** How often each contestant runs. */
  readonly rounds: number;
  /** Whether a missed goal is a failure. */
  readonly check: boolean;
  /** The path of the Node to measure under, and its version. */
  readonly node: string;
  readonly nodeVersion: string;
  /** Flags for that Node. */
  readonly nodeFlags: readonly string[];
}

const NODE_FLAGS = '--node-flags';

/**
 * `args`, with the word after `--node-flags` made part of it. That word begins with a dash, and
 * `parseArgs` takes such a word for an option unless it is joined with `=`.
 *
 * @see https://nodejs.org/api/util.html#utilparseargsconfig
 */
function joinNodeFlags(args: readonly string[]): string[] {
  const at = args.indexOf(NODE_FLAGS);
  const flags = args[at + 1];
  if (at === -1 || flags === undefined) return [...args];
  return [...args.slice(0, at), `${NODE_FLAGS}=${flags}`, ...args.slice(at + 2)];
}

/** The version of the Node at `path`. @throws Error: no Node runs there. */
function versionOf(path: string): string {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`--node '${path}' is not a Node that runs`);
  return stdout.trim();
}

function parse(args: readonly string[], all: readonly NamedWorkload[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: joinNodeFlags(args),
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '0.5' },
      'warm-up': { type: 'string', default: '0.3' },
      full: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      node: { type: 'string', default: process.execPath },
      'node-flags': { type: 'string', default: '' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const { json, list, full, check, node } = values;
  return {
    ...{ json, list, full, check, node },
    rounds: wholePositive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    warmUp: positive('warm-up', values['warm-up']),
    workloads: choose(all, positionals),
    nodeVersion: versionOf(node),
    nodeFlags: values['node-flags'].split(/\s+/).filter(Boolean),
  };
}

/** Reads the command line; answers `--help` and complains by itself. */
export function parseOptions(args: readonly string[], all: readonly NamedWorkload[]): Options {
  return readCommandLine('npm run bench', HELP, () => parse(args, all));
}

/**
 * `npm run soak`: runs many jobs of each kind at random, and watches what they leave behind: heap, open
 * descriptors, handles of the event loop. Fails if a job fails, or if one of these grows.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { positive, readCommandLine } from './command-line.js';
import type { Job } from './soak/job.js';
import { SOCKET_JOBS } from './soak/socket-jobs.js';
import { STREAM_JOBS } from './soak/stream-jobs.js';

const JOBS = [...SOCKET_JOBS, ...STREAM_JOBS];
/** Jobs that run at the same time. */
const AT_A_TIME = 20;
/** How much more heap there may be at the end than after the first round, in MB. */
const MOST_GROWTH = 8;

const HELP = `Usage: npm run soak -- [--seconds <seconds>]

Runs ${JOBS.length} kinds of jobs at random, ${AT_A_TIME} at a time, and watches heap, descriptors and handles.

Options:
      --seconds <seconds>  how long (default: 60)
  -h, --help               this text

Exits with 1 if a job fails or if something has grown, with 2 if an option is wrong.`;

function parse(args: string[]): number | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values.help === true ? 'help' : positive('seconds', values.seconds);
}

/** The memory and handles of the process at a moment when no job runs. */
interface Left {
  /** MB of heap, after a collection. */
  readonly heap: number;
  /** Open descriptors; -1 where the system has no /proc. */
  readonly descriptors: number;
  /** Active resources, which keep the event loop alive. */
  readonly handles: number;
}

async function look(): Promise<Left> {
  for (let i = 0; i < 5; i++) {
    gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    heap: process.memoryUsage().heapUsed / 1e6,
    descriptors: countDescriptors(),
    handles: process.getActiveResourcesInfo().length,
  };
}

function countDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return -1;
  }
}

const counts = new Map<string, number>(JOBS.map(({ name }) => [name, 0]));
const failures: string[] = [];

async function runOne(job: Job): Promise<void> {
  try {
    await job.run();
    counts.set(job.name, (counts.get(job.name) ?? 0) + 1);
  } catch (error) {
    failures.push(
      `${job.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

/** Has `AT_A_TIME` chains of jobs run until `isOver`. */
async function runUntil(isOver: () => boolean): Promise<void> {
  const chain = async () => {
    while (!isOver() && failures.length === 0) {
      await runOne(JOBS[Math.floor(Math.random() * JOBS.length)] as Job);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, chain));
}

async function soak(seconds: number): Promise<void> {
  if (gc === undefined) throw new Error('Run this as `npm run soak`: it needs --expose-gc');
  for (const job of JOBS) await runOne(job);
  const warm = performance.now() + Math.min(5, seconds / 2) * 1000;
  await runUntil(() => performance.now() > warm);
  const before = await look();
  const end = performance.now() + seconds * 1000;
  await runUntil(() => performance.now() > end);
  const after = await look();

  for (const [name, count] of counts) console.log(`${String(count).padStart(8)}  ${name}`);
  const line = ({ heap, descriptors, handles }: Left) =>
    `${heap.toFixed(1)} MB of heap, ${descriptors} descriptors, ${handles} handles`;
  console.log(`\nafter the first jobs: ${line(before)}\nat the end:           ${line(after)}`);
  if (after.heap > before.heap + MOST_GROWTH) failures.push('The heap has grown');
  if (after.descriptors > before.descriptors) failures.push('Descriptors were left open');
  if (after.handles > before.handles) failures.push('Handles were left behind');
  if (failures.length === 0) console.log('\nNothing failed, nothing was left behind.');
}

const seconds = readCommandLine('npm run soak', HELP, () => parse(process.argv.slice(2)));
try {
  await soak(seconds);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
for (const failure of failures) console.error(`FAILED: ${failure}`);
if (failures.length > 0) process.exitCode = 1;

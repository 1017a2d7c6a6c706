/**
 * The main job, `npm start`: a file through `FileSender` (pull), then random integers (push), over
 * TCP to a slower reader in another process; the close is asked for while the producer is still
 * registered. `npm start -- --help` explains the options.
 */
import { access, constants, stat } from 'node:fs/promises';

import { Presets, SingleBar } from 'cli-progress';

import { parseOptions, type Options } from './flow/options.js';
import { format, judge } from './flow/report.js';
import { run, type Plan } from './flow/run.js';
import { makeSample } from './flow/sample.js';

async function planFor(options: Options): Promise<Plan> {
  const { file, integers: count, speed, highWaterMark } = options;
  const path = file ?? (await makeSample(options.size));
  await access(path, constants.R_OK);
  const found = await stat(path);
  if (!found.isFile()) throw new Error('it is not a file');
  const isRecorded = options.plot !== undefined;
  return { path, size: found.size, count, speed, highWaterMark, isRecorded };
}

// Draws on a terminal only.
const bar = new SingleBar(
  {
    format: '{bar} {percentage}% | {received} MB received | {buffered} bytes buffered | {eta} s',
    hideCursor: null,
  },
  Presets.shades_classic,
);

async function flow(plan: Plan, options: Options): Promise<boolean> {
  const outcome = await run(plan, ({ received, buffered, expected }) => {
    if (!options.progress) return;
    const payload = { received: (received / 1e6).toFixed(1), buffered };
    if (bar.isActive) bar.update(received, payload);
    else bar.start(expected, received, payload);
  });
  bar.setTotal(outcome.received.received); // Now known exactly.
  bar.stop();
  const findings = judge(plan, outcome);
  console.log(format(findings));
  if (outcome.flow !== undefined && options.plot !== undefined) {
    const { plot } = await import('./flow/plot.js'); // Not before it is needed: it is large.
    await plot(outcome.flow, options.plot);
    console.log(`The picture of it: ${options.plot}`);
  }
  return findings.every(({ right }) => right);
}

function fail(status: number, what: string): (error: Error) => never {
  return ({ message }) => {
    console.error(`${what}: ${message}`);
    process.exit(status);
  };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    bar.stop(); // Gives the terminal back as it was: the bar had turned line wrapping off.
    process.exit(130);
  });
}
process.stdout.once('error', () => process.exit(1)); // As when it is piped into `head`.
const options = parseOptions(process.argv.slice(2));
const source = options.file ?? "the beginning of Node's executable";
const plan = await planFor(options).catch(fail(2, `Cannot send ${source}`));
console.log(
  `Sending ${source} (${plan.size} bytes), then ${plan.count} random integers,\n` +
    `to a process that reads ${plan.speed} bytes a second.\n`,
);
const right = await flow(plan, options).catch(fail(1, 'The flow failed'));
process.exitCode = right ? 0 : 1;

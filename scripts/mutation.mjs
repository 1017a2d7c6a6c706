// Mutation testing of the rooms in mutation/rooms.mjs; docs/mutation.md says how to read it.
//
//   npm run mutation                                        all rooms
//   npm run mutation -- lib/streams/as-streams              one room
//   npm run mutation -- --mutate lib/streams/as-streams/consumer-gate.ts,lib/twisted/core/chain.ts
//   npm run mutation -- --mutate ... --specs "spec/streams/as-streams/consumer-gate.spec.ts"
//
// Stryker is no dependency of the project, because it refuses the oldest Node that the project
// supports: npm brings it, and a Node that it runs on, for this command alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { ROOMS } from './mutation/rooms.mjs';
import { reasonToLive } from './mutation/survivors.mjs';
import { refuse } from './refuse.mjs';

const STRYKER = '@stryker-mutator/core@10.1.1';
/** The first Node that it runs on, and the one to run it on otherwise. */
const [OLDEST, NODE] = [[22, 18], 'node@22'];
/** The share of the mutants that can be killed which must be, in percent. */
const GOAL = 95;

const root = new URL('..', import.meta.url);
const DEAD = new Set(['Killed', 'Timeout']);
const ALIVE = new Set(['Survived', 'NoCoverage']);

const { values, positionals } = parseArgs({
  options: {
    mutate: { type: 'string', multiple: true },
    specs: { type: 'string', multiple: true },
  },
  allowPositionals: true,
});

/** The files and rooms that the command line names, by room. */
function wanted() {
  const names = [...positionals, ...(values.mutate ?? [])].flatMap((name) => name.split(','));
  const byRoom = new Map();
  for (const name of names.length > 0 ? names : Object.keys(ROOMS)) {
    const path = name.replace(/^\.\//, '').replace(/\/$/, '');
    const room = Object.keys(ROOMS).find((each) => path === each || path.startsWith(`${each}/`));
    if (room === undefined) refuse(`${name} is in none of ${Object.keys(ROOMS).join(', ')}`);
    if (!existsSync(new URL(path.replace(/:.*/, ''), root))) refuse(`There is no ${name}`);
    byRoom.set(room, [...(byRoom.get(room) ?? []), path === room ? `${room}/**/*.ts` : path]);
  }
  return byRoom;
}

/** Runs Stryker on `files` of `room`. */
function mutate(room, files) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  const packages = [STRYKER, ...(isOld ? [NODE] : [])].map((name) => `--package=${name}`);
  const config = 'scripts/mutation/stryker.config.mjs';
  const report = new URL(`reports/mutation/${room.replaceAll('/', '-')}.json`, root);
  rmSync(report, { force: true });
  const { status } = spawnSync(
    'npm',
    ['exec', '--yes', '--loglevel=error', ...packages, '--']
      .concat('stryker', 'run', config, '--mutate', files.join(','))
      .map((word) => (process.platform === 'win32' ? `"${word}"` : word)),
    {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: {
        ...process.env,
        MUTATED_ROOM: room,
        // Specs beside real Twisted read what was recorded: to ask it for each mutant takes too long.
        WITHOUT_TWISTED: '1',
        ...(values.specs && { MUTATION_SPECS: values.specs.join(' ') }),
      },
    },
  );
  if (status !== 0) {
    refuse(`Stryker failed on ${room}, or npm could not bring it: that needs the registry.`);
  }
  return JSON.parse(readFileSync(report, 'utf8')).files;
}

/** The line on which `mutant` begins, with the mutant in its place. */
function mutated({ location: { start, end }, replacement }, lines) {
  const line = lines[start.line - 1];
  const rest = start.line === end.line ? line.slice(end.column - 1) : '';
  return `${line.slice(0, start.column - 1)}${replacement}${rest}`.replace(/\s+/g, ' ').trim();
}

const rows = [];
const unexplained = [];
for (const [room, files] of wanted()) {
  for (const [file, { source, mutants }] of Object.entries(mutate(room, files))) {
    const lines = source.split('\n');
    const row = { file, killed: 0, lived: 0, explained: 0 };
    for (const mutant of mutants) {
      if (DEAD.has(mutant.status)) row.killed++;
      if (!ALIVE.has(mutant.status)) continue;
      row.lived++;
      const was = lines[mutant.location.start.line - 1].trim();
      const is = mutated(mutant, lines);
      if (reasonToLive(file, was, is) !== undefined) row.explained++;
      else unexplained.push(`${file}:${mutant.location.start.line}\n- ${was}\n+ ${is}`);
    }
    if (row.killed + row.lived > 0) rows.push(row);
  }
}

const share = (part, whole) => (whole === 0 ? 100 : Math.floor((1000 * part) / whole) / 10);
const total = { file: 'all' };
for (const key of ['killed', 'lived', 'explained']) {
  total[key] = rows.reduce((sum, row) => sum + row[key], 0);
}
console.log(
  `\nMutants that live and are not explained:\n\n${unexplained.join('\n\n') || 'none'}\n`,
);
console.table(
  [...rows, total].map(({ file, killed, lived, explained }) => ({
    file,
    killed,
    lived,
    '% of all': share(killed, killed + lived),
    'cannot be killed': explained,
    '% of the others': share(killed, killed + lived - explained),
  })),
);
const score = share(total.killed, total.killed + total.lived - total.explained);
console.log(`Score: ${score} %; the goal is ${GOAL} %.`);
process.exitCode = score < GOAL ? 1 : 0;

// node scripts/release.mjs VERSION: checks everything, dates the changelog, commits and tags. Pushing the
// tag is yours to do: CI then publishes it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { withRelease } from './changelog.mjs';
import { refuse } from './refuse.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });

const { positionals } = parseArgs({ allowPositionals: true });
const [version] = positionals;
if (positionals.length !== 1 || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
  refuse('usage: npm run release -- VERSION, as 1.2.3');
}
if (process.platform === 'win32') {
  refuse('A release runs .ci/run, which needs bash. Make it on Linux or macOS.');
}
const changes = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
if (changes !== '') refuse(`Commit or put away first:\n${changes}`);

const page = new URL('../CHANGELOG.md', import.meta.url);
const date = new Date().toISOString().slice(0, 10);
let changelog;
try {
  changelog = withRelease(readFileSync(page, 'utf8'), version, date);
} catch (error) {
  refuse(error.message);
}

run('.ci/run');
run('npm', 'run', 'bench', '--', '--check');
writeFileSync(page, changelog);
run('npm', 'version', version, '--no-git-tag-version');
run('git', 'commit', '--all', '--message', `Version ${version}`);
run('git', 'tag', '--annotate', `v${version}`, '--message', `Version ${version}`);
console.log(`\nTagged. To publish: git push --follow-tags`);

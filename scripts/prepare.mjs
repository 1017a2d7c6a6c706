// Builds, where npm asks for that: after `npm install` in this folder, and when a program installs
// this folder. The second can't work before the first, as then there is no compiler. npm would leave a
// link to a library that can't be imported; so that goes, and one sentence says what to do.
import { execSync } from 'node:child_process';
import { existsSync, realpathSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

function removeLinkOf(program) {
  const link = join(program, 'node_modules', 'twisted-streams');
  if (program !== here && existsSync(link) && realpathSync(link) === realpathSync(here)) {
    unlinkSync(link);
  }
}

if (existsSync(join(here, 'node_modules', 'typescript'))) {
  try {
    execSync('npm run build', { cwd: here, stdio: 'inherit' });
  } catch {
    process.exitCode = 1; // The build has said why.
  }
} else {
  removeLinkOf(process.env.npm_config_local_prefix ?? here);
  console.error(
    `twisted-streams is not built. Run this first, then install it again: npm install --prefix ${here}`,
  );
  process.exitCode = 1;
}

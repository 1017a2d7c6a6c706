// The modules that users import, as package.json exports them: `twisted-streams`, and those below it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Each with its subpath, as in `./protocols`, and the paths of its source, its code and its declarations. */
export const entryPoints = Object.entries(exports)
  .filter(([, target]) => typeof target === 'object')
  .map(([subpath, { default: code, types }]) => ({
    subpath,
    source: code.replace('dist', 'lib').replace(/js$/, 'ts'),
    code,
    types,
  }));

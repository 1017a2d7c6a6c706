// One file for each entry point, and one for what they share: Node takes about half a millisecond to
// find, read and link a module, and the library has a hundred. What the sources share is shared here
// too, so that an error that `twisted-streams/testing` throws is an instance of the library's class.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { mergeImports } from './merge-imports.mjs';
import { markPure } from './pure.mjs';
import { stripComments } from './strip-comments.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const entryPoints = ['lib/index.ts', 'lib/protocols/index.ts', 'lib/testing/index.ts'];

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints,
  outbase: 'lib',
  outdir: 'dist',
  chunkNames: 'shared-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  external: ['#stream'], // Which it is, is decided where the program runs: see package.json.
  sourcemap: true,
  sourcesContent: false, // They are in the package.
  metafile: true,
  write: false,
});
for (const { path, text } of outputFiles) {
  await writeFile(
    path,
    path.endsWith('.js') ? mergeImports(await markPure(stripComments(text))) : text,
  );
}

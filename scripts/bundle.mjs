// One file for each entry point, and one for what they share: Node takes about half a millisecond to
// find, read and link a module, and the library has more than two hundred. What the sources share is shared here
// too, so that an error that `twisted-streams/testing` throws is an instance of the library's class.
import { writeFile } from 'node:fs/promises';

import { build } from 'esbuild';

import { entryPoints, root } from './entry-points.mjs';
import { mergeImports } from './merge-imports.mjs';
import { oneChunk } from './one-chunk.mjs';
import { markPure } from './pure.mjs';
import { stripComments } from './strip-comments.mjs';

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: entryPoints.map(({ source }) => source),
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
for (const { path, text } of await oneChunk(outputFiles)) {
  await writeFile(
    path,
    path.endsWith('.js') ? mergeImports(await markPure(stripComments(text))) : text,
  );
}

// One file for each entry point, and one for what they share: Node takes about half a millisecond to
// find, read and link a module, and the library has a hundred. What the sources share is shared here
// too, so that an error that `twisted-streams/testing` throws is an instance of the library's class.
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

await build({
  absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
  entryPoints: ['lib/index.ts', 'lib/testing/index.ts'],
  outbase: 'lib',
  outdir: 'dist',
  chunkNames: 'shared',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  external: ['#stream'], // Which it is, is decided where the program runs: see package.json.
  sourcemap: true,
  sourcesContent: false, // They are in the package.
});

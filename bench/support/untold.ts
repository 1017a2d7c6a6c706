/** The library without `node:diagnostics_channel`, to see what the questions for subscribers cost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NO_CHANNELS = 'export function tellOfProducer() {}\nexport function tellOfConnection() {}';

/**
 * Bundles the library as `npm run build` does, but tells nobody anything.
 *
 * @param use - Is given the address of what was made, which is removed after that.
 */
export async function withUntold<T>(use: (library: string) => Promise<T>): Promise<T> {
  // In `dist`, so that what it imports is found as from there.
  const folder = mkdtempSync(join(root, 'dist', 'untold-'));
  try {
    const outfile = join(folder, 'index.js');
    await build({
      absWorkingDir: root,
      entryPoints: ['lib/index.ts'],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      external: ['#stream'],
      plugins: [
        {
          name: 'no channels',
          setup: (bundling) =>
            bundling.onLoad({ filter: /base\/diagnostics\.ts$/ }, () => ({
              contents: NO_CHANNELS,
            })),
        },
      ],
    });
    return await use(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

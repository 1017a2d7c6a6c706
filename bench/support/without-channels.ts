/** Builds the library without `node:diagnostics_channel`, to measure what the channels cost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('../../', import.meta.url));
const NO_CHANNELS = 'export function tellOfProducer() {}\nexport function tellOfConnection() {}';

/**
 * Bundles the library as `npm run build` does, but without the channels.
 *
 * @param use - Called with the address of the bundle, which is removed after that.
 */
export async function withoutChannels<T>(use: (library: string) => Promise<T>): Promise<T> {
  const { build } = await import('esbuild'); // Only this workload takes the time to load it.
  // In `dist`, so that the bundle's imports resolve as they do from there.
  const folder = mkdtempSync(join(root, 'dist', 'without-channels-'));
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

/** Bundles the library anew with changes, to measure what the changed part costs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { BuildOptions } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles the library into one file.
 *
 * @param changes - Options of esbuild.
 * @param use - Called with the address of the bundle, which is removed after that.
 */
export async function withLibrary<T>(
  changes: Pick<BuildOptions, 'minify' | 'plugins'>,
  use: (library: string) => Promise<T>,
): Promise<T> {
  const { build } = await import('esbuild'); // Only these workloads take the time to load it.
  // In `dist`, so that the bundle's imports resolve as they do from there.
  const folder = mkdtempSync(join(root, 'dist', 'bench-'));
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
      ...changes,
    });
    return await use(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

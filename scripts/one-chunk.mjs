import { basename, dirname, join } from 'node:path';

import { build } from 'esbuild';

/** Whether esbuild made the file at `path` of what several entry points share. */
const isShared = (path) => /^shared-.*\.js$/.test(basename(path));

/** A file's code, with its source map, from which esbuild makes that of the code it goes into. */
function withSourceMap(file, files) {
  const map = files.find(({ path }) => path === `${file.path}.map`);
  const url = `data:application/json;base64,${Buffer.from(map.contents).toString('base64')}`;
  return file.text.replace(/\/\/# sourceMappingURL=.*/, `//# sourceMappingURL=${url}`);
}

/**
 * Puts all that entry points share into one file, `shared.js`: esbuild makes a file for each set of
 * entry points, and each file costs a program about a millisecond when it starts.
 */
export async function oneChunk(files) {
  const chunks = files.filter(({ path }) => isShared(path));
  const folder = dirname(chunks[0].path);
  const sourceOf = new Map(chunks.map((chunk) => [chunk.path, withSourceMap(chunk, files)]));
  const { outputFiles } = await build({
    stdin: {
      contents: chunks.map(({ path }) => `export * from './${basename(path)}';`).join('\n'),
      resolveDir: folder,
    },
    plugins: [
      {
        name: 'chunks in memory',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/shared-/ }, ({ path }) => ({
            path: join(folder, path),
            namespace: 'chunk',
          }));
          onLoad({ filter: /.*/, namespace: 'chunk' }, ({ path }) => ({
            contents: sourceOf.get(path),
            resolveDir: folder,
          }));
        },
      },
    ],
    outfile: join(folder, 'shared.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    external: ['#stream'],
    sourcemap: true,
    sourcesContent: false,
    write: false,
  });
  const entries = files.filter(({ path }) => !isShared(path.replace(/\.map$/, '')));
  return [
    ...entries.map(({ path, text }) => ({
      path,
      text: path.endsWith('.js') ? text.replaceAll(/\bshared-\w+\.js"/g, 'shared.js"') : text,
    })),
    ...outputFiles,
  ];
}

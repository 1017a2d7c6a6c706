import { join } from 'node:path';

import { build, type Plugin } from 'esbuild';
import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

/** The most bytes that a bundler keeps of the library, minified, where only these names are used. */
const MOST: readonly (readonly [names: string, bytes: number])[] = [
  ['isPushProducer', 600],
  ['FileSender', 10_000],
  ['ConsumerMixin, FileDescriptor, Protocol, Factory', 15_100],
  [
    'ReadableProducer, WritableConsumer, DuplexTransport, ProducerReadable, ConsumerWritable, TransportDuplex',
    78_500, // Of which TLS for servers, the channels and `explain` take 20,000.
  ],
];

/** Bundles `code`, which imports the package by its name. */
async function bundle(code: string, plugins: Plugin[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    external: ['readable-stream', '#*'],
    plugins,
    write: false,
  });
  return outputFiles[0]!.text;
}

describe('The parts of the library that a bundler keeps', () => {
  for (const [names, bytes] of MOST) {
    it(`is at most ${bytes} bytes for ${names}`, async () => {
      const text = await bundle(
        `import { ${names} } from 'twisted-streams'; console.log(${names})`,
      );
      expect(text.length).to.be.below(bytes);
    });
  }

  it('is nothing of a file of which nothing is used', async () => {
    for (const entry of ['index.js', 'protocols/index.js', 'testing/index.js']) {
      // Said to have an effect, so that it is not left out as a whole.
      const whole: Plugin = {
        name: 'whole',
        setup(bundler) {
          bundler.onResolve({ filter: /^(node:|readable-stream|#)/ }, ({ path }) => ({
            path,
            external: true,
            sideEffects: false,
          }));
          bundler.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => ({
            path: join(resolveDir, path),
            sideEffects: true,
          }));
        },
      };
      const text = await bundle(`import './dist/${entry}'`, [whole]);
      // esbuild keeps a number that has to be reckoned.
      const numbers = /var ([\w$]+=[\d*-]+[,;])+\s*/g;
      expect(text.replaceAll(numbers, ''), entry).to.equal('');
    }
  });
});

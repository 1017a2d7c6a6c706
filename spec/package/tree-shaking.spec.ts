import { build } from 'esbuild';
import { expect } from 'chai';

import { ROOT } from '../support/programs.js';

/** The most bytes that a bundler keeps of the library, minified, where only these names are used. */
const MOST: readonly (readonly [names: string, bytes: number])[] = [
  ['isPushProducer', 2000],
  ['FileSender', 10_000],
  ['ConsumerMixin, FileDescriptor, Protocol, Factory', 10_000],
  [
    'ReadableProducer, WritableConsumer, DuplexTransport, ProducerReadable, ConsumerWritable, TransportDuplex',
    50_000,
  ],
];

/** What a bundler makes of `code`, which imports the package by its name. */
async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    external: ['readable-stream', '#*'],
    write: false,
  });
  return outputFiles[0]!.text;
}

describe('What a bundler keeps of the library', () => {
  for (const [names, bytes] of MOST) {
    it(`is at most ${bytes} bytes for ${names}`, async () => {
      const text = await bundle(
        `import { ${names} } from 'twisted-streams'; console.log(${names})`,
      );
      expect(text.length).to.be.below(bytes);
    });
  }

  it('is nothing where a program imports all of it and uses nothing', async () => {
    for (const entry of ['twisted-streams', 'twisted-streams/testing']) {
      const text = await bundle(`import * as all from '${entry}'; if (false) console.log(all)`);
      expect(text.replaceAll(/import"[^"]+";/g, '').trim(), entry).to.equal('');
    }
  });
});

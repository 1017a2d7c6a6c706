import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect } from 'chai';

const run = promisify(execFile);

const program = `
  import * as core from 'node:stream';
  import * as rs from 'readable-stream';
  import { ConsumerWritable, ProducerReadable, TransportDuplex } from './lib/index.ts';
  import { JoinedStreams } from './lib/endpoints/standard-io/joined-streams.ts';
  import { StringTransport } from './lib/testing/index.ts';
  const streams = [
    [new ProducerReadable(), 'Readable'],
    [new ConsumerWritable(new StringTransport()), 'Writable'],
    [new TransportDuplex(), 'Duplex'],
    [new JoinedStreams(new core.PassThrough(), new core.PassThrough()), 'Duplex'],
  ];
  const bases = { 'node:stream': core, 'readable-stream': rs };
  for (const [stream, name] of streams) {
    const of = Object.keys(bases).filter((key) => {
      const { [name]: Class, Stream } = bases[key];
      return stream instanceof Class && stream instanceof Stream;
    });
    console.log(stream.constructor.name, of.join());
  }
`;

/** The base of each of our classes, in a process with `flags`. */
async function basesWith(...flags: string[]): Promise<string[]> {
  const args = ['--import', 'tsx/esm', ...flags, '--input-type=module', '--eval', program];
  const cwd = new URL('../../..', import.meta.url);
  const { stdout } = await run(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return stdout.trim().split('\n');
}

const ourClasses = ['ProducerReadable', 'ConsumerWritable', 'TransportDuplex', 'JoinedStreams'];

describe('Our stream classes', () => {
  it("extend Node's, so that instanceof holds", async () => {
    expect(await basesWith()).to.deep.equal(ourClasses.map((name) => `${name} node:stream`));
  });

  it('extend those of readable-stream under the condition of that name', async () => {
    expect(await basesWith('--conditions=readable-stream')).to.deep.equal(
      ourClasses.map((name) => `${name} readable-stream`),
    );
  });
});

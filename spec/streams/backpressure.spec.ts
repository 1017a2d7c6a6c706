/** The bytes that wait in a chain of all six adapters whose reader does not read. */
import { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { Chain, type ChainOptions } from '../support/chain.js';
import { KIB, MIB } from '../support/sizes.js';

const GiB = 1024 * MIB;

/** Gives the same chunk again and again: nothing that is so large need be held. */
class Endless extends Readable {
  given = 0;

  constructor(
    private readonly size: number,
    private readonly chunk: Buffer,
    highWaterMark: number,
  ) {
    super({ highWaterMark });
  }

  override _read(): void {
    if (this.given >= this.size) {
      this.push(null);
      return;
    }
    this.given += this.chunk.length;
    this.push(this.chunk);
  }
}

/** Lets the chain run until nothing moves any more. */
async function standstill(source: Endless): Promise<void> {
  for (let given = -1, still = 0; still < 20;) {
    await turn();
    still = given === source.given ? still + 1 : 0;
    given = source.given;
  }
}

interface Setting {
  highWaterMark: number;
  chunk: number;
  streaming: boolean;
}

const settings: Setting[] = [];
for (const streaming of [true, false]) {
  settings.push({ highWaterMark: 16 * KIB, chunk: 64 * KIB, streaming });
  settings.push({ highWaterMark: 32 * KIB, chunk: 8 * KIB, streaming });
  settings.push({ highWaterMark: 16 * KIB, chunk: 1000, streaming });
  settings.push({ highWaterMark: 1, chunk: 4 * KIB, streaming });
}

/**
 * No seam holds more than a `highWaterMark` and one chunk. Behind a `WritableConsumer` a chunk is
 * what it gathered in a turn from small writes, and that is a `highWaterMark` and one write at most.
 *
 * @returns the most that all seams may hold together.
 */
function expectBounded(
  buffered: Record<string, number>,
  { highWaterMark, chunk }: Setting,
): number {
  let largest = chunk;
  let bound = 0;
  for (const [where, bytes] of Object.entries(buffered)) {
    expect(bytes, where).to.be.lessThanOrEqual(highWaterMark + largest);
    bound += highWaterMark + largest;
    if (where === 'WritableConsumer') largest = highWaterMark + chunk;
  }
  return bound;
}

function begin(size: number, { highWaterMark, chunk, streaming }: Setting, sink: Writable) {
  const source = new Endless(size, Buffer.alloc(chunk, 'x'), highWaterMark);
  const options: ChainOptions = { highWaterMark, streaming };
  const chain = new Chain(source, sink, options);
  const done = chain.send();
  done.catch(() => {}); // Some of these never end, and are torn down.
  return { source, chain, done };
}

describe('A chain of all six adapters', () => {
  for (const setting of settings) {
    const { highWaterMark, chunk, streaming } = setting;
    const name = `highWaterMark ${highWaterMark}, chunks of ${chunk}, ${streaming ? 'push' : 'pull'}`;

    it(`buffers a highWaterMark and one chunk at each seam, for 1 GiB as for 1 MiB (${name})`, async () => {
      for (const size of [MIB, GiB]) {
        const sink = new Writable({ write() {} });
        const { source, chain } = begin(size, setting, sink);
        chain.far.pipe(chain.far);
        await standstill(source);
        const buffered = chain.buffered();
        const bound = expectBounded(buffered, setting);
        expect(bound).to.be.lessThan(MIB); // So neither source was read to its end.
        // Bytes that no adapter counts would show here. (A chunk on its way counts at both ends.)
        const known = Object.values(buffered).reduce((total, bytes) => total + bytes, 0);
        expect(source.given, 'all that waits').to.be.lessThanOrEqual(known);
        chain.source.destroy(new Error('enough'));
        chain.duplex.destroy(new Error('enough'));
      }
    });

    it(`never buffers more while a slow reader reads (${name})`, async () => {
      const peaks: Record<string, number> = {};
      let received = 0;
      const sink = new Writable({
        highWaterMark,
        write(data: Buffer, _encoding, callback) {
          received += data.length;
          for (const [where, bytes] of Object.entries(chain.buffered())) {
            peaks[where] = Math.max(peaks[where] ?? 0, bytes);
          }
          setImmediate(callback);
        },
      });
      const { source, chain, done } = begin(2 * MIB, setting, sink);
      await Promise.all([done, chain.receive()]);
      expect(received).to.equal(source.given);
      expectBounded(peaks, setting);
    });
  }
});

/** The memory that an idle connection takes. */
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect } from 'chai';

import { WritableConsumer } from '../../../lib/index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const consumer = () =>
  new WritableConsumer(new Writable({ write: (_chunk, _encoding, done) => done() }));

async function bytesInArrayBuffers(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await turn();
  }
  return process.memoryUsage().arrayBuffers;
}

describe('A WritableConsumer that has written once and is idle', () => {
  it('keeps no memory in which it gathered that write', async () => {
    const busy = consumer();
    const idle: WritableConsumer[] = [];
    const piece = Buffer.alloc(100); // One for all: a piece for each write would be more to collect.
    const before = await bytesInArrayBuffers();
    for (let i = 0; i < 200; i++) {
      const one = consumer();
      idle.push(one);
      one.write(piece);
      for (let j = 0; j < 660; j++) busy.write(piece); // More than what one slab holds.
      await turn();
    }
    const kept = (await bytesInArrayBuffers()) - before;
    expect(idle.every(({ writableLength }) => writableLength === 0)).to.equal(true);
    expect(kept / idle.length, 'bytes for each').to.be.below(10_000);
  });
});

import { setImmediate as turn } from 'node:timers/promises';
import { open, type FileHandle } from 'node:fs/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import { BlockSize } from '../../../lib/twisted/producers/block-size.js';
import { FileSource } from '../../../lib/twisted/producers/file-source.js';
import { numbered } from '../../support/producers.js';
import { rejection } from '../../support/rejection.js';
import { KIB, MIB } from '../../support/sizes.js';

const CONTENTS = numbered(12 * MIB);

/** A file whose reads the spec answers; it never has two of them at once. */
class FakeHandle {
  /** How many bytes each read asked for. */
  readonly sizes: number[] = [];
  contents = CONTENTS;
  isClosed = false;
  private position = 0;
  private answer: ((failure?: Error) => void) | null = null;

  read(buffer: Buffer, offset: number, length: number, position: null) {
    expect(this.answer, 'One read at a time').to.equal(null);
    expect(position).to.equal(null);
    this.sizes.push(length);
    return new Promise((resolve, reject) => {
      this.answer = (failure) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        const bytes = this.contents.subarray(this.position, this.position + length);
        buffer.set(bytes, offset);
        this.position += bytes.length;
        resolve({ bytesRead: bytes.length, buffer });
      };
    });
  }

  get isReading(): boolean {
    return this.answer !== null;
  }

  /** Answers the read that is under way. */
  async serve(failure?: Error): Promise<void> {
    const { answer } = this;
    this.answer = null;
    answer?.(failure);
    await turn();
  }
}

describe('FileSource', () => {
  const setUp = () => {
    const handle = new FakeHandle();
    const source = new FileSource(Promise.resolve(handle as unknown as FileHandle), false);
    /** Reads bytes that are at hand; fails if `read` returns a promise. */
    const readNow = (size: number): Buffer => {
      const bytes = source.read(size);
      expect(Buffer.isBuffer(bytes), 'It was at hand').to.equal(true);
      return bytes as Buffer;
    };
    /** Reads and serves until that is answered. */
    const readLate = async (size: number): Promise<Buffer> => {
      const bytes = source.read(size);
      await turn();
      while (handle.isReading && bytes instanceof Promise) {
        await handle.serve();
        const answered = await Promise.race([bytes.then(() => true), turn().then(() => false)]);
        if (answered) break;
      }
      return bytes;
    };
    return { handle, source, readNow, readLate };
  };

  it('reads nothing if it is closed in the same tick', async () => {
    const { handle, source } = setUp();
    const read = source.read(16 * KIB);
    void source.close();
    expect(await read).to.have.length(0);
    expect(handle.sizes).to.deep.equal([]);
  });

  it('reads nothing before it is asked', async () => {
    const { handle } = setUp();
    await turn();
    expect(handle.sizes).to.deep.equal([]);
  });

  it('reads a block where less is asked for, hands it out piece by piece, and reads a block ahead', async () => {
    const { handle, readNow, readLate } = setUp();
    const pieces = [await readLate(16 * KIB)];
    for (let i = 0; i < 3; i++) pieces.push(readNow(16 * KIB));
    expect(Buffer.concat(pieces).equals(handle.contents.subarray(0, 64 * KIB))).to.equal(true);
    await handle.serve();
    expect(handle.sizes).to.deep.equal([64 * KIB, 64 * KIB]);
    expect(handle.isReading, 'Two blocks are the most that is held').to.equal(false);
    readNow(16 * KIB);
    await turn();
    expect(handle.isReading).to.equal(true);
  });

  it('hands out views of one block, and never the same memory again unasked', async () => {
    const { handle, readNow, readLate } = setUp();
    const first = await readLate(32 * KIB);
    expect(readNow(32 * KIB).buffer).to.equal(first.buffer);
    await handle.serve();
    expect(readNow(32 * KIB).buffer).to.not.equal(first.buffer);
  });

  it('hands out the same memory again once its reader says that it may, and once only', async () => {
    const keep = sinon.stub(BlockSize.prototype, 'handedOut');
    try {
      const { handle, source, readNow, readLate } = setUp();
      const blocks = [await readLate(64 * KIB)];
      await handle.serve();
      expect(source.isSpent).to.equal(true);
      source.reuse();
      while (blocks.length < 4) {
        blocks.push(readNow(64 * KIB));
        await turn();
        await handle.serve();
      }
      const [first, second, third, fourth] = blocks.map(({ buffer }) => buffer);
      expect(third).to.equal(first);
      expect(new Set([first, second, fourth]).size).to.equal(3);
      const kept = Buffer.concat(blocks.slice(1));
      expect(kept.equals(handle.contents.subarray(64 * KIB, 256 * KIB))).to.equal(true);
    } finally {
      keep.restore();
    }
  });

  it('reads a multiple of the size that is asked for, or just that size where it is large', async () => {
    for (const [size, block] of [
      [50_000, 50_000],
      [20_000, 60_000],
      [3_000_000, 3_000_000],
    ] as const) {
      const { handle, readLate } = setUp();
      expect(await readLate(size)).to.have.length(size);
      expect(handle.sizes[0]).to.equal(block);
    }
  });

  it('reads blocks of the size that fits its reader', async () => {
    const grow = sinon.stub(BlockSize.prototype, 'handedOut').callsFake(function (this: BlockSize) {
      this.bytes *= 2;
    });
    try {
      const { handle, readLate } = setUp();
      while (handle.sizes.length < 4) await readLate(64 * KIB);
      expect(handle.sizes.map((size) => size / KIB)).to.deep.equal([64, 128, 256, 512]);
    } finally {
      grow.restore();
    }
  });

  it('does not read ahead of the end', async () => {
    const { handle, readLate } = setUp();
    handle.contents = numbered(100);
    expect(await readLate(64)).to.have.length(64);
    expect(await readLate(64)).to.have.length(36);
    expect(handle.sizes).to.have.length(1);
    expect(await readLate(64)).to.have.length(0);
    expect(handle.sizes).to.have.length(2);
  });

  for (const [when, questionComesFirst] of [
    ['before the question', false],
    ['looking ahead, for a question that came meanwhile', true],
  ] as const) {
    it(`reads on if the file has grown since it found the end ${when}`, async () => {
      const { handle, source, readLate } = setUp();
      handle.contents = numbered(64 * KIB);
      await readLate(64 * KIB);
      let bytes;
      if (questionComesFirst) bytes = source.read(64 * KIB);
      await handle.serve();
      handle.contents = numbered(64 * KIB + 8);
      bytes ??= source.read(64 * KIB);
      await turn();
      await handle.serve();
      expect((await bytes).equals(handle.contents.subarray(64 * KIB))).to.equal(true);
    });
  }

  it('gives all that came before an error of a read ahead, then the error', async () => {
    const { handle, source, readNow, readLate } = setUp();
    const failure = new Error('Oops');
    await readLate(32 * KIB);
    await handle.serve(failure);
    readNow(32 * KIB);
    expect(await rejection(Promise.resolve(source.read(32 * KIB)))).to.equal(failure);
  });

  it('gives nothing to a reader that waits when it is closed', async () => {
    const { handle, source } = setUp();
    const bytes = source.read(16);
    await turn();
    await source.close();
    await handle.serve();
    expect(await bytes).to.have.length(0);
  });

  it('leaves a handle open that it did not open', async () => {
    const { handle, source } = setUp();
    Object.assign(handle, { close: () => (handle.isClosed = true) });
    await source.close();
    expect(handle.isClosed).to.equal(false);
  });

  it('says that a file can’t be opened, and closes all the same', async () => {
    const source = new FileSource(open('/no/such/file'), true);
    expect(await rejection(source.opened)).to.have.property('code', 'ENOENT');
    expect(await rejection(Promise.resolve(source.read(16)))).to.have.property('code', 'ENOENT');
    await source.close();
  });
});

import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { GatheredWrites } from '../../../lib/streams/transports/gathered-writes.js';
import { Corked, FakeStream } from '../../support/fake-stream.js';

const made = (): GatheredWrites => new GatheredWrites(new PassThrough());

/** More than half of what a slab has room for must be given back, or no two would fit in one. */
const LARGEST = 4095;

/** Writes `text` and nothing else, and takes the one chunk that comes of it. */
function taken(text: string | Buffer): Buffer {
  const writes = made();
  writes.append(Buffer.from(text));
  const [chunk, ...others] = writes.take(false);
  expect(others).to.deep.equal([]);
  return chunk!;
}

/**
 * Fills slabs until a new one is begun: the next chunk is behind the first `LARGEST` bytes of that.
 */
function beginSlab(): ArrayBufferLike {
  let last = taken(Buffer.alloc(LARGEST));
  for (;;) {
    const next = taken(Buffer.alloc(LARGEST));
    if (next.buffer !== last.buffer) return next.buffer;
    last = next;
  }
}

describe('GatheredWrites', () => {
  it('keeps a first write of a single byte, also if other memory was taken since', () => {
    const writes = made();
    beginSlab();
    writes.append(Buffer.from('a'));
    taken('other');
    writes.append(Buffer.from('bcd'));
    expect(String(Buffer.concat(writes.take(false)))).to.equal('abcd');
  });

  it('gives nothing before the first write, and after all was taken', () => {
    const writes = made();
    expect(writes.take(false)).to.deep.equal([]);
    writes.append(Buffer.from('a'));
    writes.append(Buffer.alloc(5000));
    writes.append(Buffer.from('b'));
    expect(writes.size).to.equal(5002);
    expect(writes.take(false).map(({ length }) => length)).to.deep.equal([1, 5000, 1]);
    expect(writes.size).to.equal(0);
    expect(writes.take(false)).to.deep.equal([]);
    writes.append(Buffer.alloc(5000));
    expect(writes.take(false).map(({ length }) => length)).to.deep.equal([5000]);
  });

  for (const [kind, stream, large] of [
    ['can send several chunks at once', new Corked(), 1024],
    ['cannot', new FakeStream(), 4096],
    ['is a socket, which can, and has memory that is used again', new Socket(), 4096],
  ] as const) {
    it(`copies a write of less than ${large} bytes, and passes on a larger one, for a stream that ${kind}`, () => {
      const writes = new GatheredWrites(stream);
      for (const size of [large - 1, large]) {
        const data = Buffer.alloc(size, 'a');
        writes.append(data);
        data.fill('b');
      }
      const [small, big] = writes.take(false);
      expect([String(small), String(big)]).to.deep.equal([
        'a'.repeat(large - 1),
        'b'.repeat(large),
      ]);
    });
  }

  it('gives one chunk at a time, and knows what is left', () => {
    const writes = made();
    for (const size of [5000, 6000, 1]) writes.append(Buffer.alloc(size));
    const sizes: number[] = [];
    while (writes.size > 0 && sizes.length < 9) {
      sizes.push(writes.size);
      expect(writes.take(true)).to.have.length(1);
    }
    expect(sizes).to.deep.equal([11_001, 6001, 1]);
  });

  it('takes a write into spare room as long as that lasts, and nothing that is not bytes', () => {
    const writes = made();
    expect(writes.appendIfSpare(Buffer.from('a'))).to.equal(false);
    writes.spare = 5;
    for (const [data, isTaken] of [
      ['ab', false],
      [Buffer.alloc(0), false],
      [Buffer.from('abcdef'), false],
      [Buffer.from('ab'), true],
      [Buffer.from('cde'), true],
      [Buffer.from('f'), false],
    ] as const) {
      expect(writes.appendIfSpare(data), String(data)).to.equal(isTaken);
    }
    expect(String(writes.take(false))).to.equal('abcde');
  });

  describe('the memory of small writes', () => {
    it('has the chunks of later turns side by side: what was reserved and not used is free again', () => {
      const slab = beginSlab();
      const chunks = ['first', 'second', 'third'].map(taken);
      expect(chunks.map(({ byteOffset }) => byteOffset)).to.deep.equal([
        LARGEST,
        LARGEST + 'first'.length,
        LARGEST + 'first'.length + 'second'.length,
      ]);
      chunks.forEach((chunk) => expect(chunk.buffer).to.equal(slab));
    });

    it('is never that of another chunk, in whatever order they are taken', () => {
      const [a, b, c] = [made(), made(), made()];
      a.append(Buffer.from('aa'));
      b.append(Buffer.from('bb'));
      const first = a.take(false);
      c.append(Buffer.from('cccc'));
      b.append(Buffer.from('BB'));
      c.append(Buffer.from('CCCC'));
      expect([...first, ...b.take(false), ...c.take(false)].map(String)).to.deep.equal([
        'aa',
        'bbBB',
        'ccccCCCC',
      ]);
    });

    it('is never that of another chunk, although a chunk of an older slab ends where the free part begins', () => {
      beginSlab();
      const [old, open] = [made(), made()];
      old.append(Buffer.alloc(100));
      const slab = beginSlab();
      open.append(Buffer.alloc(100, 'o')); // At the same place in the new slab as `old` is in its own.
      old.take(false);
      const other = taken(Buffer.alloc(50, 'x'));
      open.append(Buffer.alloc(100, 'O'));
      expect([other.buffer, String(other)]).to.deep.equal([slab, 'x'.repeat(50)]);
      expect(String(open.take(false))).to.equal('o'.repeat(100) + 'O'.repeat(100));
    });

    it('stays where it is while the chunk has room, and is left for more when it has none', () => {
      beginSlab();
      const [growing, next] = [made(), made()];
      growing.append(Buffer.from('0123456789'));
      next.append(Buffer.from('next')); // So that the first can't have more than it has reserved.
      growing.append(Buffer.from('0123456789'));
      const [chunk] = growing.take(false);
      expect(chunk!.byteOffset).to.equal(LARGEST);
      growing.append(Buffer.from('0123456789'));
      next.append(Buffer.from('!'));
      growing.append(Buffer.from('012345678901'));
      expect(String(growing.take(false))).to.equal('0123456789012345678901');
      expect(String(next.take(false))).to.equal('next!');
    });

    it('is left for more by a chunk that has another behind it, with the bytes that it has', () => {
      const slab = beginSlab();
      const [growing, next] = [made(), made()];
      growing.append(Buffer.alloc(10, 'g'));
      next.append(Buffer.alloc(10, 'n'));
      growing.append(Buffer.alloc(15, 'G'));
      next.append(Buffer.alloc(10, 'N'));
      expect(String(growing.take(false))).to.equal('g'.repeat(10) + 'G'.repeat(15));
      const [chunk] = next.take(false);
      expect(chunk!.buffer).to.equal(slab);
      expect(String(chunk)).to.equal('n'.repeat(10) + 'N'.repeat(10));
    });

    it('is left for more by a chunk of an older slab, although that ends where the free part begins', () => {
      beginSlab();
      const [old, open] = [made(), made()];
      old.append(Buffer.alloc(100, 'a'));
      beginSlab();
      open.append(Buffer.alloc(100, 'o'));
      old.append(Buffer.alloc(200, 'b'));
      expect(String(open.take(false))).to.equal('o'.repeat(100));
      expect(String(old.take(false))).to.equal('a'.repeat(100) + 'b'.repeat(200));
    });

    it('is used to its last byte', () => {
      const slab = beginSlab();
      let free = LARGEST;
      while (free + LARGEST <= slab.byteLength) free += taken(Buffer.alloc(LARGEST)).length;
      const last = taken(Buffer.alloc(slab.byteLength - free));
      expect(last.buffer).to.equal(slab);
      expect(taken('more').buffer).not.to.equal(slab);
    });

    it('grows in place if nothing is reserved behind it', () => {
      beginSlab();
      const writes = made();
      for (let i = 0; i < 100; i++) writes.append(Buffer.from('0123456789'));
      const [chunk] = writes.take(false);
      expect(chunk!.byteOffset).to.equal(LARGEST);
      expect(String(chunk)).to.equal('0123456789'.repeat(100));
    });

    it('goes with the chunk to a new slab, to the same place there', () => {
      beginSlab();
      const writes = made();
      writes.append(Buffer.alloc(100, 'a'));
      const slab = beginSlab();
      writes.append(Buffer.alloc(200, 'b'));
      const [chunk] = writes.take(false);
      expect(chunk).to.include({ byteOffset: LARGEST, buffer: slab });
      expect(String(chunk)).to.equal('a'.repeat(100) + 'b'.repeat(200));
    });

    it('is a slab of its own for a chunk that outgrows one', () => {
      const writes = made();
      const pieces = Array.from({ length: 100 }, (_, i) => Buffer.alloc(1000, `${i},`));
      for (const piece of pieces) writes.append(piece);
      const [chunk, ...others] = writes.take(false);
      expect(others).to.deep.equal([]);
      expect(chunk!.equals(Buffer.concat(pieces))).to.equal(true);
      const behind = taken('behind');
      expect([chunk!.equals(Buffer.concat(pieces)), String(behind)]).to.deep.equal([
        true,
        'behind',
      ]);
    });

    it('reaches to the end of a slab that has less room than a chunk would like', () => {
      beginSlab();
      const fill = made();
      let last = taken('x');
      // Up to less than twice 4000 bytes from the end.
      while (last.byteOffset + last.length < 65536 - 6000) last = taken(Buffer.alloc(2000));
      const slab = last.buffer;
      fill.append(Buffer.alloc(4000, 'f'));
      const other = taken('behind it');
      const [chunk] = fill.take(false);
      expect(chunk!.buffer).to.equal(slab);
      expect(other.buffer).not.to.equal(slab);
      expect(String(chunk)).to.equal('f'.repeat(4000));
    });

    describe('for a socket', () => {
      const forSocket = (text: string): [writes: GatheredWrites, chunk: Buffer] => {
        const writes = new GatheredWrites(new Socket());
        writes.append(Buffer.from(text));
        return [writes, writes.take(false)[0]!];
      };

      it('is used again once the socket has sent it', () => {
        beginSlab();
        const [writes, chunk] = forSocket('sent');
        writes.forgetTaken(true);
        expect(String(chunk)).to.equal('sent');
        const next = taken('next');
        expect([next.buffer, next.byteOffset]).to.deep.equal([chunk.buffer, chunk.byteOffset]);
      });

      it('is not before, nor a second time', () => {
        beginSlab();
        const [writes, chunk] = forSocket('unsent');
        writes.forgetTaken(false);
        writes.forgetTaken(true);
        expect(String(taken('next'))).to.equal('next');
        expect(String(chunk)).to.equal('unsent');
      });

      it('is not if other bytes are behind it', () => {
        beginSlab();
        const [writes] = forSocket('sent');
        const other = taken('behind');
        writes.forgetTaken(true);
        taken('something else');
        expect(String(other)).to.equal('behind');
      });

      it('is not if the last chunk is not a copy', () => {
        beginSlab();
        const first = made();
        for (let count = 0; count < 2; count += 1) first.append(Buffer.alloc(3000, 'a chunk'));
        const given = first.take(false)[0]!;
        const writes = new GatheredWrites(new Socket());
        writes.append(given);
        expect(writes.take(false)).to.deep.equal([given]);
        writes.forgetTaken(true);
        taken('something else');
        expect(String(given)).to.match(/^a chunk/);
        expect(given.length).to.equal(6000);
      });
    });

    it('is not kept by an idle consumer', () => {
      const writes = made();
      writes.append(Buffer.from('a'));
      writes.take(false);
      const views = Object.values(writes).filter((value) => Buffer.isBuffer(value));
      expect(views.map(({ length }) => length)).to.deep.equal([0]);
    });
  });
});

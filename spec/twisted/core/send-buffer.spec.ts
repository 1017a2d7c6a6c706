import { expect } from 'chai';

import { SendBuffer } from '../../../lib/twisted/core/send-buffer.js';

const PLENTY = 1 << 20;

function holding(...pieces: string[]): SendBuffer {
  const buffer = new SendBuffer();
  for (const piece of pieces) buffer.append(Buffer.from(piece));
  return buffer;
}

describe('SendBuffer', () => {
  it('is empty, and gives nothing, before anything was written', () => {
    const buffer = new SendBuffer();
    expect(buffer).to.include({ isEmpty: true, size: 0 });
    expect(buffer.next(PLENTY)).to.have.lengthOf(0);
  });

  it('gives the bytes that were written as one block, in order', () => {
    expect(holding('a', 'bc', '', 'd').next(PLENTY).toString()).to.equal('abcd');
  });

  it('gives a single piece uncopied', () => {
    const piece = new Uint8Array([1, 2, 3]).subarray(1);
    const buffer = new SendBuffer();
    buffer.append(piece);
    const given = buffer.next(PLENTY);
    expect(given.buffer).to.equal(piece.buffer);
    expect([...given]).to.deep.equal([2, 3]);
  });

  it('gives the rest of the block after a part was sent', () => {
    const buffer = holding('abcdef');
    buffer.next(PLENTY);
    buffer.advance(2);
    expect(buffer.next(3).toString()).to.equal('cdef');
  });

  it('joins later bytes only to a block with fewer than `limit` bytes left', () => {
    const buffer = holding('abcd');
    buffer.next(PLENTY);
    buffer.append(Buffer.from('efg'));
    buffer.advance(1);
    expect(buffer.next(3).toString()).to.equal('bcd');
    expect(buffer.next(4).toString()).to.equal('bcdefg');
  });

  it('counts sent bytes in its size until their block is done or joined', () => {
    const buffer = holding('abcd');
    buffer.next(PLENTY);
    buffer.advance(3);
    buffer.append(Buffer.from('e'));
    expect(buffer.size).to.equal(5);
    buffer.next(PLENTY);
    expect(buffer.size).to.equal(2);
  });

  it('is not empty while it has bytes that are in no block yet', () => {
    const buffer = holding('abcd');
    buffer.next(PLENTY);
    buffer.append(Buffer.from('e'));
    buffer.advance(4);
    expect(buffer.isEmpty).to.equal(false);
    expect(buffer.next(0).toString()).to.equal('');
    expect(buffer.next(1).toString()).to.equal('e');
  });

  it('lets go of a block that is done', () => {
    const buffer = holding('abcd');
    buffer.next(PLENTY);
    buffer.advance(4);
    expect(buffer).to.include({ isEmpty: true, size: 0 });
    expect(buffer.next(PLENTY)).to.have.lengthOf(0);
  });
});

import vm from 'node:vm';

import { expect } from 'chai';

import { asBuffer, assertBytes, checkedBuffer, isBytes, piecesOf } from '../../lib/base/bytes.js';
import { InvalidArgTypeError } from '../../lib/base/errors.js';

/** Bytes of another realm, as those of Node are in Jest. */
const foreign = () => vm.runInNewContext('new Uint8Array([1, 2])') as Uint8Array;
const notBytes = [undefined, null, 'text', 5, [1, 2], {}, new Uint16Array(1), new ArrayBuffer(1)];

describe('Bytes', () => {
  it('are any Uint8Array, of this realm or another, and nothing else', () => {
    expect(foreign()).not.to.be.an.instanceof(Uint8Array);
    for (const data of [Buffer.from('a'), new Uint8Array(2), foreign()]) {
      expect(isBytes(data)).to.equal(true);
      expect(() => assertBytes(data)).not.to.throw();
      expect([...checkedBuffer(data)]).to.deep.equal([...data]);
    }
    for (const value of notBytes) {
      expect(isBytes(value)).to.equal(false);
      for (const check of [assertBytes, checkedBuffer]) {
        expect(() => check(value, 'it')).to.throw(InvalidArgTypeError, '"it"');
      }
    }
  });

  it('are not copied to become a Buffer', () => {
    const buffer = Buffer.from('abc');
    expect(asBuffer(buffer)).to.equal(buffer);
    expect(checkedBuffer(buffer)).to.equal(buffer);
    const memory = new Uint8Array([1, 2, 3, 4]);
    const middle = asBuffer(memory.subarray(1, 3));
    memory[2] = 5;
    expect(middle).to.be.an.instanceof(Buffer);
    expect([...middle]).to.deep.equal([2, 5]);
  });

  it('may come as a sequence, of which each piece is checked', () => {
    const pieces = [Buffer.from('a'), foreign()];
    expect(piecesOf(new Set(pieces))).to.deep.equal(pieces);
    for (const value of notBytes) {
      expect(() => piecesOf([...pieces, value])).to.throw(InvalidArgTypeError, '"data"');
    }
    for (const value of [undefined, 'text', 5, Buffer.from('text'), foreign()]) {
      expect(() => piecesOf(value)).to.throw(InvalidArgTypeError, 'an array of Buffers');
    }
  });
});

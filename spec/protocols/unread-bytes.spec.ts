import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';

import { UnreadBytes } from '../../lib/protocols/unread-bytes.js';

/** The side of a buffer's prototype that is counted. */
interface Searcher {
  indexOf: (this: Buffer, value: unknown, from?: number) => number;
}

/** A call of one of their methods; the numbers say how many of the bytes that there are. */
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('append'), fc.integer({ min: 0, max: 40 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('append'), fc.integer({ min: 900, max: 40_000 })) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('line'), fc.integer({ min: 0, max: 2 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('take'), fc.integer({ min: 0, max: 5_000 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('gather'), fc.integer({ min: 0, max: 60 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('peekAll'), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('replace'), fc.integer({ min: 0, max: 3_000 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('settle'), fc.constant(0)) },
);
const DELIMITERS = ['\n', '\r\n', '\r\n\r'].map((text) => Buffer.from(text));

describe('UnreadBytes', () => {
  it('gives the appended bytes in order after any operations, and never overwrites bytes that it gave', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), fc.integer(), (operations, seed) => {
        const unread = new UnreadBytes();
        let model: Buffer = Buffer.alloc(0);
        let made = seed >>> 0;
        const given: { view: Buffer; bytes: Buffer }[] = [];
        const give = (view: Buffer): void => {
          given.push({ view, bytes: model.subarray(0, view.length) });
          model = model.subarray(view.length);
        };
        const make = (count: number): Buffer =>
          Buffer.from(Array.from({ length: count }, () => '\r\nab\r\n'.charCodeAt(next() % 6)));
        const next = (): number => (made = (made * 1_103_515_245 + 12_345) >>> 0) >>> 16;

        for (const [name, amount] of operations) {
          const count = Math.min(amount, model.length);
          if (name === 'append') {
            const data = make(amount);
            model = Buffer.concat([model, data]);
            unread.append(data);
          } else if (name === 'line') {
            const delimiter = DELIMITERS[amount] as Buffer;
            const length = unread.indexOf(delimiter);
            expect(length).to.equal(model.indexOf(delimiter));
            if (length < 0) continue;
            give(unread.take(length));
            unread.skip(delimiter.length);
            model = model.subarray(delimiter.length);
          } else if (name === 'take') {
            give(unread.take(count));
          } else if (name === 'gather') {
            const { memory, start } = unread.gather(count);
            expect(memory.subarray(start, start + count).equals(model.subarray(0, count))).to.equal(
              true,
            );
          } else if (name === 'peekAll') {
            expect(unread.peekAll().equals(model)).to.equal(true);
          } else if (name === 'replace') {
            model = make(amount);
            unread.replace(model);
          } else {
            unread.settle();
          }
          expect(unread.length).to.equal(model.length);
        }
        give(unread.takeAll());
        for (const { view, bytes } of given) expect(view.equals(bytes)).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });

  describe('does work that is linear in the bytes:', () => {
    /** Bytes that were set aside, and bytes that were searched. */
    let work: { copied: number; searched: number };
    const LF = Buffer.from('\n');
    const CRLF = Buffer.from('\r\n');

    beforeEach(() => {
      work = { copied: 0, searched: 0 };
      // Not stubs: these remember each of some hundred thousand calls.
      for (const name of ['allocUnsafe', 'allocUnsafeSlow'] as const) {
        const allocate = Buffer[name].bind(Buffer);
        sinon.replace(Buffer, name, (size: number) => {
          work.copied += size;
          return allocate(size);
        });
      }
      const { indexOf: search } = Buffer.prototype as unknown as Searcher;
      function countedSearch(this: Buffer, value: unknown, from = 0): number {
        const found = search.call(this, value, from);
        work.searched += (found < 0 ? this.length : found + 1) - from;
        return found;
      }
      sinon.replace(Buffer.prototype, 'indexOf', countedSearch);
    });
    afterEach(() => sinon.restore());

    function takeLines(unread: UnreadBytes, delimiter: Buffer): number {
      let lines = 0;
      for (let length; (length = unread.indexOf(delimiter)) >= 0; lines += 1) {
        unread.take(length);
        unread.skip(delimiter.length);
      }
      unread.settle();
      return lines;
    }

    it('one byte at a time, in a line that is long', () => {
      const unread = new UnreadBytes();
      for (let i = 0; i < 100_000; i += 1) {
        unread.append(Buffer.from('a'));
        takeLines(unread, CRLF);
      }
      expect(work.searched).to.be.below(1_000_000);
      expect(work.copied).to.be.below(1_000_000);
    });

    it('a hundred thousand lines in one chunk, none of them copied', () => {
      const unread = new UnreadBytes();
      const chunk = Buffer.from('line\r\n'.repeat(100_000));
      work.copied = 0;
      unread.append(chunk);
      expect(takeLines(unread, CRLF)).to.equal(100_000);
      expect(work).to.deep.equal({ copied: 0, searched: 500_000 });
    });

    it('large chunks that cut lines: only those are copied', () => {
      const unread = new UnreadBytes();
      const text = Buffer.from(`${'x'.repeat(62)}\r\n`.repeat(20_000));
      work.copied = 0;
      let lines = 0;
      for (let at = 0; at < text.length; at += 65_500) {
        unread.append(text.subarray(at, at + 65_500));
        lines += takeLines(unread, CRLF);
      }
      expect(lines).to.equal(20_000);
      expect(work.searched).to.be.below(1.1 * text.length);
      expect(work.copied).to.be.below(0.01 * text.length);
    });

    it('a line taken, then another chunk, with much unread all the time', () => {
      const unread = new UnreadBytes();
      unread.append(Buffer.from('line\n'.repeat(100_000)));
      for (let i = 0; i < 20_000; i += 1) {
        unread.append(Buffer.from('a\n'));
        unread.take(unread.indexOf(LF));
        unread.skip(1);
        unread.settle();
      }
      expect(work.searched).to.be.below(1_000_000);
      expect(work.copied).to.be.below(2_000_000);
    });

    it('chunks without a delimiter', () => {
      const unread = new UnreadBytes();
      for (let i = 0; i < 1_000; i += 1) {
        unread.append(Buffer.alloc(2_000, 'a'));
        takeLines(unread, CRLF);
      }
      expect(work.searched).to.be.below(6_000_000);
      expect(work.copied).to.be.below(20_000_000);
    });
  });

  it('copies the rest of a large chunk rather than keep the chunk alive', () => {
    const unread = new UnreadBytes();
    unread.append(Buffer.concat([Buffer.alloc(60_000, 'a'), Buffer.from('\nrest')]));
    unread.take(unread.indexOf(Buffer.from('\n')));
    unread.skip(1);
    unread.settle();
    expect(unread.gather(4).memory.buffer.byteLength).to.be.below(200);
    expect(unread.takeAll().toString()).to.equal('rest');
  });
});

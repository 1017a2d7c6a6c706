import { expect } from 'chai';

import { failure } from '../../support/failure.js';
import { one, two, made } from '../../support/stream-writer.js';

describe('StreamWriter', () => {
  describe('ending', () => {
    const done = (): undefined => undefined;

    it('ends the stream once, with a callback for when it has finished', () => {
      const writer = made();
      expect(writer.end(done)).to.equal(undefined);
      expect(writer).to.include({ writeHalf: 'ending' });
      expect(writer.end(() => undefined)).to.equal(undefined);
      expect(writer.fake.calls).to.deep.equal(['end']);
      expect(writer.finished()).to.equal(done);
      expect(writer).to.include({ writeHalf: 'delivered' });
      expect(writer.end(() => undefined)).to.equal(undefined);
      expect(writer.fake.calls).to.deep.equal(['end']);
    });

    it('notices that the stream has nothing buffered any more', () => {
      for (const [left, isEmpty] of [
        [0, true],
        [3, false],
      ] as const) {
        const writer = made({ writableLength: 3 });
        writer.send([one], false);
        expect(writer.knowsEmpty).to.equal(false);
        writer.fake.writableLength = left;
        writer.end(done);
        expect(writer.knowsEmpty).to.equal(isEmpty);
      }
    });

    it('gives an error for a stream that other code has ended', () => {
      const writer = made();
      writer.fake.writableEnded = true;
      expect(writer.end(done)).to.have.property('event', 'close');
      expect(writer.writeHalf).to.equal('open');
    });

    it('settles, instead of ending it, a destroyed stream that cannot say why, and is blocked', () => {
      const writer = made();
      Object.assign(writer.fake, { destroyed: true, errored: undefined });
      expect(writer.end(done)).to.equal(undefined);
      expect(writer.told).to.deep.equal(['close']);
      expect(writer).to.include({ isBlocked: true, writeHalf: 'open' });
      expect(writer.fake.calls).to.deep.equal([]);
    });

    it('gives the error that the end of a stream throws', () => {
      const writer = made({
        onEnd: () => {
          throw failure;
        },
      });
      expect(writer.end(done)).to.include({ event: 'error', cause: failure });
    });

    it('ends an HTTP/2 stream by a frame of its own if the stream has bytes buffered', () => {
      const writer = made({ rstCode: 0, writableLength: 3 });
      expect(writer.end(done)).to.equal(undefined);
      expect(writer.fake.calls).to.deep.equal([', callback']);
      writer.fake.writableLength = 0;
      writer.fake.callbacks[0]?.();
      expect(writer.fake.calls.slice(1)).to.deep.equal(['end']);
      expect(writer.told).to.deep.equal([]);
      const empty = made({ rstCode: 0 });
      empty.end(done);
      expect(empty.fake.calls).to.deep.equal(['end']);
    });

    it('loses the connection of an HTTP/2 stream if its end throws then', () => {
      const writer = made({ rstCode: 0, writableLength: 3 });
      writer.end(done);
      writer.fake.onEnd = () => {
        throw failure;
      };
      writer.fake.callbacks[0]?.();
      expect(writer.told).to.have.length(1);
      expect(writer.told[0]).to.have.property('cause', failure);
    });

    it('gives the error that the frame of an HTTP/2 stream’s end throws', () => {
      const writer = made({ rstCode: 0, writableLength: 3 });
      writer.fake.onWrite = () => {
        throw failure;
      };
      expect(writer.end(done)).to.include({ event: 'error', cause: failure });
    });

    it('does not end an HTTP/2 stream that was destroyed before that', () => {
      const writer = made({ rstCode: 0, writableLength: 3 });
      writer.end(done);
      writer.fake.destroyed = true;
      writer.fake.callbacks[0]?.();
      expect(writer.fake.calls).to.deep.equal([', callback']);
      expect(writer.told).to.deep.equal([]);
    });
  });

  describe('finishing without a consumer to tell', () => {
    it('sends the buffered chunks and ends the stream', () => {
      const writer = made();
      writer.finish([one, two]);
      expect(writer.fake.calls).to.deep.equal(['one', 'two', 'end']);
      expect(writer.writeHalf).to.equal('ending');
    });

    it('destroys a stream that cannot take it, with the reason', () => {
      const writer = made({
        onWrite: () => {
          throw failure;
        },
      });
      writer.finish([one]);
      expect(writer.fake.calls[0]).to.equal('one');
      const [name, reason] = writer.fake.calls[1] as [string, Error];
      expect(name).to.equal('destroy');
      expect(reason.cause).to.equal(failure);
    });

    it('does nothing with a stream that has ended or is gone', () => {
      const [ended, destroyed] = [made(), made()];
      const ending = made({ rstCode: 0, writableLength: 3 }); // It has yet to end the stream.
      ended.fake.writableEnded = true;
      destroyed.fake.destroyed = true;
      ending.end(() => undefined);
      for (const writer of [ended, destroyed, ending]) writer.finish([one]);
      expect(ended.fake.calls).to.deep.equal([]);
      expect(destroyed.fake.calls).to.deep.equal([]);
      expect(ending.fake.calls).to.deep.equal([', callback']);
    });
  });
});

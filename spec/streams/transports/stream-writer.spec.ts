/** The half of a reactor that writes: what it hands to a stream, when it is blocked, how it ends it. */
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import type { Event } from '../../../lib/streams/any-stream/index.js';
import { StreamWriter } from '../../../lib/streams/transports/stream-writer.js';

const failure = new Error('Oops');
const [one, two] = [Buffer.from('one'), Buffer.from('two')];

/** A stream that does what its fields say, and adds the calls that are made of it to `calls`. */
class FakeStream extends EventEmitter {
  writableLength = 0;
  writableEnded = false;
  destroyed = false;
  destroying?: boolean;
  errored?: Error | null = null;
  writableNeedDrain = false;
  rstCode?: number;
  calls: unknown[] = [];
  callbacks: (() => void)[] = [];
  onWrite = (): unknown => true;
  onEnd = (): void => {};

  write(...[chunk, callback]: [Buffer, (() => void)?]): unknown {
    this.calls.push(callback === undefined ? String(chunk) : `${String(chunk)}, callback`);
    if (callback !== undefined) this.callbacks.push(callback);
    return this.onWrite();
  }
  end(): void {
    this.calls.push('end');
    this.onEnd();
    this.writableEnded = true;
  }
  destroy(reason?: Error): void {
    this.calls.push(['destroy', reason]);
    this.destroyed = true;
  }
}

/** A stream whose chunks can leave together. */
class Corked extends FakeStream {
  cork(): void {
    this.calls.push('cork');
  }
  uncork(): void {
    this.calls.push('uncork');
  }
  _writev(): void {}
}

/** A writer that adds to `told` what it tells its descriptor. */
class Writer extends StreamWriter {
  readonly told: unknown[] = [];
  constructor(readonly fake: FakeStream) {
    super(fake);
  }
  addWriter(): void {
    this.told.push('addWriter');
  }
  drained(): void {
    this.told.push('drained');
  }
  lose(reason: Error): void {
    this.told.push(reason);
  }
  settle(event: Event): void {
    this.told.push(event);
  }
  protected endingAfter(event: Event, cause?: unknown): Error | undefined {
    return Object.assign(new Error(event), { event, cause });
  }
  notice(): void {
    this.noticeDestroyed();
  }
  want(): void {
    this.wanted = true;
  }
  get isWanted(): boolean {
    return this.wanted;
  }
  get knowsEmpty(): boolean {
    return this.isEmptied;
  }
  finished(): (() => undefined) | undefined {
    return this.delivered();
  }
}

const made = (state: object = {}, stream = new FakeStream()) =>
  new Writer(Object.assign(stream, state));

describe('StreamWriter', () => {
  it('is blocked and not ready while the stream is about to move', () => {
    const writer = made();
    expect(writer).to.include({ isMoving: false, isBlocked: false, isReady: true });
    writer.beginMoving();
    expect(writer).to.include({ isMoving: true, isBlocked: true, isReady: false });
  });

  it('wants nothing more, and hands on nothing more, once it is dropped', () => {
    const writer = made();
    writer.want();
    writer.drop();
    expect(writer).to.include({ isWanted: false, isDropped: true, isReady: false });
    expect(writer.send([one], false)).to.equal(undefined);
    expect(writer.fake.calls).to.deep.equal([]);
  });

  it('hands on no chunk after the one from inside which it is dropped', () => {
    const writer = made();
    writer.fake.onWrite = () => writer.drop();
    writer.send([one, two], false);
    expect(writer.fake.calls).to.deep.equal(['one']);
  });

  it('corks the stream for several chunks, where they can leave together', () => {
    const writer = made({}, new Corked());
    writer.send([one], false);
    writer.send([one, two], false);
    expect(writer.fake.calls).to.deep.equal(['one', 'cork', 'one', 'two', 'uncork']);
    const plain = made();
    plain.send([one, two], false);
    expect(plain.fake.calls).to.deep.equal(['one', 'two']);
  });

  it('uncorks a stream that throws, and gives the error', () => {
    const writer = made({}, new Corked());
    writer.fake.onWrite = () => {
      throw failure;
    };
    expect(writer.send([one, two], false)).to.include({ event: 'error', cause: failure });
    expect(writer.fake.calls).to.deep.equal(['cork', 'one', 'uncork']);
  });

  it('is blocked by a stream that wants no more, but not if all has left a corked one', () => {
    const full = { onWrite: () => false };
    const writer = made(full);
    writer.send([one], false);
    expect(writer).to.include({ isBlocked: true, knowsEmpty: true });
    const corked = made(full, new Corked());
    corked.send([one, two], false);
    expect(corked).to.include({ isBlocked: false, knowsEmpty: true });
    const holding = made({ ...full, writableLength: 6 }, new Corked());
    holding.send([one, two], false);
    expect(holding).to.include({ isBlocked: true, knowsEmpty: false });
  });

  it('waits for the callback if it asked for that, but not if all has left at once', () => {
    const empty = made();
    empty.send([one], true);
    expect(empty.fake.calls).to.deep.equal(['one, callback']);
    expect(empty.isBlocked).to.equal(false);
    const writer = made({ writableLength: 3 });
    writer.send([one], true);
    expect(writer.isBlocked).to.equal(true);
    const [callback] = writer.fake.callbacks;
    callback?.();
    expect(writer.told).to.deep.equal([]);
    writer.fake.writableLength = 0;
    callback?.();
    expect(writer.told).to.deep.equal(['drained']);
  });

  it('writes nothing to a stream that is being destroyed, and is blocked', () => {
    const writer = made({ destroying: true });
    expect(writer.isReady).to.equal(false);
    expect(writer.send([one], false)).to.equal(undefined);
    expect(writer.fake.calls).to.deep.equal([]);
    expect(writer.isBlocked).to.equal(true);
  });

  it('gives the error at once of a stream that refuses bytes and can say why', async () => {
    for (const state of [
      { writableEnded: true },
      { writableEnded: true, errored: undefined },
      { destroyed: true },
    ]) {
      const writer = made();
      Object.assign(writer.fake, state);
      expect(writer.send([one], false)).to.have.property('event', 'refused');
      await turn();
      expect(writer.told).to.deep.equal([]);
    }
  });

  it('lets a stream that cannot say why it refuses bytes emit its error first', async () => {
    const writer = made();
    Object.assign(writer.fake, { destroyed: true, errored: undefined });
    expect(writer.send([one], false)).to.equal(undefined);
    expect(writer.isBlocked).to.equal(true);
    expect(writer.told).to.deep.equal([]);
    await turn();
    expect(writer.told).to.deep.equal(['refused']);
  });

  it('asks a stream that may have been destroyed in silence, as long as it has not ended it', async () => {
    const [destroyed, standing, ending] = [made(), made(), made()];
    ending.end(() => undefined);
    for (const { fake } of [destroyed, ending]) fake.destroyed = true;
    for (const writer of [destroyed, standing, ending]) writer.notice();
    expect(destroyed.told).to.deep.equal([]);
    await turn();
    expect([destroyed, standing, ending].map(({ told }) => told)).to.deep.equal([
      ['refused'],
      [],
      [],
    ]);
  });

  it('is not ready for others while it sends, and is afterwards', () => {
    const readiness: boolean[] = [];
    const writer = made({}, new Corked());
    Object.assign(writer.fake, { uncork: () => readiness.push(writer.isReady) });
    writer.send([one, two], false);
    expect([...readiness, writer.isReady]).to.deep.equal([false, true]);
  });

  describe('at once', () => {
    it('is ready for more as long as the stream has less than the limit', () => {
      const writer = made({ writableLength: 5 });
      expect(writer.sendAtOnce(one, 6)).to.equal(true);
      expect(writer.knowsEmpty).to.equal(false);
      expect(writer.sendAtOnce(one, 5)).to.equal(false);
      writer.fake.writableLength = 0;
      expect(writer.sendAtOnce(one, 1)).to.equal(true);
      expect(writer.knowsEmpty).to.equal(true);
      writer.fake.onWrite = () => false;
      expect(writer.sendAtOnce(one, 6)).to.equal(false);
      expect(writer.isBlocked).to.equal(true);
      expect(writer.told).to.deep.equal([]);
    });

    it('asks for a turn for what was written from inside the write', () => {
      const writer = made();
      writer.fake.onWrite = () => {
        writer.want();
        return true;
      };
      writer.sendAtOnce(one, 6);
      expect(writer.told).to.deep.equal(['addWriter']);
    });

    it('loses the connection of a stream that throws', () => {
      const writer = made({
        onWrite: () => {
          throw failure;
        },
      });
      writer.want();
      expect(writer.sendAtOnce(one, 6)).to.equal(false);
      expect(writer.told).to.have.length(1);
      expect(writer.told[0]).to.have.property('cause', failure);
    });
  });

  describe('ending', () => {
    const done = (): undefined => undefined;

    it('ends the stream once, and gives what is to be called when it has finished', () => {
      const writer = made();
      expect(writer.end(done)).to.equal(undefined);
      expect(writer).to.include({ writeHalf: 'ending', isEnding: true });
      expect(writer.end(() => undefined)).to.equal(undefined);
      expect(writer.fake.calls).to.deep.equal(['end']);
      expect(writer.finished()).to.equal(done);
      expect(writer).to.include({ writeHalf: 'delivered', isEnding: false });
      expect(writer.end(() => undefined)).to.equal(undefined);
      expect(writer.fake.calls).to.deep.equal(['end']);
    });

    it('notices that the stream holds nothing more', () => {
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

    it('cannot have delivered what it has not ended', () => {
      expect(() => made().finished()).to.throw('The write half is open, not ending');
    });

    it('gives an error for a stream that other code has ended', () => {
      const writer = made();
      writer.fake.writableEnded = true;
      expect(writer.end(done)).to.have.property('event', 'close');
      expect(writer.writeHalf).to.equal('open');
    });

    it('gives the error of a stream whose end throws', () => {
      const writer = made({
        onEnd: () => {
          throw failure;
        },
      });
      expect(writer.end(done)).to.include({ event: 'error', cause: failure });
    });

    it('ends an HTTP/2 stream by a frame of its own if the stream holds bytes', () => {
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

    it('loses the connection of an HTTP/2 stream whose end throws then', () => {
      const writer = made({ rstCode: 0, writableLength: 3 });
      writer.end(done);
      writer.fake.onEnd = () => {
        throw failure;
      };
      writer.fake.callbacks[0]?.();
      expect(writer.told).to.have.length(1);
      expect(writer.told[0]).to.have.property('cause', failure);
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

  describe('finishing with nobody left to tell', () => {
    it('sends what is left and ends the stream', () => {
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

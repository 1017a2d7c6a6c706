/** The half of a reactor that writes: what it hands to a stream, when it is blocked, how it ends it. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { failure } from '../../support/failure.js';
import { one, two, Corked, made } from '../../support/stream-writer.js';

describe('StreamWriter', () => {
  it('is free, and knows that the stream holds nothing, before the first write', () => {
    expect(made()).to.include({ isFree: true, isBlocked: false, knowsEmpty: true });
  });

  it('is blocked and not ready while the stream is about to move', () => {
    const writer = made();
    expect(writer).to.include({ isMoving: false, isBlocked: false, isReady: true });
    writer.beginMoving();
    expect(writer).to.include({ isMoving: true, isBlocked: true, isFree: false, isReady: false });
  });

  it('asks for no turn and hands on no chunk once it is dropped', () => {
    const writer = made();
    writer.want();
    writer.drop();
    expect(writer).to.include({ isWanted: false, isDropped: true, isReady: false });
    expect(writer.send([one], false)).to.equal(undefined);
    expect(writer.fake.calls).to.deep.equal([]);
  });

  it('hands on no more chunks if it is dropped from inside a write', () => {
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

  it('is blocked by a stream that is full, but not by a corked stream that has sent everything', () => {
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

  it('waits for the callback if it asked for one, but not if the stream has sent everything at once', () => {
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

    it('waits for the drain that a stream with bytes left owes another writer', () => {
      const writer = made({ writableLength: 5, writableNeedDrain: true, onWrite: () => true });
      Object.assign(writer.fake, { _writableState: {} });
      expect(writer.sendAtOnce(one, 6)).to.equal(false);
      expect(writer.isBlocked).to.equal(true);
      const empty = made({ writableLength: 0, writableNeedDrain: true, onWrite: () => true });
      expect(empty.sendAtOnce(one, 6)).to.equal(true);
      expect(empty.isBlocked).to.equal(false);
    });

    it('asks for a turn for bytes that were written from inside the write', () => {
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
});

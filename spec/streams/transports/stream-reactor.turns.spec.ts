/** When a reactor lets its descriptor write, among others that want to. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { spendTurn, waitForTurn } from '../../../lib/base/turn.js';
import { driven } from '../../support/stream-reactor.js';
import { one } from '../../support/stream-writer.js';
import { until } from '../../support/until.js';
import { nextTick } from '../../support/turns.js';

/** Uses up this turn of the event loop. */
const spend = () => {
  while (spendTurn());
};

/** Begins a turn of which nothing is spent: then the next 15 writes do not ask the clock. */
const begin = async () => {
  spend();
  await turn();
  await turn();
};

describe('StreamReactor', () => {
  beforeEach(begin);

  it('writes a tick later, once for all that was asked for until then', async () => {
    const { reactor, told } = driven();
    expect(reactor.isWanted).to.equal(false);
    reactor.addWriter();
    reactor.addWriter();
    expect(reactor.isWanted).to.equal(true);
    expect(told).to.deep.equal([]);
    await nextTick();
    expect(told).to.deep.equal(['write']);
    expect(reactor.isWanted).to.equal(false);
  });

  it('is about to write nothing while it hands chunks to the stream', () => {
    const { reactor, stream } = driven();
    let isWanted: boolean | undefined;
    stream.onWrite = () => {
      isWanted = reactor.isWanted;
      return true;
    };
    reactor.addWriter();
    reactor.send([one], false);
    expect([isWanted, reactor.isWanted]).to.deep.equal([false, true]);
  });

  it('writes in a later turn of the event loop if this one is used up', async () => {
    const { reactor, told } = driven();
    spend();
    reactor.addWriter();
    await nextTick();
    expect(told).to.deep.equal([]);
    await until(() => told.length > 0);
    expect(told).to.deep.equal(['write']);
  });

  it('writes once when its turn has come, even if that is used up meanwhile', () => {
    const { reactor, descriptor, told } = driven();
    descriptor.onWrite = () => {};
    reactor.addWriter();
    spend();
    reactor.run();
    expect(told).to.deep.equal([]);
    reactor.run(true);
    expect(told).to.deep.equal(['write']);
    reactor.drop();
  });

  it('is not about to write once it is dropped, whatever is wanted', async () => {
    const { reactor, told } = driven();
    reactor.addWriter();
    reactor.drop();
    reactor.addWriter();
    expect(reactor.isWanted).to.equal(false);
    await nextTick();
    expect(told).to.deep.equal([]);
  });

  describe('while no other waits for its turn', () => {
    it('writes as often as it is wanted to', async () => {
      const { reactor, descriptor, told } = driven({ writableHighWaterMark: 16_384 });
      descriptor.onWrite = () => {
        if (told.length === 10) reactor.removeWriter();
      };
      reactor.addWriter();
      await nextTick();
      expect(told).to.have.length(10);
    });
  });

  describe('while others wait for their turn', () => {
    /** How often `descriptor` writes, of any number of times, before the other has its turn. */
    const share = async (writableHighWaterMark: number | undefined): Promise<number> => {
      await begin();
      const { reactor, descriptor, told } = driven({ writableHighWaterMark });
      descriptor.onWrite = () => {
        if (told.length === 15) reactor.removeWriter();
      };
      let before: number | undefined;
      waitForTurn({ run: () => (before = told.length) });
      reactor.addWriter();
      await nextTick();
      const first = told.length;
      await until(() => told.length === 15);
      expect(before).to.equal(first);
      return first;
    };

    it('writes 64 KiB, as long as its writes are of the highWaterMark, and at least once', async () => {
      expect(await share(16_384)).to.equal(4);
      expect(await share(8192)).to.equal(8);
      expect(await share(65_536)).to.equal(1);
      expect(await share(1_000_000)).to.equal(1);
      expect(await share(Infinity)).to.equal(1);
      expect(await share(undefined)).to.equal(1);
    });

    /** One that has had its share and waits for its turn behind another. */
    const waiting = () => {
      const all = driven({ writableHighWaterMark: Infinity });
      all.descriptor.onWrite = () => all.reactor.addWriter();
      const order: unknown[] = [];
      waitForTurn({ run: () => order.push(`other after ${all.told.length}`) });
      return { ...all, order };
    };

    it('does not write before its turn because the stream drains', async () => {
      const { reactor, stream, told, order } = waiting();
      reactor.addWriter();
      await nextTick();
      expect(told).to.have.length(1);
      stream.onWrite = () => false;
      reactor.sendAtOnce(one, 1);
      stream.emit('drain');
      expect(told).to.have.length(1);
      await until(() => told.length > 1);
      expect(order).to.deep.equal(['other after 1']);
      reactor.drop();
    });

    it('does not write before its turn because it was wanted to while it wrote', async () => {
      const { reactor, stream, told, order } = waiting();
      stream.onWrite = () => false;
      reactor.send([one], false);
      reactor.addWriter();
      stream.emit('drain');
      expect(told).to.have.length(1);
      await nextTick();
      expect(told).to.have.length(1);
      await until(() => told.length > 1);
      expect(order).to.deep.equal(['other after 1']);
      reactor.drop();
    });
  });
});

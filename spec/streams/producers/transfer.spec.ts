/** A transfer ends once: the calls that come after its end find nothing to do. */
import { Buffer } from 'node:buffer';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import type { Transfer } from '../../../lib/streams/producers/transfer.js';
import { failure, fails } from '../../support/failure.js';
import { loggedErrors } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { made } from '../../support/transfers.js';

describe('Transfer', () => {
  const logged = loggedErrors();

  it('passes on the data that comes, and unregisters once at the end', async () => {
    const { transfer, news, source } = made();
    source().onChunk(Buffer.from('a'));
    source().onEnd();
    expect(transfer.isRunning).to.equal(false);
    expect(news()).to.deep.equal([
      ...['register push', 'resume source', 'a'],
      ...['close source', 'unregister'],
    ]);
    await transfer.done;
  });

  it('only writes to a consumer that has a member of the name of one of ours', () => {
    const { news, source } = made({ consumer: { writesAtOnce: true, writeAtOnce: fails } });
    news();
    source().onChunk(Buffer.from('a'));
    expect(news()).to.deep.equal(['a']);
  });

  it('ends at once, too, where the last write answered with anything but a promise', () => {
    const { transfer, source } = made({ consumer: { write: () => true } });
    source().onChunk(Buffer.from('a'));
    source().onEnd();
    expect(transfer.isRunning).to.equal(false);
  });

  for (const [what, end] of [
    ['has ended', ({ source }) => source().onEnd()],
    ['was stopped', ({ transfer }) => transfer.stopProducing()],
    ['has failed', ({ transfer }) => transfer.fail(failure)],
  ] as [string, (all: ReturnType<typeof made>) => void][]) {
    it(`does nothing when it is stopped, fails or ends after it ${what}`, async () => {
      const all = made();
      const { transfer, news, source } = all;
      end(all);
      await transfer.done.catch(() => {});
      news();
      transfer.stopProducing();
      transfer.fail(new Error('late'));
      source().onEnd();
      source().onError(new Error('late'));
      transfer.pauseProducing();
      transfer.resumeProducing();
      await turn();
      expect(news()).to.deep.equal([]);
    });
  }

  it('destroys the source when it is stopped, and does not unregister', async () => {
    const { transfer, news } = made();
    news();
    transfer.stopProducing();
    expect(news()).to.deep.equal(['close source', 'destroy source']);
    expect(await rejection(transfer.done)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
  });

  it('destroys the source when it fails, tells a consumer that has producerFailed, and unregisters', async () => {
    const told: unknown[] = [];
    const consumer = { producerFailed: (reason: unknown) => told.push(reason) };
    const { transfer, news } = made({ consumer });
    news();
    transfer.fail(failure);
    expect(news()).to.deep.equal(['close source', failure, 'unregister']);
    expect(told).to.deep.equal([failure]);
    expect(await rejection(transfer.done)).to.equal(failure);
  });

  it('logs an error that a consumer throws after a failure, and rejects with the failure', async () => {
    const second = new Error('second');
    const consumer = {
      unregisterProducer() {
        throw second;
      },
    };
    const { transfer } = made({ consumer });
    transfer.fail(failure);
    expect(await rejection(transfer.done)).to.equal(failure);
    expect(logged).to.deep.equal([second]);
  });

  it('rejects with the error that unregisterProducer throws at the end', async () => {
    const consumer = {
      unregisterProducer() {
        throw failure;
      },
    };
    const { transfer, source } = made({ consumer });
    source().onEnd();
    expect(await rejection(transfer.done)).to.equal(failure);
  });

  it('rejects with the error that registerProducer throws, and leaves the source alone', async () => {
    const consumer = {
      registerProducer() {
        throw failure;
      },
    };
    const { transfer, news, source } = made({ consumer });
    expect(await rejection(transfer.done)).to.equal(failure);
    expect(news()).to.deep.equal([]);
    expect(source(), 'not opened').to.equal(undefined);
  });

  it('fails as its source does', async () => {
    const { transfer, news, source } = made();
    news();
    source().onError(failure);
    expect(news()).to.deep.equal(['close source', failure, 'unregister']);
    expect(await rejection(transfer.done)).to.equal(failure);
  });

  it('pauses its source when it is paused, and resumes it when it is resumed', () => {
    const { transfer, news } = made();
    news();
    transfer.pauseProducing();
    transfer.resumeProducing();
    expect(news()).to.deep.equal(['pause source', 'resume source']);
  });

  it('gives one chunk each time that it is asked, and buffers the others', () => {
    const { transfer, news, source } = made({ streaming: false });
    expect(news()).to.deep.equal(['register pull', 'pause source']);
    for (const data of ['a', 'b']) source().onChunk(Buffer.from(data));
    expect(news().filter((call) => call !== 'pause source')).to.deep.equal([]);
    transfer.resumeProducing();
    expect(news()).to.include('a').and.not.include('b');
    transfer.resumeProducing();
    expect(news()).to.include('b');
  });

  describe('with chunks that came while it was paused', () => {
    /** A transfer that is paused, and has `count` chunks. */
    function holding(count: number, write: (all: ReturnType<typeof made>) => void) {
      const all: ReturnType<typeof made> = made({
        consumer: {
          write: (data: Uint8Array) => {
            all.calls.push(String(data));
            write(all);
          },
        },
      });
      all.transfer.pauseProducing();
      for (let name = 1; name <= count; name += 1) all.source().onChunk(Buffer.from(String(name)));
      all.news();
      return all;
    }

    it('passes them on and resumes its source', () => {
      const { transfer, news, source } = holding(2, () => {});
      transfer.resumeProducing();
      expect(news()).to.deep.equal(['1', '2', 'resume source']);
      source().onChunk(Buffer.from('3'));
      expect(news()).to.deep.equal(['3']);
    });

    it('never writes from inside a write, though it is resumed there', () => {
      let depth = 0;
      const { transfer, news } = holding(3, (all) => {
        depth += 1;
        expect(depth).to.equal(1);
        all.transfer.resumeProducing();
        depth -= 1;
      });
      transfer.resumeProducing();
      expect(news()).to.deep.equal(['1', '2', '3', 'resume source']);
    });

    it('drops them when it is stopped in the midst, and leaves its source alone from then on', async () => {
      const { transfer, news } = holding(3, (all) => all.transfer.stopProducing());
      transfer.resumeProducing();
      expect(news()).to.deep.equal(['1', 'close source', 'destroy source']);
      await rejection(transfer.done);
    });
  });

  it('ends only when all that it has buffered was asked for', async () => {
    const { transfer, news, source } = made({ streaming: false });
    source().onChunk(Buffer.from('a'));
    source().onEnd();
    await turn();
    expect(transfer.isRunning).to.equal(true);
    transfer.resumeProducing();
    await transfer.done;
    expect(news().slice(-3)).to.deep.equal(['a', 'close source', 'unregister']);
  });

  describe('to a consumer that fails', () => {
    it('logs the error that registerProducer throws after it has stopped the producer', async () => {
      const consumer = {
        registerProducer(producer: Transfer) {
          producer.stopProducing();
          throw failure;
        },
      };
      const { transfer } = made({ consumer });
      expect(await rejection(transfer.done)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
      expect(logged).to.deep.equal([failure]);
    });

    it('rejects with the error that write throws, or with the reason that its promise has', async () => {
      for (const write of [
        () => {
          throw failure;
        },
        () => Promise.reject(failure),
      ]) {
        const { transfer, source, news } = made({ consumer: { write } });
        source().onChunk(Buffer.from('a'));
        expect(await rejection(transfer.done)).to.equal(failure);
        expect(news().slice(-2)).to.deep.equal([failure, 'unregister']);
      }
      expect(logged).to.deep.equal([]);
    });

    it('waits with the end until the promise of the last write may have rejected', async () => {
      const { transfer, source } = made({ consumer: { write: () => Promise.reject(failure) } });
      source().onChunk(Buffer.from('a'));
      source().onEnd();
      expect(transfer.isRunning).to.equal(true);
      expect(await rejection(transfer.done)).to.equal(failure);
      const kept = made({ consumer: { write: () => Promise.resolve() } });
      kept.source().onChunk(Buffer.from('a'));
      kept.source().onEnd();
      await kept.transfer.done;
    });

    it('waits so although a later write answered at once, or it is resumed meanwhile', async () => {
      for (const answer of [undefined, true]) {
        const answers = [Promise.reject(failure), answer];
        const { transfer, source } = made({ consumer: { write: () => answers.shift() } });
        for (const data of ['a', 'b']) source().onChunk(Buffer.from(data));
        source().onEnd();
        transfer.resumeProducing();
        expect(await rejection(transfer.done)).to.equal(failure);
      }
    });

    it('logs a reason that comes after the transfer is over', async () => {
      const { transfer, source } = made({ consumer: { write: () => Promise.reject(failure) } });
      source().onChunk(Buffer.from('a'));
      transfer.stopProducing();
      expect(await rejection(transfer.done)).to.have.property('code', 'ERR_PRODUCER_STOPPED');
      await turn();
      expect(logged).to.deep.equal([failure]);
    });
  });

  it('pauses a source for which that is costly only when it gives a chunk that is not wanted', () => {
    for (const isPausingCostly of [true, false]) {
      const { transfer, news, source } = made({
        isPausingCostly,
        consumer: { write: () => transfer.pauseProducing() },
      });
      news();
      source().onChunk(Buffer.from('a'));
      expect(news()).to.deep.equal(isPausingCostly ? [] : ['pause source']);
      source().onChunk(Buffer.from('b'));
      expect(news()).to.deep.equal(['pause source']);
    }
  });

  it('leaves out empty bytes, but passes on every value to a consumer of objects', () => {
    const written: unknown[] = [];
    const write = (data: unknown) => void written.push(data);
    const bytes = made({ consumer: { write } });
    for (const data of ['', 'a']) bytes.source().onChunk(Buffer.from(data));
    expect(written.splice(0).map(String)).to.deep.equal(['a']);
    const objects = made({ consumer: { write, takesObjects: true } });
    const values = ['', [], undefined, 0, Buffer.alloc(0)];
    for (const value of values) objects.source().onChunk(value);
    expect(written).to.deep.equal(values);
  });
});

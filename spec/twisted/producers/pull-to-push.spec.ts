import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { isPushProducer } from '../../../lib/twisted/core/interfaces.js';
import { PullToPush } from '../../../lib/twisted/producers/pull-to-push.js';
import { NotPaused, SchedulerError } from '../../../lib/twisted/cooperation/scheduler-errors.js';
import { NonStreamingProducer } from '../../../lib/testing/non-streaming-producer.js';
import { StringTransport } from '../../../lib/testing/string-transport.js';
import { loggedEvents } from '../../support/logged.js';
import { pumped } from '../../support/pumped-cooperator.js';

const oops = new Error('oops');

/** A transport that, as `PullToPush` needs it, stops streaming when its producer unregisters. */
class Transport extends StringTransport {
  wrapper: PullToPush | undefined;
  writes = 0;
  afterWrite = (_writes: number): void => {};

  override write(data: Uint8Array): void {
    super.write(data);
    this.writes += 1;
    this.afterWrite(this.writes);
  }

  override unregisterProducer(): void {
    super.unregisterProducer();
    this.wrapper?.stopStreaming();
  }
}

describe('PullToPush', () => {
  const reported = loggedEvents();

  /** A producer of ten digits on its way into a transport. */
  function streaming() {
    const { scheduler, cooperator } = pumped();
    const transport = new Transport();
    const producer = new NonStreamingProducer(transport);
    const adapter = new PullToPush(producer, transport, cooperator);
    transport.wrapper = adapter;
    transport.registerProducer(adapter, true);
    const written = () => transport.value().toString();
    return { scheduler, transport, producer, adapter, written };
  }

  it('is a push producer', () => {
    expect(isPushProducer(streaming().adapter)).to.equal(true);
  });

  it('asks the producer until it unregisters, and not after that', async () => {
    const { scheduler, transport, producer, adapter, written } = streaming();
    adapter.startStreaming();
    expect(written()).to.equal('');
    scheduler.pump();
    expect(written()).to.equal('0');
    scheduler.run();
    await producer.result;
    expect(written()).to.equal('0123456789');
    expect(transport.producer).to.equal(null);
    await turn();
    expect(reported).to.deep.equal([]);
  });

  it('takes turns with the whole program if it is given no cooperator', async () => {
    const transport = new Transport();
    const producer = new NonStreamingProducer(transport);
    transport.wrapper = new PullToPush(producer, transport);
    transport.registerProducer(transport.wrapper, true);
    transport.wrapper.startStreaming();
    await producer.result;
    expect(transport.value().toString()).to.equal('0123456789');
  });

  it('asks no more while it is paused', () => {
    const { scheduler, transport, adapter, written } = streaming();
    transport.afterWrite = (writes) => {
      if (writes === 3) adapter.pauseProducing();
    };
    adapter.startStreaming();
    scheduler.run();
    expect(written()).to.equal('012');
    adapter.resumeProducing();
    scheduler.run();
    expect(written()).to.equal('0123456789');
  });

  it('goes on when it is paused and resumed while the producer writes', () => {
    const { scheduler, transport, adapter, written } = streaming();
    transport.afterWrite = () => {
      adapter.pauseProducing();
      adapter.resumeProducing();
    };
    adapter.startStreaming();
    scheduler.run();
    expect(written()).to.equal('0123456789');
  });

  it('counts pauses, as Twisted does', () => {
    const { scheduler, adapter, written } = streaming();
    adapter.startStreaming();
    adapter.pauseProducing();
    adapter.pauseProducing();
    adapter.resumeProducing();
    scheduler.run();
    expect(written()).to.equal('');
    adapter.resumeProducing();
    scheduler.run();
    expect(written()).to.equal('0123456789');
    expect(() => adapter.resumeProducing()).to.throw(NotPaused);
  });

  it('stops the producer too when it is stopped', () => {
    const { scheduler, transport, producer, adapter, written } = streaming();
    transport.afterWrite = (writes) => {
      if (writes === 3) adapter.stopProducing();
    };
    adapter.startStreaming();
    scheduler.run();
    expect(written()).to.equal('012');
    expect(producer.stopped).to.equal(true);
  });

  it('may be told twice to stop streaming', () => {
    const { scheduler, adapter, written } = streaming();
    adapter.startStreaming();
    adapter.stopStreaming();
    adapter.stopStreaming();
    scheduler.run();
    expect(written()).to.equal('');
  });

  describe('when the producer throws', () => {
    function failing() {
      const flow = streaming();
      const { producer } = flow;
      const resumeProducing = producer.resumeProducing.bind(producer);
      producer.resumeProducing = () => {
        if (producer.counter === 2) throw oops;
        resumeProducing();
      };
      return flow;
    }

    it('reports that and unregisters it', () => {
      const { scheduler, transport, adapter, written } = failing();
      adapter.startStreaming();
      scheduler.run();
      expect(written()).to.equal('01');
      expect(transport.producer).to.equal(null);
      expect(reported).to.deep.equal([
        { error: oops, why: 'NonStreamingProducer failed, producing will be stopped' },
      ]);
    });

    it('reports a rejection that comes when it has unregistered', async () => {
      const { scheduler, transport, producer, adapter } = streaming();
      producer.resumeProducing = () => Promise.reject(oops) as never;
      adapter.startStreaming();
      scheduler.pump();
      transport.unregisterProducer();
      await turn();
      expect(reported).to.deep.equal([{ error: oops, why: 'NonStreamingProducer failed' }]);
    });

    it('stops streaming although unregistering throws, and reports both', () => {
      const { scheduler, transport, adapter, written } = failing();
      const unwilling = new Error('unwilling');
      transport.unregisterProducer = () => {
        throw unwilling;
      };
      adapter.startStreaming();
      scheduler.run();
      expect(written()).to.equal('01');
      expect(reported).to.deep.equal([
        { error: oops, why: 'NonStreamingProducer failed, producing will be stopped' },
        { error: unwilling, why: 'Transport failed to unregister producer' },
      ]);
      adapter.stopStreaming();
    });

    it('asks it again if the consumer does not stop streaming, as Twisted does', () => {
      const { scheduler, cooperator } = pumped();
      const told: string[] = [];
      const resumeProducing = () => {
        told.push('resume');
        throw oops;
      };
      const adapter = new PullToPush(
        { resumeProducing, stopProducing: () => {} },
        { unregisterProducer: () => told.push('unregister') },
        cooperator,
      );
      adapter.startStreaming();
      scheduler.pump();
      scheduler.pump();
      expect(told).to.deep.equal(['resume', 'unregister', 'resume', 'unregister']);
      adapter.stopStreaming();
    });
  });

  it('gives the promise of a producer whose stopProducing is an async function', () => {
    const { adapter, producer } = streaming();
    const stopped = Promise.resolve();
    producer.stopProducing = () => stopped as never;
    expect(adapter.stopProducing()).to.equal(stopped);
  });

  describe('before it has started', () => {
    it('stops the producer, and then does not start', () => {
      const { scheduler, producer, adapter } = streaming();
      adapter.stopProducing();
      expect(producer.stopped).to.equal(true);
      adapter.startStreaming();
      expect(scheduler.due).to.equal(0);
    });

    it('can be neither paused nor resumed', () => {
      const { adapter } = streaming();
      expect(() => adapter.pauseProducing()).to.throw(SchedulerError);
      expect(() => adapter.resumeProducing()).to.throw(SchedulerError);
    });
  });

  describe('bad input', () => {
    const producer = { resumeProducing() {}, stopProducing() {} };
    const consumer = new StringTransport();
    const wrong: [string, unknown[]][] = [
      ['a pull producer', [null, consumer]],
      ['a producer with resumeProducing', [{ stopProducing() {} }, consumer]],
      ['a consumer', [producer, null]],
      ['a consumer with unregisterProducer', [producer, { write() {} }]],
      ['a cooperator', [producer, consumer, null]],
      ['a cooperator with cooperate', [producer, consumer, {}]],
    ];
    for (const [name, args] of wrong) {
      it(`refuses a value that is not ${name}`, () => {
        const make = () =>
          new PullToPush(...(args as unknown as ConstructorParameters<typeof PullToPush>));
        expect(make).to.throw(InvalidArgTypeError);
      });
    }
  });
});

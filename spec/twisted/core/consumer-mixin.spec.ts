import { expect } from 'chai';
import sinon from 'sinon';

import { ConsumerMixin } from '../../../lib/twisted/core/consumer-mixin.js';
import { InvalidArgTypeError, MethodNotImplementedError } from '../../../lib/base/errors.js';
import { ProducerAlreadyRegisteredError } from '../../../lib/twisted/core/errors.js';
import type { IPushProducer } from '../../../lib/twisted/core/interfaces.js';

class Consumer extends ConsumerMixin() {
  connected = true;
  disconnecting = false;
  disconnected = false;
  startWriting(): void {}
}

/** Whatever it is told, it adds to `log`; `then` is what it does about it. */
function fakeProducer(log: string[] = [], then: () => void = () => {}): IPushProducer {
  const told = (method: string) => (): void => {
    log.push(method);
    then();
  };
  return {
    pauseProducing: told('pause'),
    resumeProducing: told('resume'),
    stopProducing: told('stop'),
  };
}

describe('ConsumerMixin', () => {
  it('starts without a producer', () => {
    expect(new Consumer()).to.include({
      producer: null,
      producerPaused: false,
      streamingProducer: false,
    });
  });

  it('remembers a push producer and does not call it', () => {
    const consumer = new Consumer();
    const log: string[] = [];
    const producer = fakeProducer(log);
    consumer.registerProducer(producer, true);
    expect(consumer).to.include({ producer, streamingProducer: true });
    expect(log).to.deep.equal([]);
  });

  it('asks a pull producer once, its own state already right', () => {
    const consumer = new Consumer();
    const seen: unknown[] = [];
    const producer = {
      resumeProducing: () => seen.push(consumer.producer, consumer.streamingProducer),
      stopProducing: () => {},
    };
    consumer.registerProducer(producer, false);
    expect(seen).to.deep.equal([producer, false]);
  });

  it('lets a pull producer unregister and register another from inside resumeProducing', () => {
    const consumer = new Consumer();
    const next = fakeProducer();
    const producer = fakeProducer([], () => {
      consumer.unregisterProducer();
      consumer.registerProducer(next, true);
    });
    consumer.registerProducer(producer, false);
    expect(consumer).to.include({ producer: next, streamingProducer: true });
  });

  it('throws the error of a pull producer, and keeps it registered', () => {
    const consumer = new Consumer();
    const producer = fakeProducer([], () => {
      throw new Error('nothing there');
    });
    expect(() => consumer.registerProducer(producer, false)).to.throw('nothing there');
    expect(consumer.producer).to.equal(producer);
  });

  it('refuses a second producer and changes nothing', () => {
    const consumer = new Consumer();
    const log: string[] = [];
    const first = fakeProducer();
    consumer.registerProducer(first, true);
    consumer.producerPaused = true;
    for (const second of [fakeProducer(log), first]) {
      expect(() => consumer.registerProducer(second, false))
        .to.throw(ProducerAlreadyRegisteredError)
        .with.property('code', 'ERR_PRODUCER_ALREADY_REGISTERED');
    }
    expect(consumer).to.include({
      producer: first,
      streamingProducer: true,
      producerPaused: true,
    });
    expect(log).to.deep.equal([]);
  });

  it('stops a producer that registers when it is disconnected, and does not keep it', () => {
    for (const streaming of [true, false]) {
      const log: string[] = [];
      const consumer = Object.assign(new Consumer(), { connected: false, disconnected: true });
      consumer.registerProducer(fakeProducer(log), streaming);
      expect(consumer.producer).to.equal(null);
      expect(log).to.deep.equal(['stop']);
    }
  });

  it('refuses a value that is not a producer of the kind that `streaming` says, and changes nothing', () => {
    const consumer = new Consumer();
    const pull = { resumeProducing() {}, stopProducing() {} };
    const wrong: [unknown, boolean][] = [
      [pull, true],
      [{ ...pull, stopProducing: undefined }, false],
      [null, true],
      [undefined, false],
      ['producer', true],
    ];
    for (const [producer, streaming] of wrong) {
      expect(() => consumer.registerProducer(producer as IPushProducer, streaming))
        .to.throw(InvalidArgTypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
    }
    expect(consumer.producer).to.equal(null);
  });

  it('owes a new producer nothing for the pause of the last one', () => {
    const consumer = new Consumer();
    consumer.registerProducer(fakeProducer(), true);
    consumer.producerPaused = true;
    consumer.unregisterProducer();
    consumer.registerProducer(fakeProducer(), true);
    expect(consumer.producerPaused).to.equal(false);
  });

  it('forgets the producer without calling it', () => {
    const consumer = new Consumer();
    const log: string[] = [];
    consumer.registerProducer(fakeProducer(log), true);
    consumer.unregisterProducer();
    expect(consumer.producer).to.equal(null);
    expect(log).to.deep.equal([]);
  });

  it('asks to write once when a producer unregisters from a closing connection, forgotten by then', () => {
    const consumer = Object.assign(new Consumer(), { disconnecting: true });
    const seen: unknown[] = [];
    Object.assign(consumer, { startWriting: () => seen.push(consumer.producer) });
    consumer.registerProducer(fakeProducer(), true);
    consumer.unregisterProducer();
    expect(seen).to.deep.equal([null]);
  });

  it('does not ask to write when a producer unregisters from any other connection', () => {
    const open = new Consumer();
    const gone = Object.assign(new Consumer(), { connected: false, disconnecting: true });
    for (const consumer of [open, gone]) {
      const startWriting = sinon.spy(consumer, 'startWriting');
      consumer.unregisterProducer();
      sinon.assert.notCalled(startWriting);
    }
  });

  it('says which class lacks startWriting', () => {
    // @ts-expect-error -- The compiler says so first.
    class Lacking extends ConsumerMixin() {
      connected = true;
      disconnecting = true;
      disconnected = false;
    }
    expect(() => new Lacking().unregisterProducer()).to.throw(
      MethodNotImplementedError,
      'Lacking does not implement startWriting()',
    );
  });

  it('mixes into a class of yours, arguments and all', () => {
    class Named {
      constructor(readonly name: string) {}
    }
    class NamedConsumer extends ConsumerMixin(Named) {
      connected = true;
      disconnecting = false;
      disconnected = false;
      startWriting(): void {}
    }
    const consumer = new NamedConsumer('sink');
    const producer = fakeProducer();
    consumer.registerProducer(producer, true);
    expect(consumer).to.be.instanceOf(Named);
    expect(consumer).to.include({ name: 'sink', producer });
  });
});

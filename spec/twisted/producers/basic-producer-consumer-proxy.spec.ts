import { expect } from 'chai';

import { BasicProducerConsumerProxy } from '../../../lib/twisted/producers/basic-producer-consumer-proxy.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { ProducerAlreadyRegisteredError } from '../../../lib/twisted/core/errors.js';
import type { IConsumer, IPullProducer } from '../../../lib/twisted/core/interfaces.js';
import { bytes, makeEnds, type Ends } from '../../support/ends.js';

class PullingProxy extends BasicProducerConsumerProxy {
  override get iAmStreaming(): boolean {
    return false;
  }
}

describe('BasicProducerConsumerProxy', () => {
  let ends: Ends;
  let proxy: BasicProducerConsumerProxy;

  beforeEach(() => {
    ends = makeEnds();
    proxy = new BasicProducerConsumerProxy(ends.consumer);
    proxy.registerProducer(ends.producer, true);
    ends.log.length = 0;
  });

  describe('in between', () => {
    it('passes everything on, each way', () => {
      proxy.write(bytes('a'));
      proxy.pauseProducing();
      proxy.resumeProducing();
      proxy.unregisterProducer();
      expect(ends.log).to.deep.equal(['write a', 'p pause', 'p resume', 'unregister']);
    });

    it('has nothing to do at first', () => {
      const idle = { paused: false, stopped: false, outstandingPull: false };
      expect(new BasicProducerConsumerProxy(null)).to.include({
        ...{ consumer: null, producer: null, producerIsStreaming: null },
        ...idle,
      });
    });

    it('finishes the consumer, then unregisters from it', () => {
      proxy.finish();
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['finish', 'unregister']);
    });

    it('buffers the bytes that are written while it is paused, and then writes them first', () => {
      proxy.pauseProducing();
      proxy.write(bytes('a'));
      proxy.write(bytes('b'));
      ends.when['p resume'] = () => proxy.write(bytes('c'));
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['p pause', 'write ab', 'p resume', 'write c']);
    });

    it('passes on the same memory, as a Buffer, also of a single write that it has buffered', () => {
      for (const isPaused of [false, true]) {
        const given = new Uint8Array([1, 2, 3]);
        let passedOn: Uint8Array | undefined;
        ends.consumer.write = (data) => (passedOn = data);
        if (isPaused) proxy.pauseProducing();
        proxy.write(given);
        proxy.resumeProducing();
        expect(Buffer.isBuffer(passedOn)).to.equal(true);
        given[0] = 9;
        expect(passedOn?.[0]).to.equal(9);
      }
    });

    it('passes on that the producer has failed, where the consumer can be told', () => {
      const reason = new Error('cut short');
      proxy.producerFailed(reason);
      Object.assign(ends.consumer, {
        producerFailed: (given: Error) => ends.log.push(given.message),
      });
      proxy.producerFailed(reason);
      expect(ends.log).to.deep.equal(['cut short']);
    });

    it('does not pause a pull producer that cannot be paused', () => {
      proxy.unregisterProducer();
      const puller: IPullProducer = { resumeProducing: () => {}, stopProducing: () => {} };
      proxy.registerProducer(puller, false);
      proxy.pauseProducing();
      expect(proxy.paused).to.equal(true);
    });
  });

  describe('as a pull producer', () => {
    beforeEach(() => {
      ends = makeEnds();
      proxy = new PullingProxy(ends.consumer);
      proxy.registerProducer(ends.producer, false);
    });

    it('registers as a pull producer, and buffers bytes that come before it is asked', () => {
      proxy.write(bytes('a'));
      proxy.write(bytes('b'));
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['register pull', 'write ab', 'p resume']);
    });

    it('answers a request once, when there are bytes to write', () => {
      proxy.resumeProducing();
      proxy.write(bytes('a'));
      proxy.write(bytes('b'));
      expect(ends.log).to.deep.equal(['register pull', 'p resume', 'write a']);
    });

    it('has answered when the consumer is called, and remembers that the consumer asks again', () => {
      proxy.resumeProducing();
      ends.when['write'] = () => {
        expect(proxy.outstandingPull).to.equal(false);
        proxy.resumeProducing();
      };
      proxy.write(bytes('a'));
      proxy.write(bytes('b'));
      expect(ends.log.slice(1)).to.deep.equal(['p resume', 'write a', 'p resume', 'write b']);
    });

    it('has answered although the consumer throws', () => {
      proxy.resumeProducing();
      ends.when['write'] = () => {
        throw new Error('full');
      };
      expect(() => proxy.write(bytes('a'))).to.throw('full');
      proxy.write(bytes('b'));
      expect(ends.received()).to.equal('a');
    });
  });

  describe('called back while it writes the buffered bytes', () => {
    beforeEach(() => {
      proxy.pauseProducing();
      proxy.write(bytes('a'));
      ends.log.length = 0;
    });

    it('repeats nothing when it is asked again', () => {
      ends.when['write'] = () => proxy.resumeProducing();
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['write a', 'p resume', 'p resume']);
    });

    it('loses nothing that is written while it is paused again', () => {
      ends.when['write'] = () => {
        proxy.pauseProducing();
        proxy.write(bytes('b'));
      };
      proxy.resumeProducing();
      proxy.resumeProducing();
      expect(ends.received()).to.equal('ab');
    });

    it('repeats nothing when the consumer throws', () => {
      ends.when['write'] = () => {
        throw new Error('full');
      };
      expect(() => proxy.resumeProducing()).to.throw('full');
      proxy.resumeProducing();
      expect(ends.received()).to.equal('a');
    });
  });

  describe('stopped', () => {
    it('is stopped, and has no consumer, before it stops the producer', () => {
      ends.when['p stop'] = () => {
        expect(proxy.stopped).to.equal(true);
        expect(proxy.consumer).to.equal(null);
        proxy.unregisterProducer();
      };
      proxy.stopProducing();
      expect(ends.log).to.deep.equal(['p stop']);
    });

    it('is so although the producer throws', () => {
      ends.when['p stop'] = () => {
        throw new Error('no');
      };
      expect(() => proxy.stopProducing()).to.throw('no');
      expect(proxy.consumer).to.equal(null);
    });

    it('writes nothing any more', () => {
      proxy.stopProducing();
      proxy.write(bytes('a'));
      proxy.pauseProducing();
      proxy.write(bytes('b'));
      proxy.resumeProducing();
      expect(ends.received()).to.equal('');
    });
  });

  describe('with a producer registered', () => {
    it('refuses another, and changes nothing', () => {
      expect(() => proxy.registerProducer(ends.other, false)).to.throw(
        ProducerAlreadyRegisteredError,
      );
      expect(proxy).to.include({ producer: ends.producer, producerIsStreaming: true });
    });

    it('takes the same producer again, as the other kind', () => {
      proxy.registerProducer(ends.producer, false);
      expect(proxy).to.include({ producer: ends.producer, producerIsStreaming: false });
    });

    it('forgets it when it finishes, although the consumer throws', () => {
      ends.when['finish'] = () => {
        throw new Error('no');
      };
      expect(() => proxy.finish()).to.throw('no');
      expect(proxy).to.include({ producer: null, producerIsStreaming: null });
      expect(ends.log).to.deep.equal(['finish', 'unregister']);
    });
  });

  describe('without a consumer', () => {
    it('still stops its producer, and drops the bytes that it would pass on', () => {
      proxy = new BasicProducerConsumerProxy(null);
      proxy.registerProducer(ends.producer, true);
      proxy.write(bytes('a'));
      proxy.finish();
      proxy.registerProducer(ends.producer, true);
      proxy.stopProducing();
      expect(ends.log).to.deep.equal(['p stop']);
    });

    it('has no one to tell that its producer has failed', () => {
      proxy = new BasicProducerConsumerProxy(null);
      proxy.registerProducer(ends.producer, true);
      proxy.producerFailed(new Error('failed'));
      expect(ends.log).to.deep.equal([]);
    });

    it('writes to one that is set by hand, and does not register with it', () => {
      proxy = new BasicProducerConsumerProxy(null);
      proxy.consumer = ends.consumer;
      proxy.registerProducer(ends.producer, true);
      proxy.write(bytes('a'));
      expect(ends.log).to.deep.equal(['write a']);
    });

    it('keeps the buffered bytes for the consumer that it is given', () => {
      proxy = new BasicProducerConsumerProxy(null);
      proxy.pauseProducing();
      proxy.write(bytes('a'));
      proxy.resumeProducing();
      proxy.consumer = ends.consumer;
      proxy.write(bytes('b'));
      proxy.resumeProducing();
      expect(ends.received()).to.equal('ab');
    });
  });

  describe('given a bad argument', () => {
    it('throws a typed error, and changes nothing', () => {
      const wrongly: [() => void, string][] = [
        [() => new BasicProducerConsumerProxy({} as IConsumer), 'ERR_INVALID_ARG_TYPE'],
        [() => proxy.write('text' as unknown as Uint8Array), 'ERR_INVALID_ARG_TYPE'],
        [() => proxy.registerProducer({} as IPullProducer, false), 'ERR_INVALID_ARG_TYPE'],
      ];
      for (const [call, code] of wrongly) {
        expect(call).to.throw(InvalidArgTypeError).with.property('code', code);
      }
      expect(ends.log).to.deep.equal([]);
      expect(proxy.producer).to.equal(ends.producer);
    });

    it('does not finish a consumer that has no finish', () => {
      const consumer = { ...ends.consumer, finish: undefined };
      proxy = new BasicProducerConsumerProxy(consumer);
      proxy.registerProducer(ends.producer, true);
      expect(() => proxy.finish()).to.throw(InvalidArgTypeError);
      expect(proxy.producer).to.equal(ends.producer);
    });
  });

  describe('iAmStreaming', () => {
    it('may be a getter: the constructor asks it', () => {
      new PullingProxy(ends.consumer);
      expect(ends.log).to.deep.equal(['register pull']);
    });

    it('may be a field: it is corrected before anything is written', () => {
      class Late extends BasicProducerConsumerProxy {
        // @ts-expect-error TypeScript wants a getter; JavaScript does not.
        override iAmStreaming = false;
      }
      proxy = new Late(ends.consumer);
      proxy.write(bytes('a'));
      proxy.write(bytes('b'));
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['register push', 'unregister', 'register pull', 'write ab']);
    });

    it('is corrected as a producer registers, which waits to be asked before it writes', () => {
      class Late extends BasicProducerConsumerProxy {
        // @ts-expect-error TypeScript wants a getter; JavaScript does not.
        override iAmStreaming = false;
      }
      proxy = new Late(ends.consumer);
      proxy.registerProducer(ends.producer, false);
      expect(ends.log).to.deep.equal(['register push', 'unregister', 'register pull']);
    });

    it('may be set, and taken back, when the consumer has stopped it', () => {
      proxy.stopProducing();
      proxy.iAmStreaming = false;
      proxy.write(bytes('a'));
      expect(ends.log).to.deep.equal(['p stop']);
      delete (proxy as Partial<BasicProducerConsumerProxy>).iAmStreaming;
      expect(proxy.iAmStreaming).to.equal(true);
    });

    it('may be set on an instance', () => {
      proxy.iAmStreaming = false;
      proxy.write(bytes('a'));
      expect(ends.log).to.deep.equal(['unregister', 'register pull']);
      proxy.iAmStreaming = true;
      expect(proxy.iAmStreaming).to.equal(true);
    });

    it('lets no state be overwritten that a consumer makes while the constructor runs', () => {
      ends.when['register'] = () => ends.consumer.producer?.resumeProducing();
      proxy = new PullingProxy(ends.consumer);
      expect(proxy.outstandingPull).to.equal(true);
    });
  });
});

import { expect } from 'chai';

import {
  InvalidArgTypeError,
  InvalidStateError,
  OutOfRangeError,
} from '../../../lib/base/errors.js';
import { ProducerAlreadyRegisteredError } from '../../../lib/twisted/core/errors.js';
import type { IConsumer } from '../../../lib/twisted/core/interfaces.js';
import { ProducerConsumerProxy } from '../../../lib/twisted/producers/producer-consumer-proxy.js';
import { bytes, type Ends } from '../../support/ends.js';
import { proxied, PullingProxy } from '../../support/proxies.js';

/** Writes three bytes at a time. */
class SparingProxy extends PullingProxy {
  protected override writeSomeData(data: Buffer): number {
    super.writeSomeData(data.subarray(0, 3));
    return Math.min(data.length, 3);
  }
}

class PushingProxy extends SparingProxy {
  override get iAmStreaming(): boolean {
    return true;
  }
}

describe('ProducerConsumerProxy', () => {
  let ends: Ends;
  let proxy: ProducerConsumerProxy;

  const start = (...given: Parameters<typeof proxied>): void => {
    ({ ends, proxy } = proxied(...given));
  };

  beforeEach(() => start(ProducerConsumerProxy));

  describe('pausing', () => {
    it('keeps a pause to itself until its buffer is full, and resumes when it has room', () => {
      proxy.pauseProducing();
      proxy.write(bytes('abc'));
      proxy.write(bytes('d'));
      expect(ends.log).to.deep.equal(['p pause']);
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['p pause', 'write abcd', 'p resume']);
    });

    it('does not resume a producer that it did not pause', () => {
      proxy.pauseProducing();
      proxy.write(bytes('abc'));
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['write abc']);
    });

    it('has noted the pause before it pauses the producer, though the producer throws', () => {
      proxy.pauseProducing();
      ends.when['p pause'] = () => {
        expect(proxy.producerPaused).to.equal(true);
        throw new Error('no');
      };
      expect(() => proxy.write(bytes('abcd'))).to.throw('no');
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['p pause', 'write abcd', 'p resume']);
    });

    it('has noted the resume before it resumes the producer, though the producer pauses it again', () => {
      proxy.pauseProducing();
      proxy.write(bytes('abcd'));
      ends.when['p resume'] = () => {
        proxy.pauseProducing();
        proxy.write(bytes('efgh'));
      };
      proxy.resumeProducing();
      proxy.resumeProducing();
      expect(ends.log.slice(1)).to.deep.equal([
        'write abcd',
        'p resume',
        'p pause',
        'write efgh',
        'p resume',
      ]);
    });

    it('owes a new producer nothing for the pause of the last one', () => {
      proxy.pauseProducing();
      proxy.write(bytes('abcd'));
      proxy.unregisterProducer();
      proxy.registerProducer(ends.other, true);
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['p pause', 'write abcd']);
    });

    it('owes it still when the same producer registers again', () => {
      proxy.pauseProducing();
      proxy.write(bytes('abcd'));
      proxy.registerProducer(ends.producer, true);
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['p pause', 'write abcd', 'p resume']);
    });
  });

  describe('unregistering', () => {
    it('unregisters from the consumer when nothing is buffered any more', () => {
      proxy.pauseProducing();
      proxy.write(bytes('a'));
      proxy.unregisterProducer();
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['write a', 'unregister']);
    });

    it('does not when only writes of no bytes were buffered, as Twisted’s does not', () => {
      proxy.pauseProducing();
      proxy.write(bytes(''));
      proxy.unregisterProducer();
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['write ']);
    });

    it('tells it once, after the write in which the producer unregisters', () => {
      proxy.pauseProducing();
      proxy.write(bytes('a'));
      ends.when['write'] = () => {
        proxy.unregisterProducer();
        ends.log.push('written');
      };
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['write a', 'written', 'unregister']);
    });

    it('tells it once, although one such write comes inside another', () => {
      proxy.pauseProducing();
      proxy.write(bytes('a'));
      proxy.unregisterProducer();
      ends.when['write'] = () => {
        proxy.pauseProducing();
        proxy.write(bytes('b'));
        proxy.resumeProducing();
      };
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['write a', 'write b', 'unregister']);
    });

    it('tells it nothing when another producer registers before that write is over', () => {
      class OwnWayProxy extends ProducerConsumerProxy {
        protected override writeSomeData(data: Buffer): number {
          this.consumer?.write(data);
          return data.length;
        }
      }
      start(OwnWayProxy);
      ends.when['write'] = () => {
        proxy.unregisterProducer();
        proxy.registerProducer(ends.other, true);
      };
      proxy.write(bytes('a'));
      expect(ends.log).to.deep.equal(['write a']);
    });
  });

  describe('registering', () => {
    it('answers a consumer that asks from inside each write, however often', () => {
      start(PullingProxy, false);
      let left = 20_000;
      ends.consumer.write = () => {
        if (left-- > 0) proxy.resumeProducing();
      };
      ends.producer.resumeProducing = () => proxy.write(bytes('x'));
      proxy.resumeProducing();
      expect(left).to.equal(-1);
      proxy.resumeProducing();
      expect(left, 'it has not lost count').to.equal(-2);
    });

    it('does so more often than a loop without answers may ask', () => {
      start(PullingProxy, false);
      let left = 1_500_000;
      ends.consumer.write = () => {
        if (left-- > 0) proxy.resumeProducing();
      };
      const data = bytes('x');
      ends.producer.resumeProducing = () => proxy.write(data);
      proxy.resumeProducing();
      expect(left).to.equal(-1);
    });

    it('fails a circle of proxies that ask each other, which would freeze the process', () => {
      const [one, other] = [new PullingProxy(null), new PullingProxy(null)];
      one.registerProducer(other, true);
      other.registerProducer(one, true);
      expect(() => one.resumeProducing())
        .to.throw(InvalidStateError)
        .with.property('code', 'ERR_INVALID_STATE');
    });

    it('asks a pull producer at once, and again if it was registered as a push producer', () => {
      proxy.registerProducer(ends.producer, false);
      expect(ends.log).to.deep.equal(['p resume']);
      expect(proxy.producerIsStreaming).to.equal(false);
    });

    it('refuses another producer, and changes nothing', () => {
      expect(() => proxy.registerProducer(ends.other, false)).to.throw(
        ProducerAlreadyRegisteredError,
      );
      expect(proxy).to.include({ producer: ends.producer, producerIsStreaming: true });
      expect(ends.log).to.deep.equal([]);
    });
  });

  describe('with a writeSomeData that writes a part', () => {
    beforeEach(() => start(SparingProxy));

    it('buffers the rest, in front of the bytes that come later', () => {
      proxy.resumeProducing();
      proxy.write(bytes('abcde'));
      proxy.write(bytes('f'));
      for (let i = 0; i < 3; i++) proxy.resumeProducing();
      expect(ends.log.filter((call) => call.startsWith('write'))).to.deep.equal([
        'write abc',
        'write def',
      ]);
    });

    it('queues the bytes that come while the consumer waits and the proxy may not write', () => {
      let allowance = 0;
      class StingyProxy extends PullingProxy {
        protected override writeSomeData(data: Buffer): number {
          return allowance === 0 ? 0 : super.writeSomeData(data.subarray(0, allowance));
        }
      }
      start(StingyProxy, true);
      proxy.write(bytes('ab'));
      proxy.resumeProducing();
      // Twisted: 'Writing fresh data to consumer before my buffer is empty!'
      proxy.write(bytes('cd'));
      expect(ends.received()).to.equal('');
      allowance = 9;
      proxy.resumeProducing();
      expect(ends.received()).to.equal('abcd');
    });

    it('goes on after the write in which the consumer asks again', () => {
      proxy.write(bytes('abcdefgh'));
      const askAgain = (): void => {
        proxy.resumeProducing();
        ends.when['write'] = askAgain;
      };
      ends.when['write'] = askAgain;
      proxy.resumeProducing();
      expect(ends.log.filter((call) => call.startsWith('write'))).to.deep.equal([
        'write abc',
        'write def',
        'write gh',
      ]);
    });

    it('unregisters only after the last of it', () => {
      proxy.resumeProducing();
      ends.when['write'] = () => proxy.unregisterProducer();
      proxy.write(bytes('abcdefg'));
      proxy.resumeProducing();
      proxy.resumeProducing();
      const calls = ends.log.filter((call) => !call.startsWith('p '));
      expect(calls).to.deep.equal(['write abc', 'write def', 'write g', 'unregister']);
    });

    it('repeats nothing of it, and loses none of the rest, when the consumer throws', () => {
      proxy.resumeProducing();
      ends.when['write'] = () => {
        throw new Error('full');
      };
      expect(() => proxy.write(bytes('abcd'))).to.throw('full');
      proxy.resumeProducing();
      expect(ends.received()).to.equal('abcd');
    });

    it('does so as a push producer too, where Twisted fails', () => {
      start(PushingProxy);
      ends.when['write'] = () => proxy.write(bytes('x'));
      proxy.write(bytes('abcde'));
      expect(ends.received()).to.equal('abcdex');
    });

    it('writes no more of it once the consumer has paused it', () => {
      start(PushingProxy);
      ends.when['write'] = () => proxy.pauseProducing();
      proxy.write(bytes('abcdef'));
      expect(ends.received()).to.equal('abc');
      proxy.resumeProducing();
      expect(ends.received()).to.equal('abcdef');
    });

    it('resumes the producer when fewer bytes than bufferSize are left, and not before', () => {
      proxy.write(bytes('abcdefg'));
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['p pause', 'write abc']);
      proxy.resumeProducing();
      expect(ends.log.slice(2)).to.deep.equal(['write def', 'p resume']);
    });

    it('goes on when the producer that it has resumed has written and returned', () => {
      start(PushingProxy);
      proxy.bufferSize = 2;
      proxy.pauseProducing();
      proxy.write(bytes('abcdef'));
      ends.when['p resume'] = () => proxy.write(bytes('ghijkl'));
      proxy.resumeProducing();
      const flow = ['write abc', 'write def', 'p resume', 'write ghi', 'p pause', 'write jkl'];
      expect(ends.log).to.deep.equal(['p pause', ...flow, 'p resume']);
    });

    it('asks the producer once when the consumer asks during the last write', () => {
      start(PullingProxy, false);
      proxy.write(bytes('a'));
      ends.log.length = 0;
      ends.when['write'] = () => proxy.resumeProducing();
      proxy.resumeProducing();
      expect(ends.log).to.deep.equal(['write a', 'p resume']);
    });

    it('unregisters after a write of its own kind', () => {
      class OwnWayProxy extends ProducerConsumerProxy {
        protected override writeSomeData(data: Buffer): number {
          this.consumer?.write(data);
          return data.length;
        }
      }
      start(OwnWayProxy);
      ends.when['write'] = () => proxy.unregisterProducer();
      proxy.write(bytes('a'));
      expect(ends.log).to.deep.equal(['write a', 'unregister']);
    });

    it('refuses a number of bytes that cannot be', () => {
      for (const count of [-1, 2, 0.5, NaN, undefined]) {
        class LyingProxy extends ProducerConsumerProxy {
          protected override writeSomeData(): number {
            return count as number;
          }
        }
        start(LyingProxy);
        expect(() => proxy.write(bytes('a'))).to.throw(OutOfRangeError, 'writeSomeData');
      }
    });
  });

  describe('given a bad argument', () => {
    it('throws a typed error, and changes nothing', () => {
      expect(() => new ProducerConsumerProxy({} as IConsumer)).to.throw(InvalidArgTypeError);
      expect(() => proxy.write(5 as unknown as Uint8Array)).to.throw(InvalidArgTypeError);
      expect(ends.log).to.deep.equal([]);
    });
  });
});

import { expect } from 'chai';
import sinon from 'sinon';

import { Clock } from '../../../lib/testing/index.js';
import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { InvalidArgTypeError, OutOfRangeError } from '../../../lib/base/errors.js';
import type { IConsumer, IPullProducer } from '../../../lib/twisted/core/interfaces.js';
import { ShapedConsumer } from '../../../lib/twisted/shaping/shaped-consumer.js';
import { makeBucket } from '../../support/buckets.js';
import { bytes, makeEnds } from '../../support/ends.js';
import { loggedErrors } from '../../support/logged.js';
import { PacedConsumer } from '../../support/paced-consumer.js';

describe('ShapedConsumer', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  it('unregisters once for each time that it registered, also when the consumer calls back meanwhile', () => {
    const log: string[] = [];
    let callBack = () => {};
    const consumer: IConsumer = {
      write: () => {},
      registerProducer: () => {
        log.push('register');
        callBack();
      },
      unregisterProducer: () => log.push('unregister'),
    };
    const shaped = new ShapedConsumer(consumer, new Bucket());
    const producer: IPullProducer = {
      resumeProducing: () => shaped.unregisterProducer(),
      stopProducing: () => {},
    };
    shaped.registerProducer(producer, false);
    expect(log).to.deep.equal(['register', 'unregister']);
    callBack = () => {
      callBack = () => {};
      shaped.resumeProducing();
      shaped.registerProducer(producer, false);
    };
    shaped.registerProducer(producer, false);
    // The inner one, then the outer one.
    expect(log.slice(2)).to.deep.equal(['register', 'unregister', 'register', 'unregister']);
    expect(shaped.bucket.refcount).to.equal(0);
  });

  describe('the pace', () => {
    it('is a burst at once, then the rate, in any time and to the byte', () => {
      for (const [rate, burst] of [
        [20_000, 20_000],
        [1_000, 10_000],
        [10_000, 100],
        [1_000_000, 1_000],
        [100, 50],
        [3_333, 777],
        [2, 100],
        [0.5, 3],
        [1, 1],
      ] as const) {
        for (const delay of [null, 0, 1]) {
          const consumer = new PacedConsumer(delay);
          new ShapedConsumer(consumer, makeBucket(burst, rate)).write(
            Buffer.alloc(burst + rate * 20),
          );
          clock.tick(10_000);
          const what = `${rate} B/s after ${burst} B, asked after ${delay} ms`;
          expect(consumer.writes[0], what).to.include({ size: burst });
          expect(consumer.total - burst, what).to.be.within(0.98 * rate * 10, rate * 10);
          if (rate < 100_000) expect(consumer.mostAbove(rate, burst), what).to.be.at.most(0);
        }
      }
    });

    it('ends on time: the last bytes do not wait for more', () => {
      const consumer = new PacedConsumer();
      new ShapedConsumer(consumer, makeBucket(1_000, 1_000)).write(Buffer.alloc(3_010));
      clock.tick(2_009);
      expect(consumer.total).to.be.below(3_010);
      clock.tick(1);
      expect(consumer.total).to.equal(3_010);
    });

    it('lets no write pass the bytes that wait for more room than the write needs', () => {
      const { consumer, received } = makeEnds();
      const bucket = makeBucket(1_000, 1_000);
      const shaped = new ShapedConsumer(consumer, bucket);
      bucket.add(1_000);
      shaped.resumeProducing();
      shaped.write(Buffer.alloc(200, 'a'));
      clock.tick(5); // Room for 5 bytes: the first in line waits for 100.
      shaped.write(bytes('b'));
      expect(received()).to.equal('');
      clock.tick(1_000);
      expect(received()).to.match(/^a+$/);
    });

    it('sends no dribble while there is more to send, however often it is asked', () => {
      for (const [rate, least] of [
        [20_000, 400],
        [1_000, 100],
        [100, 10],
      ] as const) {
        const consumer = new PacedConsumer(1);
        new ShapedConsumer(consumer, makeBucket(1_000, rate)).write(Buffer.alloc(1_000 + rate * 9));
        const asking = setInterval(() => consumer.producer?.resumeProducing(), 1);
        clock.tick(8_000);
        clearInterval(asking);
        for (const { size } of consumer.writes) expect(size).to.be.at.least(least);
        clock.reset();
      }
    });

    it('uses the clock of a bucket that overrides now and callLater', () => {
      const own = new Clock();
      class ClockedBucket extends Bucket {
        override maxburst = 10;
        override rate = 10;
        override now(): number {
          return own.seconds();
        }
        override callLater(delay: number, f: () => void) {
          return own.callLater(delay, f);
        }
      }
      const consumer = new PacedConsumer();
      new ShapedConsumer(consumer, new ClockedBucket()).write(Buffer.alloc(100));
      own.pump(Array.from({ length: 40 }, () => 0.125));
      expect(consumer.total).to.equal(60);
      expect(clock.countTimers()).to.equal(0);
    });

    it('follows a rate that changes, within a second', () => {
      const consumer = new PacedConsumer();
      const bucket = makeBucket(100, 0.001);
      new ShapedConsumer(consumer, bucket).write(Buffer.alloc(400));
      clock.tick(10_000);
      bucket.rate = 100;
      clock.tick(4_000);
      expect(consumer.total).to.equal(400);
    });

    it('passes everything on, as it comes, with no limits', () => {
      const { consumer, log: calls, when } = makeEnds();
      const shaped = new ShapedConsumer(consumer, new Bucket(new Bucket()));
      shaped.resumeProducing();
      when['write'] = () => shaped.resumeProducing();
      shaped.write(bytes('ab'));
      shaped.write(bytes('cd'));
      expect(calls).to.deep.equal(['register pull', 'write ab', 'write cd']);
    });

    it('takes a bucket without a rate by the bucketful', () => {
      const consumer = new PacedConsumer();
      new ShapedConsumer(consumer, makeBucket(100, null)).write(Buffer.alloc(1_050));
      expect(consumer.total).to.equal(1_050);
      expect(consumer.writes).to.have.length(11);
    });
  });

  describe('the timer', () => {
    it('is a single timer, and runs only while bytes wait', () => {
      const consumer = new PacedConsumer(null);
      const shaped = new ShapedConsumer(consumer, makeBucket(10, 10));
      expect(clock.countTimers()).to.equal(0);
      shaped.write(Buffer.alloc(10));
      expect(clock.countTimers()).to.equal(0);
      shaped.write(Buffer.alloc(5));
      shaped.write(Buffer.alloc(5));
      expect(clock.countTimers()).to.equal(1);
      clock.tick(1_000);
      expect(consumer.total).to.equal(20);
      expect(clock.countTimers()).to.equal(0);
    });

    it('goes when the consumer pauses us or stops us, and comes again when it resumes us', () => {
      const consumer = new PacedConsumer();
      const shaped = new ShapedConsumer(consumer, makeBucket(10, 10));
      shaped.write(Buffer.alloc(20));
      expect(clock.countTimers()).to.equal(1);
      shaped.pauseProducing();
      expect(clock.countTimers()).to.equal(0);
      clock.tick(10_000);
      expect(consumer.total).to.equal(10);
      shaped.resumeProducing();
      expect(consumer.total).to.equal(20);
      shaped.write(Buffer.alloc(20));
      expect(clock.countTimers()).to.equal(1);
      shaped.stopProducing();
      expect(clock.countTimers()).to.equal(0);
      clock.tick(10_000);
      expect(consumer.total).to.equal(20);
    });

    it('goes when the consumer asks again in time, and nothing is buffered any more', () => {
      const { consumer, received } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(10, 10));
      shaped.write(Buffer.alloc(20));
      shaped.resumeProducing();
      shaped.resumeProducing();
      expect(clock.countTimers()).to.equal(1);
      clock.setSystemTime(1_000);
      shaped.resumeProducing();
      expect(received()).to.have.length(20);
      expect(clock.countTimers()).to.equal(0);
    });

    it('does not run while the consumer asks for nothing', () => {
      const { consumer } = makeEnds();
      new ShapedConsumer(consumer, makeBucket(10, 10)).write(Buffer.alloc(100));
      expect(clock.countTimers()).to.equal(0);
    });
  });

  describe('as Twisted has it', () => {
    it('sends as many bytes as have drained when it is asked', () => {
      const { consumer, received } = makeEnds();
      const bucket = makeBucket(100, 2);
      const shaped = new ShapedConsumer(consumer, bucket);
      bucket.add(100);
      shaped.write(Buffer.alloc(100));
      clock.tick(10_000);
      shaped.resumeProducing();
      expect(received()).to.have.length(20);
    });

    it('counts in its bucket without a consumer, too', () => {
      const bucket = makeBucket(100, 2);
      new ShapedConsumer(null, bucket);
      expect(bucket.refcount).to.equal(1);
    });

    it('is not paused once it was resumed, and owes an answer, while it waits for room', () => {
      const shaped = new ShapedConsumer(makeEnds().consumer, makeBucket(2, 10));
      shaped.bucket.add(2);
      shaped.write(bytes('abc'));
      shaped.pauseProducing();
      shaped.resumeProducing();
      expect(shaped).to.include({ paused: false, outstandingPull: true });
    });

    it('counts in its bucket until it is stopped', () => {
      const bucket = makeBucket(100, 2);
      const shaped = new ShapedConsumer(makeEnds().consumer, bucket);
      expect(bucket.refcount).to.equal(1);
      expect(shaped.iAmStreaming).to.equal(false);
      shaped.stopProducing();
      expect(bucket.refcount).to.equal(0);
    });
  });

  describe('without a consumer', () => {
    it('buffers what is written, and waits for no room', () => {
      const shaped = new ShapedConsumer(null, makeBucket(2, 10));
      shaped.write(bytes('abc'));
      shaped.resumeProducing();
      expect(clock.countTimers()).to.equal(0);
      expect(shaped.bucket.content).to.equal(0);
    });

    it('takes one producer after another, and writes between them', () => {
      const { producer, other, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(null, makeBucket(2, 10));
      shaped.registerProducer(producer, true);
      shaped.unregisterProducer();
      shaped.write(bytes('abc'));
      shaped.registerProducer(other, false);
      expect(shaped.producer).to.equal(other);
      expect(calls).to.deep.equal(['q resume']);
    });

    it('finishes', () => {
      const shaped = new ShapedConsumer(null, new Bucket());
      shaped.finish();
      expect(shaped.bucket.refcount).to.equal(0);
    });
  });

  describe('a subclass', () => {
    it('may have a field for each member that it may override', () => {
      class Small extends ShapedConsumer {
        override bufferSize = 10;
        readonly sizes: number[] = [];
        protected override writeSomeData(data: Buffer): number {
          const written = super.writeSomeData(data);
          this.sizes.push(written);
          return written;
        }
      }
      class Slow extends Bucket {
        override maxburst = 100;
        override rate = 50;
      }
      const { producer, log: calls } = makeEnds();
      const shaped = new Small(new PacedConsumer(), new Slow());
      shaped.registerProducer(producer, true);
      shaped.write(Buffer.alloc(112));
      clock.tick(1_000);
      expect(shaped.sizes.reduce((sum, size) => sum + size)).to.equal(112);
      expect(calls.slice(0, 2)).to.deep.equal(['p pause', 'p resume']);
    });
  });

  describe('given a bad argument', () => {
    const reported = loggedErrors();

    it('throws a typed error, and registers with nothing', () => {
      const { consumer, log: calls } = makeEnds();
      for (const [what, make] of Object.entries({
        consumer: () => new ShapedConsumer({} as IConsumer, new Bucket()),
        bucket: () => new ShapedConsumer(consumer, {} as Bucket),
        'no bucket': () => new ShapedConsumer(consumer, undefined as unknown as Bucket),
      })) {
        expect(make, what).to.throw(InvalidArgTypeError);
      }
      for (const bucket of [
        makeBucket(10, 0),
        makeBucket(NaN, 5),
        makeBucket(1, 1, makeBucket(-1, 1)),
      ]) {
        expect(() => new ShapedConsumer(consumer, bucket)).to.throw(OutOfRangeError);
        expect(bucket.refcount).to.equal(0);
      }
      expect(calls).to.deep.equal([]);
    });

    it('writes only bytes, and finishes only a consumer with a finish method', () => {
      const { consumer, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(
        { ...consumer, finish: undefined } as IConsumer,
        new Bucket(),
      );
      expect(() => shaped.write('text' as unknown as Uint8Array)).to.throw(InvalidArgTypeError);
      expect(() => shaped.finish()).to.throw(InvalidArgTypeError);
      expect(calls).to.deep.equal(['register pull']);
      shaped.unregisterProducer(); // As if `finish` had not been called.
      shaped.write(bytes('a'));
      expect(calls.slice(1)).to.deep.equal(['unregister', 'register pull']);
      shaped.stopProducing();
      expect(() => shaped.write('text' as unknown as Uint8Array)).to.throw(InvalidArgTypeError);
    });

    it('fails, and does not stall, if a limit becomes wrong while it waits', () => {
      const consumer = new PacedConsumer();
      const bucket = makeBucket(10, 10);
      new ShapedConsumer(consumer, bucket).write(Buffer.alloc(100));
      bucket.rate = -1;
      clock.tick(5_000);
      expect(reported).to.have.length(1);
      expect(consumer.log.at(-1)?.[0]).to.equal('unregister');
      expect(clock.countTimers()).to.equal(0);
    });
  });
});

import { expect } from 'chai';
import sinon from 'sinon';

import type {
  IConsumer,
  IPullProducer,
  IPushProducer,
} from '../../../lib/twisted/core/interfaces.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { ShapedConsumer } from '../../../lib/twisted/shaping/shaped-consumer.js';
import { makeBucket } from '../../support/buckets.js';
import { bytes, makeEnds } from '../../support/ends.js';
import { loggedErrors } from '../../support/logged.js';
import { PacedConsumer } from '../../support/paced-consumer.js';
import { PullProducer, PushProducer, numbered } from '../../support/producers.js';

describe('ShapedConsumer', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  describe('its producer', () => {
    it('if pulled, is asked when nothing is buffered, so that at most one piece is buffered', () => {
      const consumer = new PacedConsumer();
      const shaped = new ShapedConsumer(consumer, makeBucket(1_000, 1_000));
      const data = numbered(20_000);
      const producer = new PullProducer(shaped, data, 4_096);
      const held = (): number => producer.sent - consumer.total;
      producer.start();
      for (let second = 0; second < 25; second++) {
        expect(held()).to.be.at.most(4_096);
        clock.tick(1_000);
      }
      expect(Buffer.concat(consumer.chunks).equals(data)).to.equal(true);
    });

    it('if it pushes, is paused at bufferSize, so that at most that and one piece are buffered', () => {
      const consumer = new PacedConsumer();
      const shaped = new ShapedConsumer(consumer, makeBucket(1_000, 1_000));
      shaped.bufferSize = 2_000;
      const data = numbered(20_000);
      const producer = new PushProducer(shaped, data, 300).start();
      for (let second = 0; second < 25; second++) {
        expect(producer.sent - consumer.total).to.be.at.most(2_300);
        clock.tick(1_000);
      }
      expect(Buffer.concat(consumer.chunks).equals(data)).to.equal(true);
    });

    it('may be followed by another producer, or by a write without a producer', () => {
      const consumer = new PacedConsumer();
      const bucket = makeBucket(100, 100);
      const shaped = new ShapedConsumer(consumer, bucket);
      for (const size of [250, 150]) {
        new PullProducer(shaped, Buffer.alloc(size), 100).start();
        clock.tick(5_000);
        expect(consumer.log.at(-1)?.[0]).to.equal('unregister');
      }
      shaped.write(Buffer.alloc(150));
      clock.tick(5_000);
      expect(consumer.log).to.deep.equal([
        ['register', 0],
        ['unregister', 250],
        ['register', 250],
        ['unregister', 400],
        ['register', 400],
        ['unregister', 550],
      ]);
      expect(bucket.refcount).to.equal(0);
    });

    it('leaves a request unanswered that came before it unregistered', () => {
      const { consumer, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(10, 10));
      shaped.resumeProducing();
      shaped.unregisterProducer();
      shaped.write(bytes('a'));
      expect(calls).to.deep.equal(['register pull', 'unregister', 'register pull']);
      shaped.resumeProducing();
      expect(calls.slice(3)).to.deep.equal(['write a', 'unregister']);
    });

    it('finishes the consumer after the last byte', () => {
      const consumer = new PacedConsumer();
      const bucket = makeBucket(100, 100);
      const shaped = new ShapedConsumer(consumer, bucket);
      const producer = makeEnds().producer;
      shaped.registerProducer(producer, true);
      shaped.write(Buffer.alloc(250));
      shaped.finish();
      expect(shaped.producer).to.equal(null);
      expect(bucket.refcount).to.equal(1);
      clock.tick(5_000);
      expect(consumer.log.slice(1)).to.deep.equal([
        ['finish', 250],
        ['unregister', 250],
      ]);
      expect(bucket.refcount).to.equal(0);
    });

    it('finishes at once when nothing is buffered, and takes nothing afterwards', () => {
      const { consumer, log: calls, producer } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.finish();
      shaped.write(bytes('a'));
      shaped.registerProducer(producer, true);
      expect(calls).to.deep.equal(['register pull', 'finish', 'unregister', 'p stop']);
    });

    it('finishes the consumer once if it unregisters after that', () => {
      const { consumer, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.finish();
      shaped.unregisterProducer();
      expect(calls).to.deep.equal(['register pull', 'finish', 'unregister', 'unregister']);
    });

    it('if pulled, is asked once by a consumer that asks from inside the write', () => {
      const consumer = new PacedConsumer();
      const { producer, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.write(Buffer.alloc(150));
      shaped.registerProducer(producer, false);
      calls.length = 0; // It answers no question, so that each would be in `calls`.
      clock.tick(5_000);
      expect(consumer.total).to.equal(150);
      expect(calls).to.deep.equal(['p resume']);
    });

    it('is stopped at once when it registers after the end, although bytes still wait for room', () => {
      const consumer = new PacedConsumer();
      const { other, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.write(Buffer.alloc(250));
      shaped.finish();
      shaped.registerProducer(other, false);
      expect(calls).to.deep.equal(['q stop']);
      clock.tick(5_000);
      expect(consumer.total).to.equal(250);
    });

    it('leaves a consumer that throws at the end', () => {
      const { consumer, log: calls, when } = makeEnds();
      const bucket = makeBucket(100, 100);
      const shaped = new ShapedConsumer(consumer, bucket);
      when['finish'] = () => expect.fail('not now');
      expect(() => shaped.finish()).to.throw('not now');
      expect(calls).to.deep.equal(['register pull', 'finish', 'unregister']);
      expect(bucket.refcount).to.equal(0);
    });

    it('is stopped with us, and stopped at once when it registers after that', () => {
      const { consumer, log: calls, producer, other } = makeEnds();
      const bucket = makeBucket(100, 100);
      const shaped = new ShapedConsumer(consumer, bucket);
      shaped.registerProducer(producer, true);
      shaped.write(Buffer.alloc(500));
      shaped.stopProducing();
      shaped.stopProducing();
      shaped.write(bytes('b'));
      shaped.registerProducer(other, false);
      expect(calls).to.deep.equal(['register pull', 'p stop', 'p stop', 'q stop']);
      expect(bucket.refcount).to.equal(0);
    });

    it('is not resumed when it was stopped from inside the write that makes room', () => {
      const { consumer, when } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.bufferSize = 1;
      const producer = {
        pauseProducing: sinon.spy(),
        resumeProducing: sinon.spy(),
        stopProducing: sinon.spy(),
      };
      shaped.registerProducer(producer, true);
      shaped.write(bytes('ab'));
      when['write'] = () => shaped.stopProducing();
      shaped.resumeProducing();
      sinon.assert.callOrder(producer.pauseProducing, producer.stopProducing);
      sinon.assert.notCalled(producer.resumeProducing);
    });

    it('is not stopped again when it registers once more after that', () => {
      const { consumer, log: calls, producer } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.registerProducer(producer, true);
      shaped.stopProducing();
      shaped.registerProducer(producer, true);
      expect(calls).to.deep.equal(['register pull', 'p stop']);
    });

    it('is refused if it lacks a method, before the consumer hears of it', () => {
      const { consumer, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.unregisterProducer();
      expect(() => shaped.registerProducer({} as IPushProducer, true)).to.throw(
        InvalidArgTypeError,
      );
      expect(calls).to.deep.equal(['register pull', 'unregister']);
    });

    it('may write no bytes without a consequence, after it has unregistered', () => {
      const { consumer, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.unregisterProducer();
      shaped.write(Buffer.alloc(0));
      expect(calls).to.deep.equal(['register pull', 'unregister']);
    });

    it('is not asked by an answer of no bytes: that is not an answer', () => {
      const consumer = new PacedConsumer();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.write(Buffer.alloc(0));
      shaped.write(Buffer.alloc(5));
      expect(consumer.writes.map(({ size }) => size)).to.deep.equal([5]);
    });
  });

  describe('an error', () => {
    const reported = loggedErrors();
    const failing = (): IPullProducer & { stopped: boolean; asked: number } => ({
      stopped: false,
      asked: 0,
      resumeProducing() {
        this.asked += 1;
        if (this.asked > 1) throw new Error('worn out');
      },
      stopProducing() {
        this.stopped = true;
      },
    });

    it('reaches the caller', () => {
      const { consumer } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      const producer = failing();
      shaped.registerProducer(producer, false);
      expect(() => shaped.resumeProducing()).to.throw('worn out');
    });

    it('in a turn without a caller is reported, and ends everything', () => {
      const consumer = new PacedConsumer();
      const bucket = makeBucket(100, 100);
      const shaped = new ShapedConsumer(consumer, bucket);
      const producer = failing();
      shaped.registerProducer(producer, false);
      shaped.write(Buffer.alloc(120));
      clock.tick(1_000);
      expect(reported.map(String)).to.deep.equal(['Error: worn out']);
      expect(producer.stopped).to.equal(true);
      expect(consumer.log.at(-1)).to.deep.equal(['unregister', 120]);
      expect(bucket.refcount).to.equal(0);
      expect(clock.countTimers()).to.equal(0);
    });

    it('once more, when it is to end, is reported too', () => {
      const consumer = new PacedConsumer();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      const producer = failing();
      producer.stopProducing = () => {
        throw new Error('no end');
      };
      shaped.registerProducer(producer, false);
      shaped.write(Buffer.alloc(120));
      clock.tick(1_000);
      expect(reported.map(String)).to.deep.equal(['Error: worn out', 'Error: no end']);
      expect(consumer.log.at(-1)).to.deep.equal(['unregister', 120]);
    });

    it('of a consumer that has stopped us before is reported, and no other', () => {
      const consumer = new PacedConsumer();
      const { producer, log: calls } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.registerProducer(producer, true);
      shaped.write(Buffer.alloc(120));
      consumer.write = () => {
        shaped.stopProducing();
        throw new Error('gone');
      };
      clock.tick(1_000);
      expect(reported.map(String)).to.deep.equal(['Error: gone']);
      expect(new Set(calls)).to.deep.equal(new Set(['p stop']));
    });

    it('is told to a consumer that can be told, before we unregister', () => {
      const consumer = new PacedConsumer();
      const producerFailed = ({ message }: Error) => consumer.log.push([message, consumer.total]);
      Object.assign(consumer, { producerFailed });
      const shaped = new ShapedConsumer(consumer, makeBucket(100, 100));
      shaped.registerProducer(failing(), false);
      shaped.write(Buffer.alloc(120));
      clock.tick(1_000);
      expect(consumer.log.slice(1)).to.deep.equal([
        ['worn out', 120],
        ['unregister', 120],
      ]);
    });

    it('in pauseProducing reaches the writer, and the bytes are sent when there is room', () => {
      const consumer = new PacedConsumer();
      const shaped = new ShapedConsumer(consumer, makeBucket(10, 10));
      shaped.bufferSize = 1;
      const { producer, when } = makeEnds();
      shaped.registerProducer(producer, true);
      shaped.write(bytes('abcdefghij'));
      when['p pause'] = () => expect.fail('not now');
      expect(() => shaped.write(bytes('klm'))).to.throw('not now');
      clock.tick(5_000);
      expect(String(Buffer.concat(consumer.chunks))).to.equal('abcdefghijklm');
    });

    it('in the consumer loses and repeats nothing', () => {
      const { consumer, when, received } = makeEnds();
      const shaped = new ShapedConsumer(consumer, makeBucket(2, 10));
      shaped.resumeProducing();
      when['write'] = () => {
        throw new Error('full');
      };
      expect(() => shaped.write(bytes('abcd'))).to.throw('full');
      clock.tick(1_000);
      shaped.resumeProducing();
      expect(received()).to.equal('abcd');
    });
  });

  describe('that registers again, for bytes that are written to it,', () => {
    it('stays registered with a consumer that asks at once and fails to take the answer', () => {
      const { consumer, when, received } = makeEnds();
      const bucket = makeBucket(100, 100);
      const shaped = new ShapedConsumer(consumer, bucket);
      shaped.unregisterProducer();
      let registered = 0;
      when['register'] = () => {
        registered += 1;
        shaped.resumeProducing();
      };
      when['write'] = () => {
        throw new Error('full');
      };
      expect(() => shaped.write(bytes('ab'))).to.throw('full');
      delete when['write'];
      shaped.resumeProducing();
      shaped.write(bytes('cd'));
      expect([received(), registered, bucket.refcount]).to.deep.equal(['abcd', 1, 1]);
    });
  });

  describe('while its constructor runs', () => {
    it('may be stopped, and counts as stopped', () => {
      const { consumer, when } = makeEnds();
      const bucket = makeBucket(100, 100);
      when['register'] = () => consumer.producer?.stopProducing();
      const shaped = new ShapedConsumer(consumer, bucket);
      expect(shaped).to.include({ stopped: true, consumer: null });
      expect(bucket.refcount).to.equal(0);
    });

    it('may be asked and written to', () => {
      const { consumer, when, received } = makeEnds();
      when['register'] = () => {
        const shaped = consumer.producer as IPushProducer & IConsumer;
        shaped.resumeProducing();
        shaped.write(bytes('abc'));
      };
      const shaped = new ShapedConsumer(consumer, makeBucket(2, 100));
      expect(received()).to.equal('ab');
      shaped.resumeProducing();
      clock.tick(100);
      expect(received()).to.equal('abc');
    });

    it('may be refused, and then counts nowhere', () => {
      const { consumer, when } = makeEnds();
      const bucket = makeBucket(100, 100);
      when['register'] = () => {
        throw new Error('taken');
      };
      expect(() => new ShapedConsumer(consumer, bucket)).to.throw('taken');
      expect(bucket.refcount).to.equal(0);
    });
  });
});

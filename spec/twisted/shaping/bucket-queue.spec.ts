import { expect } from 'chai';
import sinon from 'sinon';

import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { BucketQueue, type Waiter } from '../../../lib/twisted/shaping/bucket-queue.js';
import { ShapedConsumer } from '../../../lib/twisted/shaping/shaped-consumer.js';
import { Clock } from '../../../lib/testing/index.js';
import { makeBucket } from '../../support/buckets.js';
import { makeEnds } from '../../support/ends.js';
import { expectNothingLogged } from '../../support/logged.js';
import { PacedConsumer } from '../../support/paced-consumer.js';
import { PullProducer } from '../../support/producers.js';
import { Random } from '../../support/random.js';

/** Has more to send than will ever be sent. */
function greedy(bucket: Bucket, delay: number | null = null): PacedConsumer {
  const consumer = new PacedConsumer(delay);
  new ShapedConsumer(consumer, bucket).write(Buffer.alloc(10_000_000));
  return consumer;
}

/** Has room, and takes nothing until it is opened. */
class Closed extends Bucket {
  override maxburst = 100;
  override rate = 100;
  open = false;
  asked = 0;
  override add(amount: number): number {
    this.asked += 1;
    return this.open ? super.add(amount) : 0;
  }
}

const totals = (consumers: readonly PacedConsumer[]): number[] =>
  consumers.map(({ total }) => total);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('BucketQueue', () => {
  const reported = expectNothingLogged();
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  describe('shares fairly', () => {
    it('among the waiters for one bucket, whenever they came', () => {
      for (const delay of [null, 1]) {
        const bucket = makeBucket(1_000, 10_000);
        const first = greedy(bucket, delay);
        clock.tick(500);
        const others = [greedy(bucket, delay), greedy(bucket, delay), greedy(bucket, delay)];
        const before = totals([first, ...others]);
        clock.tick(10_000);
        const shares = totals([first, ...others]).map((total, i) => total - (before[i] as number));
        expect(sum(shares)).to.be.within(98_000, 101_000);
        for (const share of shares) expect(share).to.be.within(24_500, 25_500);
      }
    });

    it('among buckets below one bucket, however many wait for each', () => {
      const server = makeBucket(1_000, 10_000);
      const [one, two] = [makeBucket(1_000, 50_000, server), makeBucket(1_000, 20_000, server)];
      const crowd = [greedy(one), greedy(one), greedy(one)];
      const loner = greedy(two);
      clock.tick(12_000);
      expect(loner.total).to.be.within(58_000, 62_000);
      for (const { total } of crowd) expect(total).to.be.within(19_000, 21_500);
    });

    it('the room that slower waiters leave', () => {
      const server = makeBucket(1_000, 10_000);
      const slow = greedy(makeBucket(100, 1_000, server));
      const fast = [
        greedy(makeBucket(1_000, 20_000, server)),
        greedy(makeBucket(null, null, server)),
      ];
      clock.tick(10_000);
      expect(slow.total).to.be.within(9_900, 10_100);
      for (const { total } of fast) expect(total).to.be.within(44_000, 46_500);
    });

    it('and lets a waiter send all at once again when the others are done', () => {
      const bucket = makeBucket(1_000, 1_000);
      const consumer = new PacedConsumer();
      const shaped = new ShapedConsumer(consumer, bucket);
      shaped.write(Buffer.alloc(1_500));
      new ShapedConsumer(new PacedConsumer(), bucket).write(Buffer.alloc(5_000));
      clock.tick(10_000);
      shaped.write(Buffer.alloc(500));
      expect(consumer.writes.at(-1)).to.include({ size: 500 });
    });

    it('in turns, each of no more than is worth sending, although all were kept waiting', () => {
      const bucket = makeBucket(10_000, 1_000);
      bucket.add(10_000);
      const consumers = [greedy(bucket), greedy(bucket)];
      clock.setSystemTime(5_000); // The event loop was blocked for five seconds.
      clock.tick(100);
      expect(totals(consumers)).to.deep.equal([2_600, 2_500]);
    });
  });

  describe('lets no other waiter pass', () => {
    it('a waiter for less than the first in line', () => {
      const bucket = makeBucket(1_000, 1_000);
      bucket.add(1_000);
      const first = greedy(bucket);
      const small = new PacedConsumer();
      const shaped = new ShapedConsumer(small, bucket);
      shaped.write(Buffer.alloc(1));
      clock.tick(50);
      expect([first.total, small.total]).to.deep.equal([0, 0]);
      clock.tick(50);
      expect(first.total).to.equal(100);
      clock.tick(1);
      expect(small.total).to.equal(1);
    });

    it('a waiter for less, in the line of a bucket below', () => {
      const server = makeBucket(1_000, 1_000);
      const host = makeBucket(null, null, server);
      server.add(1_000);
      const first = greedy(host);
      const small = new PacedConsumer();
      new ShapedConsumer(small, host).write(Buffer.alloc(1));
      clock.tick(99);
      expect([first.total, small.total]).to.deep.equal([0, 0]);
      clock.tick(2);
      expect([first.total, small.total]).to.deep.equal([100, 1]);
    });

    it('except a waiter with another bucket, when the first waits for its own', () => {
      const server = makeBucket(1_000, 10_000);
      const empty = makeBucket(1_000, 1, server);
      empty.add(1_000);
      clock.tick(100); // The server's has drained.
      const waiting = greedy(empty);
      const passing = greedy(makeBucket(1_000, 10_000, server));
      expect([waiting.total, passing.total]).to.deep.equal([0, 1_000]);
      clock.tick(5_000);
      expect(waiting.total).to.equal(5);
      expect(passing.total).to.be.within(49_000, 51_000);
    });
  });

  describe('keeps every limit', () => {
    it('of a random tree of buckets, with random consumers', () => {
      const random = new Random(6);
      for (let round = 0; round < 10; round++) {
        const server = makeBucket(random.integer(100, 5_000), random.integer(1_000, 20_000));
        const hosts = random.list(1, 4, () =>
          makeBucket(random.integer(100, 3_000), random.integer(500, 20_000), server),
        );
        const consumers = hosts.map((host) =>
          random.list(1, 3, () => greedy(host, random.pick([null, 0, 3]))),
        );
        clock.tick(5_000);
        hosts.forEach((host, i) => {
          const total = sum(totals(consumers[i] as PacedConsumer[]));
          expect(total).to.be.at.most((host.maxburst ?? 0) + 5 * (host.rate ?? 0));
        });
        const all = sum(consumers.flatMap(totals));
        const most = Math.min(server.rate ?? 0, sum(hosts.map(({ rate }) => rate ?? 0)));
        expect(all).to.be.at.most((server.maxburst ?? 0) + 5 * (server.rate ?? 0));
        expect(all).to.be.at.least(0.97 * 5 * most);
        clock.reset();
      }
    });
  });

  describe('looks again', () => {
    it('as soon as the first of several buckets has room', () => {
      const server = makeBucket(null, null);
      const [fast, slow] = [makeBucket(1_000, 10_000, server), makeBucket(10, 10, server)];
      fast.add(1_000);
      slow.add(10);
      const consumers = [greedy(fast), greedy(slow)];
      clock.tick(20);
      expect(totals(consumers)).to.deep.equal([200, 0]);
      clock.tick(80);
      expect(totals(consumers)).to.deep.equal([1_000, 1]);
    });

    it('only when a bucket without room has some, although its parent has', () => {
      const server = makeBucket(1_000, 1_000);
      const host = makeBucket(100, 100, server);
      host.add(100);
      const calls = [sinon.spy(server, 'callLater'), sinon.spy(host, 'callLater')];
      greedy(host);
      clock.tick(99);
      expect(calls.map(({ callCount }) => callCount)).to.deep.equal([0, 1]);
    });
  });

  describe('when a waiter leaves', () => {
    it('because it has sent all that it had, keeps no timer', () => {
      const { consumer, received } = makeEnds(); // It asks only when it is told to.
      const shaped = new ShapedConsumer(consumer, makeBucket(2, 10));
      shaped.write(Buffer.from('abc'));
      shaped.resumeProducing();
      shaped.resumeProducing();
      expect(received()).to.equal('ab');
      clock.tick(1_000);
      expect(received()).to.equal('abc');
      expect(clock.countTimers()).to.equal(0);
    });

    it('lets the next have its turn, and keeps no timer without a waiter', () => {
      const bucket = makeBucket(100, 100);
      bucket.add(100);
      const [first, second] = [greedy(bucket), greedy(bucket)];
      first.producer?.stopProducing();
      clock.tick(1_000);
      expect(totals([first, second])).to.deep.equal([0, 100]);
      second.producer?.stopProducing();
      expect(clock.countTimers()).to.equal(0);
    });

    it('does not hold up others because a turn failed, or the end after that', () => {
      const bucket = makeBucket(100, 100);
      bucket.add(100);
      const failing = greedy(bucket);
      failing.write = () => {
        throw new Error('broken');
      };
      failing.unregisterProducer = () => {
        throw new Error('no end');
      };
      const other = greedy(bucket);
      clock.tick(2_000);
      expect(other.total).to.be.within(150, 200);
      expect(reported.splice(0).map(String)).to.deep.equal(['Error: broken', 'Error: no end']);
      expect(bucket.refcount).to.equal(1);
    });
  });

  it('tells each waiter its own errors, and no others', () => {
    const server = makeBucket(1_000, 1_000);
    const empty = makeBucket(1, 0.1, server);
    empty.add(1);
    greedy(empty); // Waits, so that another that asks has to stand in line, too.
    const [mine, other] = [new PacedConsumer(), new PacedConsumer()];
    for (const [consumer, what] of [
      [mine, 'mine'],
      [other, 'other'],
    ] as const) {
      consumer.write = () => {
        throw new Error(what);
      };
    }
    const host = makeBucket(1_000, 1_000, server);
    server.add(999);
    new ShapedConsumer(other, host).write(Buffer.alloc(10));
    const shaped = new ShapedConsumer(mine, host);
    clock.setSystemTime(2_000);
    expect(() => shaped.write(Buffer.alloc(10))).to.throw('mine');
    expect(reported.splice(0).map(String)).to.deep.equal(['Error: other']);
  });

  it('gives a waiter its turn although another that asked with it threw', () => {
    const bucket = makeBucket(100, 100);
    const other = greedy(bucket);
    const throwing = new PacedConsumer();
    throwing.write = () => {
      throw new Error('mine');
    };
    const shaped = new ShapedConsumer(throwing, bucket);
    clock.setSystemTime(2_000);
    expect(() => shaped.write(Buffer.alloc(10))).to.throw('mine');
    const before = other.total;
    clock.tick(1_000);
    expect(other.total).to.be.above(before);
  });

  it('looks again as seldom as a bucket that has become slow makes it wait', () => {
    const bucket = makeBucket(100, 1_000);
    const callLater = sinon.spy(bucket, 'callLater');
    const consumer = greedy(bucket);
    clock.tick(1_000);
    const { total } = consumer;
    bucket.rate = 0.1;
    clock.tick(1_000);
    callLater.resetHistory();
    clock.tick(20_000);
    expect(consumer.total - total).to.be.at.most(100);
    expect(callLater.callCount).to.be.at.most(21);
  });

  it('goes by a clock whose calls can be cancelled only until they are made', () => {
    const testClock = new Clock();
    const bucket = Object.assign(makeBucket(100, 100), {
      now: () => testClock.seconds(),
      callLater: (delay: number, f: () => void) => testClock.callLater(delay, f),
    });
    const consumer = greedy(bucket);
    testClock.pump(Array.from({ length: 100 }, () => 0.1));
    expect(consumer.total).to.be.within(1_050, 1_100);
  });

  it('does not keep a waiter whose bucket has a bad limit', () => {
    const bucket = makeBucket(10, 10);
    const consumer = greedy(bucket);
    expect(clock.countTimers()).to.equal(1);
    bucket.rate = -1;
    expect(() => consumer.producer?.resumeProducing()).to.throw('rate');
    expect(clock.countTimers()).to.equal(1); // It waits as before.
    consumer.producer?.pauseProducing();
    expect(() => consumer.producer?.resumeProducing()).to.throw('rate');
    expect(clock.countTimers()).to.equal(0);
  });

  it('does not spin on a bucket that has room but takes nothing', () => {
    const bucket = new Closed();
    const consumer = greedy(bucket);
    const expectRest = (total: number) => {
      bucket.asked = 0;
      clock.tick(1_000);
      expect(consumer.total).to.equal(total);
      expect(bucket.asked).to.be.within(50, 150);
    };
    expectRest(0);
    bucket.open = true;
    clock.tick(1_000);
    expect(consumer.total).to.be.within(150, 201);
    bucket.open = false; // It has taken some by now.
    expectRest(consumer.total);
  });

  it('nor asks a producer for more than one piece for it', () => {
    const bucket = new Closed();
    const consumer = new PacedConsumer();
    const producer = new PullProducer(new ShapedConsumer(consumer, bucket), Buffer.alloc(90), 30);
    producer.start();
    clock.tick(1_000);
    expect(producer.sent).to.equal(30);
    bucket.open = true;
    clock.tick(1_000);
    expect(consumer.total).to.equal(90);
  });

  it('waits for it also when it is asked for bytes that were buffered', () => {
    const bucket = new Closed();
    const { consumer, received } = makeEnds();
    const shaped = new ShapedConsumer(consumer, bucket);
    shaped.write(Buffer.alloc(5, 'x'));
    shaped.resumeProducing();
    bucket.open = true;
    clock.tick(1_000);
    expect(received()).to.equal('xxxxx');
  });

  it('tells whether a consumer waits, and forgets a consumer that leaves', () => {
    const bucket = makeBucket(10, 1, new Bucket());
    bucket.add(10);
    const queue = BucketQueue.of(bucket);
    const waiter: Waiter = { bucket, waitingBytes: () => 5, takeTurn: () => 5, turnFailed() {} };
    expect(queue.admits(waiter, 5)).to.equal(false);
    queue.ask(waiter);
    expect(queue.has(waiter)).to.equal(true);
    queue.leave(waiter);
    queue.leave(waiter);
    expect(queue.has(waiter)).to.equal(false);
    expect(clock.countTimers()).to.equal(0);
    expect(BucketQueue.of(bucket)).to.equal(queue);
  });
});

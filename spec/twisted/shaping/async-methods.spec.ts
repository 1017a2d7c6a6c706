/** Buckets, filters and transports of a user's own with methods that are async functions, or fail. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  Bucket,
  DuplexTransport,
  FilterByHost,
  HierarchicalBucketFilter,
  ShapedConsumer,
  ShapedProtocolFactory,
  ShapedTransport,
} from '../../../lib/index.js';
import { AccumulatingProtocol, StringTransport } from '../../../lib/testing/index.js';
import { makeBucket } from '../../support/buckets.js';
import { failure, fails } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { memoryPair } from '../../support/memory-pair.js';
import { PacedConsumer } from '../../support/paced-consumer.js';
import { rejection } from '../../support/rejection.js';

const reject = () => Promise.reject(failure) as never;

describe('A filter that returns a promise', () => {
  const logged = expectNothingLogged();
  const expectLogged = async (): Promise<void> => {
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  };

  it('loses the connection, and its rejection is logged', async () => {
    const protocol = new ShapedProtocolFactory(AccumulatingProtocol, { getBucketFor: reject })();
    const [stream, peer] = memoryPair();
    peer.on('error', () => {});
    const transport = new DuplexTransport(stream, { protocol });
    const reason = await transport.closed;
    expect(reason).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(reason.message).to.match(/bucketFilter\.getBucketFor\(\)/);
    expect(logged.splice(0)).to.have.members([failure, await transport.closed]);
  });

  const refused: Record<
    string,
    (filter: HierarchicalBucketFilter<[]>) => HierarchicalBucketFilter<[]>
  > = {
    'of a parent bucket': () =>
      Object.assign(new HierarchicalBucketFilter({ getBucketFor: reject }), {
        bucketFactory: () => new Bucket(), // It does not look at its argument.
      }),
    'of a key': (filter) => Object.assign(filter, { getBucketKey: reject }),
    'of a bucket': (filter) => Object.assign(filter, { bucketFactory: reject }),
  };
  for (const [what, make] of Object.entries(refused)) {
    it(`is refused before a bucket is made, and its rejection is logged: ${what}`, async () => {
      const filter = make(new HierarchicalBucketFilter<[]>());
      expect(() => filter.getBucketFor())
        .to.throw(TypeError)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(filter.buckets.size).to.equal(0);
      await expectLogged();
    });
  }

  it('is refused: of the time', async () => {
    const filter = Object.assign(new HierarchicalBucketFilter(), { sweepInterval: 1, now: reject });
    expect(() => filter.getBucketFor())
      .to.throw(RangeError)
      .with.property('code', 'ERR_OUT_OF_RANGE');
    expect(filter.lastSweep).to.equal(null);
    await expectLogged();
  });

  it('forgets no bucket whose drip is an async function', async () => {
    const filter = new HierarchicalBucketFilter();
    filter.buckets.set('a', Object.assign(new Bucket(), { drip: reject }));
    filter.sweep();
    expect(filter.buckets.size).to.equal(1);
    await expectLogged();
  });

  it('is refused: of a protocol', async () => {
    const factory = new ShapedProtocolFactory(reject, new FilterByHost());
    expect(() => factory())
      .to.throw(TypeError)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
    await expectLogged();
  });
});

describe('A protocol of a ShapedProtocolFactory', () => {
  const logged = expectNothingLogged();

  for (const callback of ['makeConnection', 'dataReceived'] as const) {
    it(`loses its connection if its ${callback} is an async function and rejects`, async () => {
      class Rejecting extends AccumulatingProtocol {}
      Rejecting.prototype[callback] = reject;
      const protocol = new ShapedProtocolFactory(Rejecting, new FilterByHost())();
      const [stream, peer] = memoryPair();
      peer.on('error', () => {});
      const transport = new DuplexTransport(stream, { protocol });
      peer.write('data');
      expect(await transport.closed).to.equal(failure);
      expect(logged.splice(0)).to.deep.equal([failure]);
    });
  }
});

describe('A bucket with methods of its own', () => {
  const logged = expectNothingLogged();

  for (const wrong of [NaN, -1, 4, 1.5, '3', undefined]) {
    it(`is refused if add returns ${wrong} of 3 bytes, by itself or as a parent`, () => {
      const add = () => wrong as never;
      const consumer = new PacedConsumer(null);
      const shaped = new ShapedConsumer(consumer, Object.assign(new Bucket(), { add }));
      expect(() => shaped.write(Buffer.from('abc'))).to.throw(RangeError, 'add()');
      expect(consumer.total).to.equal(0);
      const child = makeBucket(10, 1, Object.assign(new Bucket(), { add }));
      expect(() => child.add(3)).to.throw(RangeError, 'add()');
      expect(child.content).to.equal(0);
    });
  }

  for (const method of ['add', 'now'] as const) {
    it(`is refused if ${method} returns a promise, and the rejection is logged`, async () => {
      const bucket = makeBucket(10, 1);
      const shaped = new ShapedConsumer(new PacedConsumer(null), bucket);
      Object.assign(bucket, { [method]: reject });
      expect(() => shaped.write(Buffer.from('abc'))).to.throw(RangeError, `${method}()`);
      await turn();
      expect(new Set(logged.splice(0))).to.deep.equal(new Set([failure]));
    });
  }

  it('has the rejection of an async drip logged', async () => {
    const bucket = makeBucket(10, 1);
    const shaped = new ShapedConsumer(new PacedConsumer(null), bucket);
    Object.assign(bucket, { drip: reject });
    shaped.write(Buffer.from('abc'));
    await turn();
    expect(new Set(logged.splice(0))).to.deep.equal(new Set([failure]));
  });

  describe('as its clock', () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers();
    });
    afterEach(() => clock.restore());

    it('stops the producers of all that wait if callLater fails when no caller can catch it', () => {
      const bucket = makeBucket(100, 100);
      const stopped: string[] = [];
      const names = ['first', 'second'];
      for (const name of names) {
        const shaped = new ShapedConsumer(new PacedConsumer(null), bucket);
        const producer = {
          pauseProducing() {},
          resumeProducing() {},
          stopProducing: () => void stopped.push(name),
        };
        shaped.registerProducer(producer, true);
        shaped.write(Buffer.alloc(1000));
      }
      bucket.callLater = fails;
      expect(stopped).to.deep.equal([]);
      clock.tick(1000);
      expect(stopped).to.have.members(names);
      expect(logged.splice(0)).to.deep.equal([failure, failure]);
      clock.tick(10_000);
    });

    it('stops the producers of all that wait if callLater rejects', async () => {
      const bucket = makeBucket(100, 100);
      let isStopped = false;
      const shaped = new ShapedConsumer(new PacedConsumer(null), bucket);
      const producer = {
        pauseProducing() {},
        resumeProducing() {},
        stopProducing: () => void (isStopped = true),
      };
      shaped.registerProducer(producer, true);
      Object.assign(bucket, { callLater: reject });
      shaped.write(Buffer.alloc(1000));
      await Promise.resolve();
      expect(isStopped).to.equal(true);
      expect(logged.splice(0)).to.deep.equal([failure]);
    });

    it('goes on serving, and logs it, if callLater rejects when nothing waits', async () => {
      const bucket = makeBucket(100, 100);
      const callLater = bucket.callLater.bind(bucket);
      let fail!: (reason: Error) => void;
      const late = new Promise((_resolve, no) => (fail = no));
      bucket.callLater = (delay, f) => Object.assign(late, callLater(delay, f));
      const consumer = new PacedConsumer(null);
      new ShapedConsumer(consumer, bucket).write(Buffer.alloc(200));
      clock.tick(20_000);
      expect(consumer.total).to.equal(200);
      fail(failure);
      await rejection(late);
      await Promise.resolve();
      expect(new Set(logged.splice(0))).to.deep.equal(new Set([failure]));
    });

    it('leaves no timer if the callLater of a timer that was cancelled rejects', async () => {
      const bucket = makeBucket(100, 100);
      const callLater = bucket.callLater.bind(bucket);
      const waits = () => new ShapedConsumer(new PacedConsumer(), bucket).write(Buffer.alloc(1000));
      let fail!: (reason: Error) => void;
      const late = new Promise((_resolve, no) => (fail = no));
      bucket.callLater = (delay, f) => Object.assign(late, callLater(delay, f));
      waits();
      bucket.callLater = callLater;
      waits();
      expect(clock.countTimers()).to.equal(1);
      fail(failure);
      await rejection(late);
      expect(clock.countTimers()).to.equal(0);
      expect(new Set(logged.splice(0))).to.deep.equal(new Set([failure]));
    });

    it('stops only one of two that wait, below a parent, if that ends the other', () => {
      const bucket = makeBucket(100, 100, makeBucket(100, 100));
      const all: ShapedConsumer[] = [];
      let stops = 0;
      const producer = {
        pauseProducing() {},
        resumeProducing() {},
        stopProducing(): void {
          stops += 1;
          for (const each of all.splice(0)) each.stopProducing();
        },
      };
      for (let count = 0; count < 2; count += 1) {
        const shaped = new ShapedConsumer(new PacedConsumer(null), bucket);
        all.push(shaped);
        shaped.registerProducer({ ...producer }, true);
        shaped.write(Buffer.alloc(1000));
      }
      bucket.callLater = fails;
      Object.assign(bucket.parentBucket as Bucket, { callLater: fails });
      clock.tick(1000);
      expect(all).to.deep.equal([]);
      expect(stops).to.be.at.least(2);
      expect(logged.splice(0)).to.deep.equal([failure]);
    });

    it('goes on serving after the cancel method of its call has thrown', () => {
      const bucket = makeBucket(100, 100);
      const callLater = bucket.callLater.bind(bucket);
      bucket.callLater = (delay, f) => ({ ...callLater(delay, f), cancel: fails });
      const consumers = [new PacedConsumer(null), new PacedConsumer(null)];
      const [first, second] = consumers.map((consumer) => new ShapedConsumer(consumer, bucket));
      first?.write(Buffer.alloc(200));
      expect(() => second?.write(Buffer.alloc(200))).to.throw(failure.message);
      clock.tick(10_000);
      expect(consumers.map(({ total }) => total)).to.deep.equal([200, 200]);
    });
  });
});

describe('A ShapedTransport in front of a transport that rejects a call', () => {
  const logged = expectNothingLogged();
  const calls: Record<string, (shaped: ShapedTransport) => void> = {
    loseConnection: (shaped) => shaped.loseConnection(),
    loseWriteConnection: (shaped) => shaped.loseWriteConnection(),
    abortConnection: (shaped) => shaped.abortConnection(),
    pauseProducing: (shaped) => shaped.pauseProducing(),
    resumeProducing(shaped) {
      shaped.pauseProducing();
      shaped.resumeProducing();
    },
    startTLS: (shaped) => shaped.startTLS(),
  };
  for (const [method, call] of Object.entries(calls)) {
    it(`aborts it, and logs the error: ${method}`, async () => {
      const transport = new StringTransport();
      let aborts = 0;
      const abortConnection = () => void (aborts += 1);
      const rejecting = Object.assign(transport, { loseWriteConnection() {}, startTLS() {} });
      Object.assign(rejecting, { abortConnection }, { [method]: reject });
      call(new ShapedTransport(rejecting, new Bucket()) as unknown as ShapedTransport);
      await turn();
      const errors = method === 'abortConnection' ? [failure, failure] : [failure];
      expect(logged.splice(0)).to.deep.equal(errors);
      expect(aborts).to.equal(method === 'abortConnection' ? 0 : 1);
    });
  }

  it('aborts it when it rejects the bytes that go before TLS', async () => {
    const transport = Object.assign(new StringTransport(), { startTLS() {}, aborts: 0 });
    transport.abortConnection = () => void (transport.aborts += 1);
    const shaped = new ShapedTransport(transport, makeBucket(1, 1));
    (shaped as unknown as ShapedTransport).write(Buffer.from('abc'));
    transport.write = reject;
    shaped.startTLS();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
    expect(transport.aborts).to.equal(1);
  });
});

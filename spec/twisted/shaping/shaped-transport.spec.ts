import { expect } from 'chai';
import sinon from 'sinon';

import { Bucket } from '../../../lib/twisted/shaping/bucket.js';
import { InvalidArgTypeError, MethodNotImplementedError } from '../../../lib/base/errors.js';
import { ShapedConsumer } from '../../../lib/twisted/shaping/shaped-consumer.js';
import { ShapedTransport } from '../../../lib/twisted/shaping/shaped-transport.js';
import { makeBucket } from '../../support/buckets.js';
import { bytes, makeEnds } from '../../support/ends.js';
import { loggedErrors } from '../../support/logged.js';
import { PullProducer, PushProducer } from '../../support/producers.js';
import { AskingTransport } from '../../support/transports.js';

class Transport extends AskingTransport {
  readonly colour = 'red';
  #secret = 'kept';

  tellSecret(): string {
    return this.#secret;
  }

  get received(): string {
    return this.value().toString();
  }
}

describe('ShapedTransport', () => {
  const reported = loggedErrors();
  let clock: sinon.SinonFakeTimers;
  let transport: Transport;
  let bucket: Bucket;
  let shaped: ShapedTransport<Transport>;

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    transport = new Transport();
    bucket = makeBucket(4, 10);
    shaped = new ShapedTransport(transport, bucket);
    transport.log.length = 0;
  });
  afterEach(() => clock.restore());

  describe('in front of its transport', () => {
    it('shapes the bytes that are written', () => {
      shaped.write(bytes('abcdefgh'));
      expect(transport.received).to.equal('abcd');
      clock.tick(200);
      expect(transport.received).to.equal('abcdef');
    });

    it('shapes a sequence too, as one write', () => {
      shaped.writeSequence([bytes('a'), bytes('b'), new Uint8Array([99])]);
      shaped.writeSequence([bytes('d')]);
      shaped.writeSequence([]);
      clock.tick(1_000);
      expect(transport.log).to.deep.equal(['abc', 'd']);
      expect(() => shaped.writeSequence([bytes('e'), 'f' as unknown as Buffer])).to.throw(
        InvalidArgTypeError,
      );
    });

    it('passes on a sequence of one piece without a copy of it', () => {
      const piece = new Uint8Array(3);
      const write = sinon.stub(transport, 'write');
      shaped.writeSequence([piece]);
      sinon.assert.calledOnce(write);
      expect(write.firstCall.args[0]).to.have.property('buffer', piece.buffer);
    });

    it('shows the state of the connection as the transport does', () => {
      expect(shaped).to.include({ connected: true, disconnecting: false, disconnected: false });
      Object.assign(transport, { connected: false, disconnecting: true, disconnected: true });
      expect(shaped).to.include({ connected: false, disconnecting: true, disconnected: true });
    });

    it('sends nothing while the transport pauses it', () => {
      transport.producer?.pauseProducing();
      shaped.write(bytes('abcdef'));
      clock.tick(1_000);
      expect(transport.received).to.equal('');
      transport.producer?.resumeProducing();
      clock.tick(1_000);
      expect(transport.received).to.equal('abcdef');
    });

    it('begins TLS without a write if it has buffered nothing', () => {
      const options = {};
      const startTLS = sinon.spy();
      Object.assign(transport, { startTLS });
      shaped.startTLS(options);
      sinon.assert.calledOnceWithExactly(startTLS, options);
      expect(transport.log).to.deep.equal([]);
    });

    it('has all else of the transport, as it is at the time', () => {
      expect(shaped.getPeer()).to.deep.equal(transport.getPeer());
      expect(shaped.colour).to.equal('red');
      expect(shaped.tellSecret()).to.equal('kept');
      expect((shaped as unknown as Record<string, unknown>)['nothing']).to.equal(undefined);
      Object.assign(transport, { colour: 'blue' });
      expect(shaped.colour).to.equal('blue');
    });

    it('has only the members with a name, and only once there is a transport', () => {
      const symbol = Symbol('inspect');
      Object.assign(transport, { [symbol]: 'private' });
      expect(Reflect.get(shaped, symbol)).to.equal(undefined);
      expect(Reflect.get(ShapedTransport.prototype, 'colour')).to.equal(undefined);
    });

    it('still has them after it was stopped', () => {
      transport.producer?.stopProducing();
      expect(shaped.consumer).to.equal(null);
      expect(shaped.getHost()).to.deep.equal(transport.getHost());
    });

    it('is a ShapedConsumer, and says so', () => {
      expect(shaped).to.be.instanceOf(ShapedTransport).and.instanceOf(ShapedConsumer);
      expect(shaped.constructor.name).to.equal('ShapedTransport');
      expect(Object.prototype.toString.call(shaped)).to.equal('[object Object]');
    });

    it('can be subclassed', () => {
      class Loud extends ShapedTransport<Transport> {
        readonly written: string[] = [];
        override write(data: Uint8Array): void {
          this.written.push(String(data));
          super.write(data);
        }
      }
      const loud = new Loud(new Transport(), new Bucket());
      loud.write(bytes('a'));
      expect(loud.written).to.deep.equal(['a']);
      expect(loud.tellSecret()).to.equal('kept');
    });
  });

  describe('with one producer after another', () => {
    it('stays registered with its transport (twisted/twisted#4635)', () => {
      for (const text of ['abcdef', 'ghijkl']) {
        new PullProducer(shaped, bytes(text), 5).start();
        clock.tick(2_000);
      }
      expect(transport.received).to.equal('abcdefghijkl');
      expect(transport.log.filter((call) => call.includes('register'))).to.deep.equal([]);
      expect(bucket.refcount).to.equal(1);
    });

    it('sends the bytes that are written without a producer before, between and after them', () => {
      shaped.write(bytes('a'));
      new PushProducer(shaped, bytes('bcd'), 1).start();
      shaped.write(bytes('e'));
      new PullProducer(shaped, bytes('fgh'), 2).start();
      shaped.write(bytes('i'));
      clock.tick(2_000);
      // Bytes that are written while a pull producer is at work come between its pieces.
      expect(transport.received).to.equal('abcdefgih');
    });
  });

  describe('closing', () => {
    it('comes after the last byte', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.loseConnection();
      expect(transport.log).to.deep.equal(['abcd']);
      expect(shaped.disconnecting).to.equal(true);
      clock.tick(1_000);
      expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose']);
      expect(transport.received).to.equal('abcdefgh');
      expect(bucket.refcount).to.equal(0);
    });

    it('comes at once when there is nothing to send', () => {
      shaped.loseConnection();
      shaped.loseConnection();
      expect(transport.log).to.deep.equal(['unregister', 'lose', 'lose']);
    });

    it('waits for the producer, too', () => {
      const producer = makeEnds().producer;
      shaped.registerProducer(producer, true);
      shaped.loseConnection();
      shaped.write(bytes('abcdef'));
      clock.tick(1_000);
      expect(shaped.disconnecting).to.equal(true);
      expect(transport.log).not.to.include('lose');
      shaped.unregisterProducer();
      expect(transport.log.at(-1)).to.equal('lose');
    });

    it('by stopConsuming unregisters its producer, and comes after the last byte', () => {
      shaped.registerProducer(makeEnds().producer, true);
      shaped.write(bytes('abcdefgh'));
      shaped.stopConsuming();
      expect(shaped.producer).to.equal(null);
      expect(transport.log).not.to.include('lose');
      clock.tick(1_000);
      expect(transport.received).to.equal('abcdefgh');
      expect(transport.log.at(-1)).to.equal('lose');
      expect(bucket.refcount).to.equal(0);
    });

    it('takes nothing afterwards', () => {
      const { producer, log: calls } = makeEnds();
      shaped.loseConnection();
      shaped.write(bytes('a'));
      shaped.registerProducer(producer, true);
      clock.tick(1_000);
      expect(transport.received).to.equal('');
      expect(calls).to.deep.equal(['p stop']);
    });

    it('of the write half comes after the last byte, and the rest can be closed then', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.loseWriteConnection();
      clock.tick(1_000);
      expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose write']);
      expect(shaped.disconnecting).to.equal(false);
      shaped.loseConnection();
      expect(transport.log.at(-1)).to.equal('lose');
    });

    it('of the write half becomes a close of both, if loseConnection is called before its end', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.loseWriteConnection();
      shaped.loseConnection();
      shaped.loseWriteConnection();
      clock.tick(1_000);
      expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose']);
    });

    it('by abortion drops the buffered bytes', () => {
      shaped.write(bytes('abcdefgh'));
      shaped.abortConnection();
      expect(transport.log.at(-1)).to.equal('abort');
      expect(clock.countTimers()).to.equal(0);
      transport.producer?.stopProducing();
      expect(bucket.refcount).to.equal(0);
    });

    it('does not wait for room when the transport is lost', () => {
      const { producer, log: calls } = makeEnds();
      shaped.registerProducer(producer, true);
      shaped.write(bytes('abcdefgh'));
      transport.producer?.stopProducing();
      expect(calls).to.deep.equal(['p stop']);
      expect(clock.countTimers()).to.equal(0);
      expect(bucket.refcount).to.equal(0);
    });

    it('in ways that the transport lacks throws a typed error, and changes nothing', () => {
      const { consumer, log: calls } = makeEnds();
      const over = new ShapedTransport(consumer as unknown as Transport, new Bucket());
      over.write(bytes('abc'));
      expect(() => over.loseWriteConnection()).to.throw(MethodNotImplementedError);
      expect(() => over.abortConnection()).to.throw(MethodNotImplementedError);
      expect(() => over.startTLS()).to.throw(MethodNotImplementedError);
      consumer.producer?.resumeProducing();
      over.write(bytes('d'));
      consumer.producer?.resumeProducing();
      expect(calls).to.deep.equal(['register pull', 'write abc', 'write d']);
    });

    it('comes although the transport fails to unregister us', () => {
      transport.unregisterProducer = () => {
        throw new Error('broken');
      };
      expect(() => shaped.loseConnection()).to.throw('broken');
      expect(transport.log).to.deep.equal(['lose']);
    });
  });

  it('aborts when a turn without a caller fails', () => {
    shaped.write(bytes('abcdefgh'));
    transport.write = () => {
      throw new Error('broken');
    };
    clock.tick(1_000);
    expect(reported.map(String)).to.deep.equal(['Error: broken']);
    expect(transport.log.at(-1)).to.equal('abort');
  });

  it('stops its producer and closes then, where the transport cannot abort', () => {
    const { producer, log: calls } = makeEnds();
    Object.assign(transport, { abortConnection: undefined });
    shaped.registerProducer(producer, true);
    shaped.write(bytes('abcdefgh'));
    transport.write = () => {
      throw new Error('broken');
    };
    clock.tick(1_000);
    expect(calls).to.deep.equal(['p stop']);
    expect(transport.log.slice(-2)).to.deep.equal(['unregister', 'lose']);
    expect(bucket.refcount).to.equal(0);
  });

  it('refuses a value that is not a consumer', () => {
    expect(() => new ShapedTransport({} as Transport, bucket)).to.throw(InvalidArgTypeError);
    expect(bucket.refcount).to.equal(1);
  });
});

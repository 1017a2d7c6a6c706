import { expect } from 'chai';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { ThrottlingFactory } from '../../../lib/protocols/policies/throttling-factory.js';
import { ThrottlingProtocol } from '../../../lib/protocols/policies/throttling-protocol.js';
import { FileDescriptor, ProducerAlreadyRegisteredError } from '../../../lib/twisted/core/index.js';
import { pulled, recorder } from '../../support/recording-producer.js';
import { RecordingTransport } from '../../support/transports.js';
import { CLIENT, factoryOf, Recorder } from './support.js';

describe('ThrottlingProtocol', () => {
  /** A transport as it is in Twisted, with a full or an empty buffer. */
  class Descriptor extends FileDescriptor {
    override connected = true;
    asked: string[] = [];
    constructor() {
      const nothing = () => {};
      super({
        addReader: nothing,
        removeReader: nothing,
        addWriter: nothing,
        removeWriter: nothing,
      });
    }
    override writeSomeData(data: Uint8Array) {
      return data.length;
    }
    override pauseProducing() {
      this.asked.push('pause');
    }
    override resumeProducing() {
      this.asked.push('resume');
    }
  }

  const setUp = () => {
    const factory = new ThrottlingFactory(factoryOf());
    const protocol = factory.buildProtocol(CLIENT) as ThrottlingProtocol<Recorder>;
    const transport = new Descriptor();
    protocol.makeConnection(transport as never);
    const producer = recorder();
    return { factory, protocol, transport, producer };
  };
  /** A producer without `pauseProducing`. */
  const pullRecorder = () => {
    const told: string[] = [];
    return {
      told,
      resumeProducing: () => void told.push('resume'),
      stopProducing: () => void told.push('stop'),
    };
  };
  const FULL = Buffer.alloc(100_000);

  it('resumes a producer only once the transport has room and writes are not throttled', () => {
    const { protocol, transport, producer } = setUp();
    protocol.registerProducer(producer, true);
    protocol.write(FULL);
    protocol.throttleWrites();
    expect(producer.told).to.deep.equal(['pause']);
    transport.doWrite();
    transport.doWrite();
    expect(producer.told).to.deep.equal(['pause']);
    protocol.unthrottleWrites();
    expect(producer.told).to.deep.equal(['pause', 'resume']);
    protocol.throttleWrites();
    protocol.write(FULL);
    protocol.unthrottleWrites();
    expect(producer.told).to.deep.equal(['pause', 'resume', 'pause']);
    transport.doWrite();
    transport.doWrite();
    expect(producer.told).to.deep.equal(['pause', 'resume', 'pause', 'resume']);
  });

  it('asks a pull producer for nothing while writes are throttled, and then as the transport asked', () => {
    const { protocol, transport } = setUp();
    const log: string[] = [];
    protocol.registerProducer(
      {
        resumeProducing: () => {
          log.push('ask');
          protocol.write(Buffer.from('x'));
        },
        stopProducing: () => log.push('stop'),
      },
      false,
    );
    protocol.throttleWrites();
    transport.doWrite();
    transport.doWrite();
    expect(log).to.deep.equal(['ask']);
    protocol.unthrottleWrites();
    protocol.unthrottleWrites();
    expect(log).to.deep.equal(['ask', 'ask']);
    transport.connectionLost(new Error('over'));
    protocol.throttleWrites();
    protocol.unthrottleWrites();
    expect(log).to.deep.equal(['ask', 'ask', 'stop']);
  });

  it('reads on only once reads are not throttled and the protocol has not paused them', () => {
    const { protocol, transport } = setUp();
    protocol.pauseProducing();
    protocol.throttleReads();
    protocol.unthrottleReads();
    expect(transport.asked).to.deep.equal(['pause', 'pause']);
    protocol.throttleReads();
    protocol.resumeProducing();
    expect(transport.asked).to.deep.equal(['pause', 'pause', 'pause']);
    protocol.unthrottleReads();
    protocol.unthrottleReads();
    expect(transport.asked).to.deep.equal(['pause', 'pause', 'pause', 'resume']);
    protocol.pauseProducing();
    protocol.resumeProducing();
    expect(transport.asked.slice(4)).to.deep.equal(['pause', 'resume']);
  });

  it('keeps its producer when another is refused', () => {
    const { protocol, producer } = setUp();
    protocol.registerProducer(producer, true);
    expect(() => protocol.registerProducer(recorder(), true)).to.throw(
      ProducerAlreadyRegisteredError,
    );
    expect(() => protocol.registerProducer({} as never, true)).to.throw(InvalidArgTypeError);
    expect(protocol.producer).to.equal(producer);
    protocol.throttleWrites();
    expect(producer.told).to.deep.equal(['pause']);
  });

  it('forgets a pull producer that unregisters when it is asked', () => {
    const { protocol, transport } = setUp();
    protocol.registerProducer(
      { resumeProducing: () => protocol.unregisterProducer(), stopProducing: () => {} },
      false,
    );
    expect(protocol.producer).to.equal(null);
    expect(transport.producer).to.equal(null);
  });

  it('unregisters without a registered producer', () => {
    const { protocol } = setUp();
    protocol.unregisterProducer();
    protocol.throttleWrites();
    protocol.unthrottleWrites();
    expect(protocol.producer).to.equal(null);
  });

  it('throttles no producer that stopConsuming has unregistered', () => {
    const { protocol, transport, producer } = setUp();
    protocol.registerProducer(producer, true);
    protocol.stopConsuming();
    expect(transport.producer).to.equal(null);
    protocol.throttleWrites();
    protocol.unthrottleWrites();
    expect(protocol.producer).to.equal(null);
    expect(producer.told).to.deep.equal([]);
  });

  it('throttles nothing before there is a transport', () => {
    const protocol = new ThrottlingProtocol(new ThrottlingFactory(factoryOf()), new Recorder());
    protocol.pauseProducing();
    protocol.resumeProducing();
    protocol.throttleReads();
    protocol.unthrottleReads();
    expect(protocol.transport).to.equal(null);
  });

  it('tells a producer that was stopped, or was not throttled, nothing more', () => {
    const { protocol, transport, producer } = setUp();
    protocol.registerProducer(producer, true);
    protocol.unthrottleWrites();
    expect(producer.told).to.deep.equal([]);
    protocol.throttleWrites();
    transport.connectionLost(new Error('over'));
    protocol.unthrottleWrites();
    protocol.throttleWrites();
    expect(producer.told).to.deep.equal(['pause', 'stop']);

    const other = setUp();
    other.protocol.registerProducer(other.producer, true);
    other.transport.connectionLost(new Error('over'));
    other.protocol.throttleWrites();
    expect(other.producer.told).to.deep.equal(['stop']);
  });

  it('pauses no pull producer, even one that could be paused', () => {
    const { protocol } = setUp();
    const pull = pulled(() => protocol.write(FULL));
    protocol.registerProducer(pull, false);
    protocol.throttleWrites();
    expect(pull.told).to.deep.equal(['resume']);
  });

  it('lets the transport refuse a producer that pushes and cannot be paused', () => {
    const { protocol, transport } = setUp();
    expect(() => protocol.registerProducer(pullRecorder() as never, true)).to.throw(
      InvalidArgTypeError,
    );
    expect([transport.producer, protocol.producer]).to.deep.equal([null, null]);
  });

  it('asks a pull producer only as often as the transport asked', () => {
    const { factory } = setUp();
    const protocol = factory.buildProtocol(CLIENT) as ThrottlingProtocol<Recorder>;
    const transport = new RecordingTransport();
    protocol.makeConnection(transport);
    const pull = pullRecorder();
    protocol.registerProducer(pull, false);
    const throttle = (then: () => void) => {
      protocol.throttleWrites();
      then();
      protocol.unthrottleWrites();
    };
    throttle(() => {});
    expect(pull.told).to.deep.equal([]);
    throttle(() => transport.producer?.resumeProducing());
    expect(pull.told).to.deep.equal(['resume']);
    throttle(() => {});
    transport.producer?.pauseProducing(); // It has no such method.
    expect(pull.told).to.deep.equal(['resume']);
  });

  it('throttles the producer that has taken the place of one that threw when it was asked', () => {
    const { protocol, producer } = setUp();
    const hasty = {
      resumeProducing() {
        protocol.unregisterProducer();
        protocol.registerProducer(producer, true);
        throw new Error('too hasty');
      },
      stopProducing() {},
    };
    expect(() => protocol.registerProducer(hasty, false)).to.throw('too hasty');
    protocol.throttleWrites();
    expect(producer.told).to.deep.equal(['pause']);
  });

  it('pauses the object in its producer property to throttle writes', () => {
    const { protocol, producer } = setUp();
    protocol.producer = producer;
    protocol.throttleWrites();
    protocol.unthrottleWrites();
    expect(producer.told).to.deep.equal(['pause', 'resume']);
    const pull = pullRecorder();
    protocol.producer = pull;
    protocol.throttleWrites();
    protocol.unthrottleWrites();
    expect(pull.told).to.deep.equal(['resume']);
    protocol.producer = null;
    protocol.throttleWrites();
    expect(producer.told).to.have.length(2);
  });

  it('closes although the wrapped protocol, registered as the producer, never unregisters', () => {
    const { protocol, transport } = setUp();
    const other = setUp();
    // Two ends of a forwarder: each is fed by the other's protocol.
    protocol.registerProducer(other.protocol, true);
    other.protocol.registerProducer(protocol, true);
    protocol.loseConnection();
    other.protocol.loseConnection();
    transport.doWrite();
    const error = other.transport.doWrite() ?? transport.doWrite();
    expect(error).to.be.instanceOf(Error);
  });
});

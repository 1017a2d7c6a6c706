import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError, OutOfRangeError } from '../../../lib/base/errors.js';
import { log } from '../../../lib/base/log.js';
import { ThrottlingFactory } from '../../../lib/protocols/policies/throttling-factory.js';
import { ThrottlingProtocol } from '../../../lib/protocols/policies/throttling-protocol.js';
import { Clock } from '../../../lib/testing/clock.js';
import { Factory, type IProtocolFactory } from '../../../lib/twisted/core/index.js';
import { recorder } from '../../support/recording-producer.js';
import { CLIENT, connected, factoryOf, Recorder } from './support.js';

describe('ThrottlingFactory', () => {
  class Throttling extends ThrottlingFactory {
    clock = new Clock();
    override callLater(period: number, f: () => unknown) {
      return this.clock.callLater(period, f);
    }
  }
  const make = (...[limit, reads, writes]: (number | null | undefined)[]) =>
    new Throttling(factoryOf(), limit ?? undefined, reads, writes);
  const connect = (factory: IProtocolFactory) => connected(factory, ThrottlingProtocol<Recorder>);
  const pending = ({ clock }: Throttling) => clock.getDelayedCalls().map((call) => call.getTime());

  it('counts the bytes that are read and written, in one write and in several', () => {
    const factory = make();
    const { protocol, transport } = connect(factory);
    protocol.write(Buffer.from('abc'));
    protocol.writeSequence(
      (function* () {
        yield Buffer.from('de');
        yield Buffer.from('f');
      })(),
    );
    protocol.dataReceived(Buffer.from('1234'));
    expect(transport.value().toString()).to.equal('abcdef');
    expect(factory).to.include({ writtenThisSecond: 6, readThisSecond: 4 });
  });

  it('does not count a value that is not bytes', () => {
    const factory = make();
    const { protocol, transport } = connect(factory);
    expect(() => protocol.write('abc' as never)).to.throw(InvalidArgTypeError);
    expect(() => protocol.writeSequence([Buffer.from('a'), 'b' as never])).to.throw(
      InvalidArgTypeError,
    );
    expect(factory.writtenThisSecond).to.equal(0);
    expect(transport.value()).to.have.length(0);
  });

  it('lets reads of all connections rest until the average is right', () => {
    const factory = make(10, 10);
    const [a, b] = [connect(factory), connect(factory)];
    a.protocol.dataReceived(Buffer.alloc(25));
    const seen = () => [a.transport.producerState, b.transport.producerState].join();
    factory.clock.advance(1);
    expect(seen()).to.equal('paused,paused');
    expect(pending(factory)).to.deep.equal([2, 2.5]);
    factory.clock.advance(1.4);
    expect(seen()).to.equal('paused,paused');
    factory.clock.advance(0.1);
    expect(seen()).to.equal('producing,producing');
    expect(factory.unthrottleReadsID).to.equal(null);
  });

  it('lets writes rest where there is a producer, and only there', () => {
    const factory = make(10, null, 10);
    const [a, b] = [connect(factory), connect(factory)];
    const producer = recorder();
    a.protocol.registerProducer(producer, true);
    b.protocol.write(Buffer.alloc(15));
    factory.clock.advance(1);
    expect(producer.told).to.deep.equal(['pause']);
    factory.clock.advance(0.5);
    expect(producer.told).to.deep.equal(['pause', 'resume']);
  });

  it('does not look before there is a connection, nor after the last one, and begins again', () => {
    const factory = make(10, 10, 10);
    expect(pending(factory)).to.deep.equal([]);
    for (let round = 0; round < 3; round++) {
      const { protocol, transport } = connect(factory);
      protocol.dataReceived(Buffer.alloc(50));
      protocol.write(Buffer.alloc(50));
      factory.clock.advance(1);
      expect(pending(factory)).to.have.length(4);
      transport.loseConnection();
      expect(pending(factory)).to.deep.equal([]);
      expect(factory).to.include({ connectionCount: 0, unthrottleReadsID: null });
    }
  });

  it('throttles no connection for bytes that lost connections have read', () => {
    const factory = make(10, 10);
    const first = connect(factory);
    first.protocol.dataReceived(Buffer.alloc(50));
    first.transport.loseConnection();
    const second = connect(factory);
    expect(pending(factory)).to.deep.equal([1]);
    factory.clock.advance(1);
    expect(second.transport.producerState).to.equal('producing');
  });

  it('builds no more protocols than it may, and counts only those that it built', () => {
    class Moody extends Factory {
      next: 'protocol' | 'null' | 'throw' = 'protocol';
      override buildProtocol() {
        if (this.next === 'throw') throw new Error('moody');
        return this.next === 'null' ? null : new Recorder();
      }
    }
    const inner = new Moody();
    const factory = new Throttling(inner, 1, 10, 10);
    inner.next = 'null';
    expect(factory.buildProtocol(CLIENT)).to.equal(null);
    inner.next = 'throw';
    expect(() => factory.buildProtocol(CLIENT)).to.throw('moody');
    expect(factory.connectionCount).to.equal(0);
    expect(pending(factory)).to.deep.equal([]);
    inner.next = 'protocol';
    const { transport } = connect(factory);
    expect(factory.buildProtocol(CLIENT)).to.equal(null);
    transport.loseConnection();
    expect(factory.buildProtocol(CLIENT)).not.to.equal(null);
    expect(factory.connectionCount).to.equal(1);
  });

  it('looks at nothing while it may have no connection at all', () => {
    const factory = make(0, 10, 10);
    expect(factory.buildProtocol(CLIENT)).to.equal(null);
    expect(pending(factory)).to.deep.equal([]);
  });

  it('resumes only when the later of two overlapping throttles is over', () => {
    const factory = make(10, null, 10);
    const { protocol } = connect(factory);
    const producer = recorder();
    protocol.registerProducer(producer, true);
    protocol.write(Buffer.alloc(40)); // Rests until 4.
    factory.clock.advance(1);
    protocol.write(Buffer.alloc(15)); // Would rest until 2.5.
    factory.clock.advance(1);
    protocol.write(Buffer.alloc(50)); // Rests until 7.
    factory.clock.pump([1, 1, 1, 1.9]);
    expect(producer.told).not.to.include('resume');
    factory.clock.advance(0.1);
    expect(producer.told.filter((what) => what === 'resume')).to.have.length(1);
  });

  it('pauses a producer once for two overlapping throttles, because it resumes it once', () => {
    const factory = make(10, null, 10);
    const { protocol } = connect(factory);
    const producer = recorder();
    protocol.registerProducer(producer, true);
    protocol.write(Buffer.alloc(40)); // Rests until 4.
    factory.clock.advance(1);
    protocol.write(Buffer.alloc(50)); // Rests until 6.
    factory.clock.pump([1, 1, 1, 1, 1]);
    expect(producer.told).to.deep.equal(['pause', 'resume']);
  });

  it('loses the connection of a producer that throws, and throttles the others', () => {
    const factory = make(10, null, 10);
    const [a, b] = [connect(factory), connect(factory)];
    const producer = recorder();
    const bad = { ...recorder(), pauseProducing: () => expect.fail('bad') };
    a.protocol.registerProducer(bad, true);
    b.protocol.registerProducer(producer, true);
    a.protocol.write(Buffer.alloc(20));
    const reports: unknown[] = [];
    const stop = log.addObserver(({ why }) => reports.push(why));
    factory.clock.advance(1);
    stop();
    expect(reports).to.deep.equal(['Recorder (ThrottlingProtocol): throttling failed']);
    expect(a.transport.disconnected || a.transport.disconnecting).to.equal(true);
    expect(producer.told).to.deep.equal(['pause']);
    expect(factory.checkWriteBandwidthID?.active()).to.equal(true);
  });

  it('throttles the others although a connection that is lost so throws as it ends', () => {
    const factory = make(10, null, 10);
    const [a, b] = [connect(factory), connect(factory)];
    const producer = recorder();
    a.protocol.registerProducer({ ...recorder(), pauseProducing: () => expect.fail('bad') }, true);
    a.transport.abortConnection = () => expect.fail('worse');
    b.protocol.registerProducer(producer, true);
    a.protocol.write(Buffer.alloc(20));
    const reports: unknown[] = [];
    const stop = log.addObserver(({ error }) => reports.push((error as Error).message));
    factory.clock.advance(1);
    stop();
    expect(reports).to.deep.equal(['bad', 'worse']);
    expect(producer.told).to.deep.equal(['pause']);
    expect(factory.checkWriteBandwidthID?.active()).to.equal(true);
  });

  it('passes over connections that end while others are throttled', () => {
    const factory = make(10, 10);
    const [a, b] = [connect(factory), connect(factory)];
    sinon.stub(a.transport, 'pauseProducing').callsFake(() => b.transport.loseConnection());
    const pause = sinon.spy(b.transport, 'pauseProducing');
    a.protocol.dataReceived(Buffer.alloc(20));
    factory.clock.advance(1);
    sinon.assert.notCalled(pause);
  });

  it('lets reads and writes go on that are just within the limit, or have none', () => {
    const factory = make(10, 10, 10);
    const { protocol, transport } = connect(factory);
    const producer = recorder();
    const pause = sinon.spy(transport, 'pauseProducing');
    protocol.registerProducer(producer, true);
    protocol.dataReceived(Buffer.alloc(10));
    protocol.write(Buffer.alloc(10));
    factory.clock.advance(1);
    sinon.assert.notCalled(pause);
    expect(producer.told).to.deep.equal([]);

    const free = make(10);
    const other = connect(free);
    other.protocol.registerProducer(producer, true);
    expect(pending(free)).to.deep.equal([]);
    other.protocol.dataReceived(Buffer.alloc(50));
    other.protocol.write(Buffer.alloc(50));
    free.checkReadBandwidth();
    free.checkWriteBandwidth();
    expect([other.transport.producerState, producer.told]).to.deep.equal(['producing', []]);
  });

  it('looks on while a connection is left, and does not count one that it did not build', () => {
    const factory = make(10, 10, 10);
    const [first, second] = [connect(factory), connect(factory)];
    first.transport.loseConnection();
    expect(factory.connectionCount).to.equal(1);
    expect(pending(factory)).to.deep.equal([1, 1]);
    factory.unregisterProtocol(new ThrottlingProtocol(factory, new Recorder()));
    expect(factory.connectionCount).to.equal(1);
    second.transport.loseConnection();
    expect(pending(factory)).to.deep.equal([]);
  });

  for (const isAnew of [false, true]) {
    it(`that loses its last connection as it throttles ${isAnew ? 'looks only for the new one' : 'looks no more'}`, () => {
      const factory = make(10, 10, 10);
      for (const half of ['pauseProducing', 'registered'] as const) {
        const { protocol, transport } = connect(factory);
        const end = () => {
          transport.loseConnection();
          if (isAnew) connect(factory);
        };
        if (half === 'registered') {
          protocol.registerProducer({ ...recorder(), pauseProducing: end }, true);
          protocol.write(Buffer.alloc(50));
        } else {
          transport.pauseProducing = end;
          protocol.dataReceived(Buffer.alloc(50));
        }
        const before = factory.clock.seconds();
        factory.clock.advance(1);
        expect(pending(factory)).to.deep.equal(isAnew ? [before + 2, before + 2] : []);
        expect(factory).to.include({ unthrottleReadsID: null, unthrottleWritesID: null });
        for (const each of factory.protocols) each.connectionLost(null);
        expect(pending(factory)).to.deep.equal([]);
      }
    });
  }

  it('goes by the reactor unless it is told otherwise', async () => {
    const factory = new ThrottlingFactory(factoryOf());
    await new Promise((resolve) => factory.callLater(0, () => resolve(undefined)));
    factory.callLater(0, () => expect.fail('it was cancelled')).cancel();
  });

  it('refuses bad limits', () => {
    expect(() => make(-1)).to.throw(OutOfRangeError);
    expect(() => make(NaN)).to.throw(OutOfRangeError);
    expect(() => make(1, 0)).to.throw(OutOfRangeError);
    expect(() => make(1, 1, '2' as never)).to.throw(InvalidArgTypeError);
  });
});

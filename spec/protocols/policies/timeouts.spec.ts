import { expect } from 'chai';
import sinon from 'sinon';

import {
  InvalidArgTypeError,
  InvalidStateError,
  OutOfRangeError,
} from '../../../lib/base/errors.js';
import { TimeoutFactory } from '../../../lib/protocols/policies/timeout-factory.js';
import { TimeoutMixin } from '../../../lib/protocols/policies/timeout-mixin.js';
import { TimeoutProtocol } from '../../../lib/protocols/policies/timeout-protocol.js';
import { Clock } from '../../../lib/testing/clock.js';
import { StringTransport } from '../../../lib/testing/string-transport.js';
import { type IDelayedCall, reactor } from '../../../lib/twisted/cooperation/index.js';
import { Protocol } from '../../../lib/twisted/core/index.js';
import { CLIENT, connected, factoryOf, type Recorder } from './support.js';

class Timeouts extends TimeoutFactory {
  clock = new Clock();
  override callLater(period: number, f: () => unknown) {
    return this.clock.callLater(period, f);
  }
}

describe('TimeoutProtocol', () => {
  const setUp = (period: number | null = 3) => {
    const factory = new Timeouts(factoryOf(), period);
    const { protocol, transport } = connected(factory, TimeoutProtocol<Recorder>);
    return { clock: factory.clock, protocol, transport };
  };

  it('closes a connection on which nothing passes for the period', () => {
    const { clock, transport } = setUp();
    clock.advance(2.9);
    expect(transport.connected).to.equal(true);
    clock.advance(0.2);
    expect(transport.connected).to.equal(false);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  for (const [what, pass] of [
    ['read', (protocol) => protocol.dataReceived(Buffer.from('x'))],
    ['written', (protocol) => protocol.write(Buffer.from('x'))],
    ['written in pieces', (protocol) => protocol.writeSequence([Buffer.from('x')])],
  ] as [string, (protocol: TimeoutProtocol) => void][]) {
    it(`counts from the last time that data was ${what}`, () => {
      const { clock, protocol, transport } = setUp();
      clock.advance(2);
      pass(protocol);
      clock.advance(2);
      expect(transport.connected).to.equal(true);
      clock.advance(1);
      expect(transport.connected).to.equal(false);
    });
  }

  it('takes its timeout back when the connection is lost, and when it is told to', () => {
    const { clock, protocol, transport } = setUp();
    transport.loseConnection();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    const other = setUp();
    other.protocol.cancelTimeout();
    other.protocol.cancelTimeout();
    other.clock.advance(100);
    expect(other.transport.connected).to.equal(true);
    expect(protocol).to.include({ timeoutCall: null, timeoutPeriod: null });
  });

  it('starts again with another period, with the same period, or not at all', () => {
    const { clock, protocol } = setUp();
    const due = () => clock.getDelayedCalls().map((call) => call.getTime());
    protocol.setTimeout(5);
    expect(due()).to.deep.equal([5]);
    clock.advance(1);
    protocol.setTimeout();
    expect(due()).to.deep.equal([6]);
    expect(() => protocol.setTimeout(-1)).to.throw(OutOfRangeError);
    expect(() => protocol.setTimeout('1' as never)).to.throw(InvalidArgTypeError);
    expect(due()).to.deep.equal([6]);
    protocol.setTimeout(null);
    expect(due()).to.deep.equal([]);
  });

  it('may write once more when its time is over', () => {
    class Polite extends TimeoutProtocol {
      override timeoutFunc(): void {
        expect(this.timeoutCall).to.equal(null);
        this.write(Buffer.from('bye'));
        super.timeoutFunc();
      }
    }
    const factory = new Timeouts(factoryOf(), 1);
    factory.protocol = Polite;
    const { protocol, transport } = connected(factory, Polite);
    factory.clock.advance(1);
    expect(transport.value().toString()).to.equal('bye');
    protocol.write(Buffer.from('late'));
    expect(protocol.timeoutCall).to.equal(null);
  });

  it('works if other code has cancelled the call', () => {
    const { protocol, transport } = setUp();
    protocol.timeoutCall?.cancel();
    protocol.dataReceived(Buffer.from('x'));
    protocol.cancelTimeout();
    expect(transport.connected).to.equal(true);
  });

  it('leaves the timeout as it is where its field was set to null', () => {
    const { clock, protocol, transport } = setUp();
    protocol.timeoutPeriod = null;
    clock.advance(2);
    protocol.write(Buffer.from('x'));
    clock.advance(1);
    expect(transport.connected).to.equal(false);
  });

  it('ends quietly if it was never connected', () => {
    const factory = new Timeouts(factoryOf(), 1);
    factory.buildProtocol(CLIENT);
    factory.clock.advance(1);
    expect(factory.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('goes by the reactor, and half an hour, unless it is told otherwise', () => {
    const before = reactor.getDelayedCalls().length;
    const factory = new TimeoutFactory(factoryOf());
    const callLater = sinon.spy(reactor, 'callLater');
    try {
      const { transport } = connected(factory, TimeoutProtocol<Recorder>);
      expect(callLater.firstCall.args[0]).to.equal(1800);
      transport.loseConnection();
    } finally {
      callLater.restore();
    }
    expect(reactor.getDelayedCalls()).to.have.length(before);
  });
});

describe('TimeoutFactory', () => {
  it('refuses a bad period at once, not with each connection', () => {
    for (const period of [-1, NaN]) {
      expect(() => new TimeoutFactory(factoryOf(), period)).to.throw(OutOfRangeError);
    }
    expect(() => new TimeoutFactory(factoryOf(), '1' as never)).to.throw(InvalidArgTypeError);
  });
});

describe('TimeoutMixin', () => {
  class Timed extends TimeoutMixin(Protocol) {
    readonly clock = new Clock();
    readonly log: number[] = [];
    override timeOut: number | null = 3;
    override callLater(period: number, f: () => unknown) {
      return this.clock.callLater(period, f);
    }
    override timeoutConnection(): void {
      this.log.push(this.clock.seconds());
    }
  }

  it('times out once, so many seconds after it was set or reset', () => {
    const timed = new Timed();
    timed.setTimeout(timed.timeOut);
    timed.clock.advance(2);
    timed.resetTimeout();
    timed.clock.pump([2, 1, 5]);
    expect(timed.log).to.deep.equal([5]);
    timed.resetTimeout();
    expect(timed.clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('returns the period before, and moves the timeout that there is', () => {
    const timed = new Timed();
    expect(timed.setTimeout(10)).to.equal(3);
    expect(timed.setTimeout(5)).to.equal(10);
    expect(timed.clock.getDelayedCalls().map((call) => call.getTime())).to.deep.equal([5]);
    expect(timed.setTimeout(null)).to.equal(5);
    expect(timed.setTimeout(1)).to.equal(null);
    expect(timed.timeOut).to.equal(1);
  });

  it('takes its timeout back', () => {
    const timed = new Timed();
    timed.setTimeout(3);
    timed.setTimeout(null);
    timed.resetTimeout();
    timed.clock.advance(10);
    expect(timed.log).to.deep.equal([]);
  });

  it('leaves the timeout as it is where its field was set to null, as in Twisted', () => {
    const timed = new Timed();
    timed.setTimeout(3);
    timed.timeOut = null;
    timed.clock.advance(2);
    timed.resetTimeout();
    timed.clock.advance(5);
    expect(timed.log).to.deep.equal([7]);
  });

  it('works if other code has cancelled the call, and can be set again', () => {
    const timed = new Timed();
    timed.setTimeout(3);
    timed.clock.getDelayedCalls()[0]?.cancel();
    timed.resetTimeout();
    timed.setTimeout(2);
    timed.clock.advance(2);
    expect(timed.log).to.deep.equal([2]);
    timed.setTimeout(1);
    timed.clock.getDelayedCalls()[0]?.cancel();
    timed.setTimeout(null);
    expect(timed.timeOut).to.equal(null);
  });

  it('may be set again although its clock says that calls that are over are active', () => {
    const calls: { f: () => unknown }[] = [];
    class Careless extends TimeoutMixin() {
      override callLater(_period: number, f: () => unknown): IDelayedCall {
        calls.push({ f });
        return { active: () => true, cancel() {}, reset: () => expect.fail('reset') } as never;
      }
    }
    const careless = new Careless();
    careless.setTimeout(1);
    calls[0]!.f();
    careless.setTimeout(1);
    careless.setTimeout(null);
    careless.setTimeout(1);
    expect(calls).to.have.lengthOf(3);
  });

  it('may be set again when its time is over', () => {
    const timed = new Timed();
    sinon.stub(timed, 'timeoutConnection').callsFake(() => {
      timed.log.push(timed.clock.seconds());
      if (timed.log.length < 3) timed.setTimeout(2);
    });
    timed.setTimeout(1);
    timed.clock.pump([1, 2, 2, 2]);
    expect(timed.log).to.deep.equal([1, 3, 5]);
  });

  it('closes the connection, by the reactor, unless it is overridden', async () => {
    class Plain extends TimeoutMixin(Protocol) {}
    const plain = new Plain();
    expect(plain.timeOut).to.equal(null);
    const transport = new StringTransport();
    plain.makeConnection(transport);
    plain.setTimeout(0.001);
    await new Promise<void>((resolve) => reactor.callLater(0.002, resolve));
    expect(transport.disconnecting).to.equal(true);
    const before = reactor.getDelayedCalls().length;
    plain.setTimeout(1000);
    plain.setTimeout(null);
    expect(reactor.getDelayedCalls()).to.have.length(before);
    const alone = new (TimeoutMixin())();
    alone.timeoutConnection();
  });

  it('refuses to be extended itself, as Twisted’s mixin is', () => {
    class Wrong extends (TimeoutMixin as unknown as new () => object) {}
    expect(() => new Wrong()).to.throw(InvalidStateError, 'TimeoutMixin(Base)');
  });

  it('refuses a bad period, and changes nothing', () => {
    const timed = new Timed();
    for (const period of [-1, NaN])
      expect(() => timed.setTimeout(period)).to.throw(OutOfRangeError);
    expect(() => timed.setTimeout(undefined as never)).to.throw(InvalidArgTypeError);
    expect(timed.timeOut).to.equal(3);
  });
});

import { expect } from 'chai';
import sinon from 'sinon';

import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { LimitConnectionsByPeer } from '../../../lib/protocols/policies/limit-connections-by-peer.js';
import { ProtocolWrapper } from '../../../lib/protocols/policies/protocol-wrapper.js';
import { ThrottlingFactory } from '../../../lib/protocols/policies/throttling-factory.js';
import { TimeoutFactory } from '../../../lib/protocols/policies/timeout-factory.js';
import { WrappingFactory } from '../../../lib/protocols/policies/wrapping-factory.js';
import {
  ClientFactory,
  Factory,
  type IConnector,
  type IProtocol,
} from '../../../lib/twisted/core/index.js';
import { CLIENT, connected, factoryOf, Recorder } from './support.js';

describe('WrappingFactory', () => {
  it('wraps the protocol that the wrapped factory builds, and leaves it its factory', () => {
    const inner = factoryOf();
    const wrapper = new WrappingFactory(inner).buildProtocol(CLIENT) as ProtocolWrapper<Recorder>;
    expect(wrapper).to.be.instanceOf(ProtocolWrapper);
    expect(wrapper.wrappedProtocol?.factory).to.equal(inner);
  });

  it('gives the wrapped factory the address of the other end', () => {
    const built: unknown[] = [];
    const inner = factoryOf();
    inner.buildProtocol = (address) => {
      built.push(address);
      return null;
    };
    const factories = [WrappingFactory, LimitConnectionsByPeer, ThrottlingFactory, TimeoutFactory];
    for (const Class of factories) new Class(inner).buildProtocol(CLIENT);
    expect(built).to.deep.equal(factories.map(() => CLIENT));
  });

  it('calls its protocol, a class or a function, with itself and the protocol to wrap', () => {
    class Own extends ProtocolWrapper {}
    const factory = new WrappingFactory(factoryOf());
    factory.protocol = Own;
    expect(factory.buildProtocol(CLIENT)).to.be.instanceOf(Own);
    const maker = sinon.spy((_factory: WrappingFactory, wrapped: IProtocol) => wrapped);
    factory.protocol = maker;
    expect(factory.buildProtocol(CLIENT)).to.be.instanceOf(Recorder);
    expect(maker.firstCall.args[0]).to.equal(factory);
    factory.protocol = 'x' as never;
    expect(() => factory.buildProtocol(CLIENT)).to.throw(InvalidArgTypeError);
  });

  it('is made with the class of its wrappers by forProtocol, as any factory is', () => {
    class Own extends ProtocolWrapper {}
    const factory = WrappingFactory.forProtocol(Own, factoryOf());
    expect(factory.buildProtocol(CLIENT)).to.be.instanceOf(Own);
    expect(() => WrappingFactory.forProtocol('x' as never, factoryOf())).to.throw(
      InvalidArgTypeError,
    );
  });

  it('builds nothing where the wrapped factory builds nothing', () => {
    class Refusing extends Factory {
      override buildProtocol() {
        return null;
      }
    }
    const careless = Object.assign(new Factory(), { buildProtocol: () => undefined as never });
    for (const inner of [new Refusing(), careless]) {
      const factory = new WrappingFactory(inner);
      factory.protocol = () => expect.fail('nothing to wrap');
      expect(factory.buildProtocol(CLIENT)).to.equal(null);
    }
  });

  it('knows the wrappers that are connected', () => {
    const factory = new WrappingFactory(factoryOf());
    const first = connected(factory, ProtocolWrapper);
    const second = connected(factory, ProtocolWrapper);
    expect([...factory.protocols]).to.deep.equal([first.protocol, second.protocol]);
    first.transport.loseConnection();
    expect([...factory.protocols]).to.deep.equal([second.protocol]);
    first.protocol.connectionLost(null);
    expect(factory.protocols.size).to.equal(1);
  });

  it('starts and stops the wrapped factory, and stops it if it can’t start itself', () => {
    const log: string[] = [];
    class Inner extends Factory {
      override startFactory = () => void log.push('start inner');
      override stopFactory = () => void log.push('stop inner');
    }
    class Outer extends WrappingFactory {
      override startFactory = () => void log.push('start outer');
      override stopFactory = () => void log.push('stop outer');
    }
    const outer = new Outer(new Inner());
    outer.doStart();
    outer.doStop();
    expect(log).to.deep.equal(['start inner', 'start outer', 'stop inner', 'stop outer']);
    log.length = 0;
    outer.startFactory = () => expect.fail('not today');
    expect(() => outer.doStart()).to.throw('not today');
    expect(log).to.deep.equal(['start inner', 'stop inner']);
  });

  it('tells the wrapped factory of connectors, if it has methods for them', () => {
    const log: unknown[][] = [];
    class Inner extends ClientFactory {
      override startedConnecting = (...args: unknown[]) => void log.push(['started', ...args]);
      override clientConnectionFailed = (...args: unknown[]) => void log.push(['failed', ...args]);
      override clientConnectionLost = (...args: unknown[]) => void log.push(['lost', ...args]);
    }
    const inner = new Inner();
    const factory = new WrappingFactory(inner);
    const connector = {} as IConnector;
    const reason = new Error('why');
    factory.startedConnecting(connector);
    factory.clientConnectionFailed(connector, reason);
    factory.clientConnectionLost(connector, reason);
    expect(log).to.deep.equal([
      ['started', connector],
      ['failed', connector, reason],
      ['lost', connector, reason],
    ]);
    const ofServers = new WrappingFactory(new Factory());
    ofServers.startedConnecting(connector);
    ofServers.clientConnectionFailed(connector, reason);
    ofServers.clientConnectionLost(connector, reason);
  });

  it('refuses the class of a protocol in place of a factory', () => {
    expect(() => new TimeoutFactory(Recorder as never, 5)).to.throw(
      InvalidArgTypeError,
      'must be a Factory',
    );
  });

  it('refuses to start, or to build from, a value that is not a factory', () => {
    const factory = new WrappingFactory(null as never);
    expect(() => factory.doStart()).to.throw(InvalidArgTypeError);
    expect(() => factory.buildProtocol(CLIENT)).to.throw(InvalidArgTypeError);
    expect(factory.numPorts).to.equal(0);
  });

  it('names both in logs', () => {
    class Server extends Factory {}
    expect(new WrappingFactory(new Server()).logPrefix()).to.equal('Server (WrappingFactory)');
  });
});

import { expect } from 'chai';
import sinon from 'sinon';

import { LimitConnectionsByPeer } from '../../../lib/protocols/policies/limit-connections-by-peer.js';
import { InvalidArgTypeError } from '../../../lib/base/errors.js';
import { LimitTotalConnectionsFactory } from '../../../lib/protocols/policies/limit-total-connections-factory.js';
import { ProtocolWrapper } from '../../../lib/protocols/policies/protocol-wrapper.js';
import { Factory, type IAddress } from '../../../lib/twisted/core/index.js';
import { CLIENT, connected, factoryOf, Recorder } from './support.js';

describe('LimitConnectionsByPeer', () => {
  const from = (host: string): IAddress => ({ ...CLIENT, host }) as IAddress;

  it('builds the allowed number of protocols for each host, and another when a connection is lost', () => {
    const factory = new LimitConnectionsByPeer(factoryOf());
    factory.maxConnectionsPerPeer = 2;
    const { transport } = connected(factory, ProtocolWrapper, from('192.0.2.1'));
    connected(factory, ProtocolWrapper, from('192.0.2.1'));
    expect(factory.buildProtocol(from('192.0.2.1'))).to.equal(null);
    connected(factory, ProtocolWrapper, from('192.0.2.2'));
    expect([...factory.peerConnections]).to.deep.equal([
      ['192.0.2.1', 2],
      ['192.0.2.2', 1],
    ]);
    transport.loseConnection();
    expect(factory.protocols.size).to.equal(2);
    expect(factory.buildProtocol(from('192.0.2.1'))).to.be.instanceOf(ProtocolWrapper);
    expect(factory.buildProtocol(from('192.0.2.1'))).to.equal(null);
  });

  it('allows 5 connections of each host unless it is told otherwise, as Twisted does', () => {
    const factory = new LimitConnectionsByPeer(factoryOf());
    for (let i = 0; i < 5; i++) expect(factory.buildProtocol(CLIENT)).not.to.equal(null);
    expect(factory.buildProtocol(CLIENT)).to.equal(null);
  });

  it('forgets a host that has no connection left, and uncounts each only once', () => {
    const factory = new LimitConnectionsByPeer(factoryOf());
    const { protocol, transport } = connected(factory, ProtocolWrapper);
    connected(factory, ProtocolWrapper);
    transport.loseConnection();
    protocol.connectionLost(null);
    expect(factory.peerConnections.get('192.0.2.1')).to.equal(1);
    for (const other of factory.protocols) other.connectionLost(null);
    expect(factory.peerConnections.size).to.equal(0);
  });

  it('keeps its count when it stops and starts again', () => {
    const factory = new LimitConnectionsByPeer(factoryOf());
    factory.doStart();
    connected(factory, ProtocolWrapper);
    factory.doStop();
    factory.doStart();
    expect(factory.peerConnections.get('192.0.2.1')).to.equal(1);
  });

  it('counts nothing where nothing was built', () => {
    class Refusing extends Factory {
      override buildProtocol() {
        return null;
      }
    }
    const factory = new LimitConnectionsByPeer(new Refusing());
    for (let i = 0; i < 10; i++) expect(factory.buildProtocol(CLIENT)).to.equal(null);
    expect(factory.peerConnections.size).to.equal(0);
    const throwing = new LimitConnectionsByPeer(factoryOf(() => expect.fail('not built')));
    expect(() => throwing.buildProtocol(CLIENT)).to.throw('not built');
    expect(throwing.peerConnections.size).to.equal(0);
  });

  it('refuses to build, and counts nothing, while the limit is not a number', () => {
    const factory = new LimitConnectionsByPeer(factoryOf());
    for (const limit of [undefined, Number.NaN, '5']) {
      factory.maxConnectionsPerPeer = limit as never;
      expect(() => factory.buildProtocol(CLIENT)).to.throw(/maxConnectionsPerPeer/);
    }
    expect(factory.peerConnections.size).to.equal(0);
    factory.maxConnectionsPerPeer = Infinity;
    expect(factory.buildProtocol(CLIENT)).to.be.instanceOf(ProtocolWrapper);
  });

  it('counts all clients of a Unix socket as one host', () => {
    const factory = new LimitConnectionsByPeer(factoryOf());
    factory.maxConnectionsPerPeer = 1;
    const address: IAddress = { type: 'UNIX', name: null };
    connected(factory, ProtocolWrapper, address);
    expect(factory.buildProtocol(address)).to.equal(null);
    for (const host of factory.peerConnections.keys()) expect(host).to.be.a('string');
  });
});

describe('LimitTotalConnectionsFactory', () => {
  const setUp = () => LimitTotalConnectionsFactory.forProtocol(Recorder);

  it('counts the protocols that it builds, without a limit unless it is given one', () => {
    const factory = setUp();
    const first = connected(factory, ProtocolWrapper<Recorder>);
    connected(factory, ProtocolWrapper);
    expect(first.protocol.wrappedProtocol?.factory).to.equal(factory);
    expect(factory.connectionCount).to.equal(2);
    first.transport.loseConnection();
    first.protocol.connectionLost(null);
    expect(factory.connectionCount).to.equal(1);
  });

  it('refuses a factory to wrap, or options: it wraps none, and has fields', () => {
    const Made = LimitTotalConnectionsFactory as new (given: unknown) => unknown;
    for (const given of [factoryOf(), { connectionLimit: 1 }, 1]) {
      expect(() => new Made(given)).to.throw(InvalidArgTypeError, 'set `protocol`');
    }
  });

  it('closes connections beyond the limit, or gives them the protocol that is for that', () => {
    const factory = setUp();
    factory.connectionLimit = 1;
    connected(factory, ProtocolWrapper);
    expect(factory.buildProtocol(CLIENT)).to.equal(null);
    class Sorry extends Recorder {}
    factory.overflowProtocol = Sorry;
    const { protocol, transport } = connected(factory, ProtocolWrapper<Recorder>);
    expect(protocol.wrappedProtocol).to.be.instanceOf(Sorry);
    expect(protocol.wrappedProtocol?.factory).to.equal(factory);
    expect(factory.connectionCount).to.equal(2);
    transport.loseConnection();
    expect(factory.connectionCount).to.equal(1);
  });

  it('calls overflowProtocol without arguments, as Twisted does', () => {
    const factory = setUp();
    factory.connectionLimit = 0;
    const overflowProtocol = sinon.fake(() => new Recorder());
    factory.overflowProtocol = overflowProtocol;
    factory.buildProtocol(CLIENT);
    sinon.assert.calledOnceWithExactly(overflowProtocol);
  });

  it('refuses an overflowProtocol that is neither a class nor a function, and counts nothing', () => {
    const factory = Object.assign(setUp(), { connectionLimit: 0 });
    factory.overflowProtocol = new Recorder() as never;
    expect(() => factory.buildProtocol(CLIENT))
      .to.throw(/overflowProtocol/)
      .with.property('code', 'ERR_INVALID_ARG_TYPE');
    expect(factory.connectionCount).to.equal(0);
  });

  it('refuses to build, and counts nothing, while the limit is not a number', () => {
    const factory = setUp();
    for (const limit of [undefined, Number.NaN, '5']) {
      factory.connectionLimit = limit as never;
      expect(() => factory.buildProtocol(CLIENT)).to.throw(/connectionLimit/);
    }
    expect(factory.connectionCount).to.equal(0);
  });

  it('counts nothing that could not be built', () => {
    const factory = setUp();
    factory.protocol = () => expect.fail('no');
    expect(() => factory.buildProtocol(CLIENT)).to.throw('no');
    factory.protocol = null;
    expect(() => factory.buildProtocol(CLIENT)).to.throw();
    expect(factory.connectionCount).to.equal(0);
  });
});

/** Callbacks of wrappers and of protocols with a timeout that are async functions, and fail. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { DuplexTransport, Protocol } from '../../../lib/index.js';
import {
  ProtocolWrapper,
  ThrottlingFactory,
  ThrottlingProtocol,
  TimeoutFactory,
  TimeoutMixin,
  TimeoutProtocol,
  WrappingFactory,
} from '../../../lib/protocols/index.js';
import { AccumulatingProtocol, Clock } from '../../../lib/testing/index.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { memoryPair } from '../../support/memory-pair.js';
import { factoryOf } from './support.js';

const factory = factoryOf();
const makers = {
  ProtocolWrapper: (wrapped: Protocol) =>
    new ProtocolWrapper(new WrappingFactory(factory), wrapped),
  TimeoutProtocol: (wrapped: Protocol) =>
    new TimeoutProtocol(new TimeoutFactory(factory, null), wrapped, null),
  ThrottlingProtocol: (wrapped: Protocol) =>
    new ThrottlingProtocol(new ThrottlingFactory(factory), wrapped),
};

describe('A wrapper whose connectionMade rejects', () => {
  const logged = expectNothingLogged();
  for (const [name, make] of Object.entries(makers)) {
    it(`loses its connection (${name})`, async () => {
      const wrapped = new AccumulatingProtocol();
      const wrapper = make(wrapped);
      Object.assign(wrapper, { connectionMade: () => Promise.reject(failure) });
      const [stream, peer] = memoryPair();
      peer.on('error', () => {});
      const transport = new DuplexTransport(stream, { protocol: wrapper });
      expect(await transport.closed).to.equal(failure);
      expect(wrapped.closedReason).to.equal(failure);
      expect(logged.splice(0)).to.deep.equal([failure]);
    });
  }
});

describe('A wrapper of a protocol that rejects', () => {
  const logged = expectNothingLogged();
  const reject = () => Promise.reject(failure);
  for (const [name, make] of Object.entries(makers)) {
    it(`loses the connection if it is dataReceived (${name})`, async () => {
      const wrapper = make(Object.assign(new Protocol(), { dataReceived: reject }));
      const [stream, peer] = memoryPair();
      peer.on('error', () => {});
      const transport = new DuplexTransport(stream, { protocol: wrapper });
      peer.write('a');
      expect(await transport.closed).to.equal(failure);
      expect(logged.splice(0)).to.deep.equal([failure]);
    });

    it(`has that logged if it is connectionLost (${name})`, async () => {
      const wrapper = make(Object.assign(new Protocol(), { connectionLost: reject }));
      const [stream, peer] = memoryPair();
      peer.on('error', () => {});
      const transport = new DuplexTransport(stream, { protocol: wrapper });
      transport.abortConnection();
      await transport.closed;
      await turn();
      expect(logged.splice(0)).to.deep.equal([failure]);
    });
  }
});

describe('A TimeoutMixin whose timeoutConnection rejects', () => {
  const logged = expectNothingLogged();

  it('logs that, whatever clock it has', async () => {
    const clock = new Clock();
    const protocol = new (TimeoutMixin(Protocol))();
    protocol.callLater = (period, f) => clock.callLater(period, f);
    Object.assign(protocol, { timeoutConnection: () => Promise.reject(failure) });
    protocol.setTimeout(1);
    clock.advance(1);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});

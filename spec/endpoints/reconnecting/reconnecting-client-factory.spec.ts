import { getEventListeners } from 'node:events';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  connect,
  type Connector,
  Factory,
  InvalidStateError,
  listen,
  log,
  Protocol,
  reactor,
  ReconnectingClientFactory,
} from '../../../lib/index.js';
import { Clock } from '../../../lib/testing/index.js';
import { Echo, freePort, local, portOf } from '../../support/connections.js';
import { until } from '../../support/until.js';

const failure = new Error('no answer');

/** A connector with `signal`, which counts its calls. */
function fakeConnector(signal?: AbortSignal) {
  const notConnecting = new InvalidStateError('Not trying to connect');
  return {
    state: 'disconnected' as const,
    signal,
    connect: sinon.stub<[], void>(),
    stopConnecting: sinon.stub<[], void>().throws(notConnecting),
    disconnect: sinon.stub<[], void>(),
    getDestination: () => ({ type: 'PIPE' }) as const,
  };
}

describe('ReconnectingClientFactory', () => {
  let clock: Clock;
  let factory: ReconnectingClientFactory;
  beforeEach(() => {
    clock = new Clock();
    factory = new ReconnectingClientFactory();
    Object.assign(factory, { clock, jitter: null });
  });

  const due = (): number[] =>
    clock.getDelayedCalls().map((call) => call.getTime() - clock.seconds());

  it('waits longer with each failure, up to maxDelay', () => {
    const connector = fakeConnector();
    const waits: number[] = [];
    factory.maxDelay = 30;
    for (let i = 0; i < 5; i += 1) {
      factory.clientConnectionFailed(connector, failure);
      waits.push(...due());
      clock.advance(60);
    }
    expect(waits.map((seconds) => seconds.toFixed(2))).to.deep.equal([
      ...['2.72', '7.39', '20.09', '30.00', '30.00'],
    ]);
    sinon.assert.callCount(connector.connect, 5);
  });

  it('takes the settings that a subclass has as fields', () => {
    class Patient extends ReconnectingClientFactory {
      override delay = 5;
      override factor = 2;
      override jitter = null;
    }
    const patient = new Patient();
    patient.clock = clock;
    patient.clientConnectionLost(fakeConnector(), failure);
    expect(due()).to.deep.equal([10]);
  });

  it('strays by jitter, and never to before now', () => {
    const random = sinon.stub(Math, 'random').returns(0.5);
    try {
      Object.assign(factory, { delay: 10, factor: 1, jitter: 0.1 });
      factory.clientConnectionLost(fakeConnector(), failure);
      // Box and Muller: the cosine of half a turn is -1.
      expect(due()[0]).to.be.closeTo(10 - Math.sqrt(2 * Math.LN2), 1e-9);
      factory.jitter = 1000;
      factory.retry();
      expect(Math.min(...due())).to.equal(0);
    } finally {
      random.restore();
    }
  });

  it('is spread around the delay as the jitter says', () => {
    const connector = fakeConnector();
    const waits = Array.from({ length: 2000 }, () => {
      Object.assign(factory, { delay: 100, factor: 1, jitter: 0.1 });
      factory.retry(connector);
      clock.advance(1000); // So that no calls pile up: a Clock sorts those that wait.
      return factory.delay;
    });
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    const variance = waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length;
    expect(mean).to.be.closeTo(100, 2);
    expect(Math.sqrt(variance)).to.be.closeTo(10, 1);
  });

  it('gives up after maxRetries, until resetDelay', () => {
    factory.maxRetries = 1;
    const connector = fakeConnector();
    factory.clientConnectionFailed(connector, failure);
    clock.advance(10);
    factory.clientConnectionFailed(connector, failure);
    expect(due()).to.deep.equal([]);
    factory.resetDelay();
    factory.clientConnectionLost(connector, failure);
    expect(due()).to.have.lengthOf(1);
    expect(factory).to.include({ retries: 1, connector });
  });

  it('waits as briefly as at first after resetDelay, also if it was told to stop trying', () => {
    const connector = fakeConnector();
    factory.clientConnectionFailed(connector, failure);
    const first = factory.delay;
    clock.advance(10);
    factory.stopTrying();
    factory.resetDelay();
    factory.clientConnectionLost(connector, failure);
    expect(due()).to.have.lengthOf(1);
    expect(factory.delay).to.equal(first);
  });

  it('goes by the reactor unless told otherwise', () => {
    factory.clock = null;
    factory.clientConnectionFailed(fakeConnector(), failure);
    expect(factory.clock).to.equal(reactor);
    expect(reactor.getDelayedCalls()).to.have.lengthOf(1);
    factory.stopTrying();
    expect(reactor.getDelayedCalls()).to.deep.equal([]);
  });

  describe('told to stop trying', () => {
    it('ends the wait, also after resetDelay was called', () => {
      factory.clientConnectionFailed(fakeConnector(), failure);
      factory.resetDelay();
      factory.stopTrying();
      expect(clock.getDelayedCalls()).to.deep.equal([]);
      factory.clientConnectionFailed(fakeConnector(), failure);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
      expect(factory.continueTrying).to.equal(false);
    });

    it('keeps its connector, and does not retry when asked', () => {
      const connector = fakeConnector();
      factory.clientConnectionFailed(connector, failure);
      factory.stopTrying();
      factory.clientConnectionLost(fakeConnector(), failure);
      factory.retry();
      expect(factory).to.include({ connector, retries: 1 });
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    it('gives the attempt up, and does not take that for a reason to retry', () => {
      const connector = fakeConnector();
      connector.stopConnecting.callsFake(() => factory.clientConnectionFailed(connector, failure));
      factory.connector = connector;
      factory.stopTrying();
      sinon.assert.calledOnce(connector.stopConnecting);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });

    it('throws any other error of stopConnecting', () => {
      const connector = fakeConnector();
      connector.stopConnecting.throws(failure);
      factory.connector = connector;
      expect(() => factory.stopTrying()).to.throw(failure);
    });
  });

  it('refuses to retry without a connector', () => {
    expect(() => factory.retry())
      .to.throw()
      .with.property('code', 'ERR_INVALID_STATE');
    expect(factory.retries).to.equal(0);
  });

  describe('with a connector that has a signal', () => {
    it('ends its wait when that aborts', () => {
      const controller = new AbortController();
      factory.clientConnectionLost(fakeConnector(controller.signal), failure);
      controller.abort();
      expect(clock.getDelayedCalls()).to.deep.equal([]);
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
    });

    it('does not wait for a signal that has aborted, and leaves no listener behind', () => {
      const controller = new AbortController();
      const connector = fakeConnector(controller.signal);
      factory.clientConnectionLost(connector, failure);
      clock.advance(10);
      sinon.assert.calledOnce(connector.connect);
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
      controller.abort();
      factory.clientConnectionFailed(connector, failure);
      expect(clock.getDelayedCalls()).to.deep.equal([]);
    });
  });

  it('comes back to a server that comes back', async () => {
    const port = await freePort();
    const made: Protocol[] = [];
    class Steady extends Protocol {
      override connectionMade(): void {
        made.push(this);
        factory.resetDelay();
      }
    }
    factory.protocol = Steady;
    factory.clock = null;
    factory.delay = 0;
    const connector: Connector = connect(factory, { port, ...local });
    await until(() => factory.retries > 1);
    const listening = await listen(Factory.forProtocol(Echo), { port, ...local });
    await until(() => made.length === 1);
    factory.delay = 0;
    made[0]?.transport.loseConnection();
    await until(() => made.length === 2);
    factory.stopTrying();
    made[1]?.transport.loseConnection();
    await until(() => connector.state === 'disconnected');
    expect(portOf(listening)).to.equal(port);
    await listening.stopListening();
    expect(factory.numPorts).to.equal(0);
  });

  it('stops for good when the signal of its connect aborts', async () => {
    const logged: unknown[] = [];
    const restore = log.addObserver(({ error }) => logged.push(error));
    const controller = new AbortController();
    const port = await freePort();
    const connector = connect(factory, { port, ...local, signal: controller.signal });
    await until(() => clock.getDelayedCalls().length === 1);
    controller.abort();
    clock.advance(1000);
    restore();
    expect(connector.state).to.equal('disconnected');
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    expect(logged).to.deep.equal([]);
  });
});

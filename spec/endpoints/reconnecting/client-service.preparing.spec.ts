import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  type ClientService,
  type ClientServiceOptions,
  ConnectionDone,
  Factory,
  Protocol,
} from '../../../lib/index.js';
import { Clock, StringTransport } from '../../../lib/testing/index.js';
import { FakeEndpoint, startService } from '../../support/fake-endpoint.js';
import { rejection } from '../../support/rejection.js';

describe('A ClientService that prepares its connections', () => {
  let clock: Clock;
  let endpoint: FakeEndpoint;
  beforeEach(() => {
    clock = new Clock();
    endpoint = new FakeEndpoint();
  });

  const started = (options: ClientServiceOptions): ClientService =>
    startService(endpoint, clock, options);

  it('is connected once that is done', async () => {
    let prepared!: () => void;
    const preparing = new Promise<void>((resolve) => (prepared = resolve));
    const given: unknown[] = [];
    const service = started({
      prepareConnection: (protocol) => {
        given.push(protocol);
        return preparing;
      },
    });
    let connected: unknown = null;
    void service.whenConnected().then((protocol) => (connected = protocol));
    endpoint.succeed();
    await turn();
    expect(connected).to.equal(null);
    prepared();
    await turn();
    expect(given).to.deep.equal([connected]);
  });

  it('closes a connection that could not be prepared, and counts it as a failure', async () => {
    const failure = new Error('no login');
    const service = started({ prepareConnection: () => Promise.reject(failure) });
    const transport = new StringTransport();
    const refused = endpoint.succeed(transport);
    expect(await rejection(service.whenConnected(1))).to.equal(failure);
    expect(transport.disconnecting).to.equal(true);
    clock.advance(1);
    expect(endpoint.attempts).to.have.lengthOf(2);
    refused.connectionLost(new ConnectionDone()); // Is of no interest any more.
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('counts a connection that is lost meanwhile as a failure, also if the preparation then succeeds', async () => {
    let prepared!: () => void;
    const preparing = new Promise<void>((resolve) => (prepared = resolve));
    const service = started({ prepareConnection: () => preparing });
    const lost = new ConnectionDone();
    const protocol = endpoint.succeed();
    await turn();
    const waiting = rejection(service.whenConnected(1));
    protocol.connectionLost(lost);
    expect(await waiting).to.equal(lost);
    prepared();
    await turn();
    clock.advance(1);
    expect(endpoint.attempts).to.have.lengthOf(2);
  });

  describe('stopped while one that could not be prepared is being closed', () => {
    let refused: Protocol;
    let service: ClientService;
    let stopped: boolean;
    beforeEach(async () => {
      service = started({ prepareConnection: () => Promise.reject(new Error('no login')) });
      refused = endpoint.succeed();
      await turn();
      stopped = false;
    });
    const stop = async () => {
      void service.stopService().then(() => (stopped = true));
      await turn();
    };

    it('waits for the close', async () => {
      await stop();
      expect(stopped).to.equal(false);
      refused.connectionLost(new ConnectionDone());
      await turn();
      expect(stopped).to.equal(true);
      await service.stopService();
    });

    it('waits for the close of the next one too', async () => {
      clock.advance(0);
      const next = endpoint.succeed();
      await stop();
      refused.connectionLost(new ConnectionDone());
      await turn();
      expect(stopped).to.equal(false);
      next.connectionLost(new ConnectionDone());
      await turn();
      expect(stopped).to.equal(true);
    });

    it('waits for its close after that of the next one', async () => {
      clock.advance(0);
      const next = endpoint.succeed();
      await stop();
      next.connectionLost(new ConnectionDone());
      await turn();
      expect(stopped).to.equal(false);
      refused.connectionLost(new ConnectionDone());
      await turn();
      expect(stopped).to.equal(true);
    });

    it('and started again, waits for the close of the next one too', async () => {
      clock.advance(0);
      const next = endpoint.succeed();
      await stop();
      service.startService();
      refused.connectionLost(new ConnectionDone());
      await turn();
      expect(stopped).to.equal(false);
      next.connectionLost(new ConnectionDone());
      await turn();
      expect([stopped, service.running]).to.deep.equal([true, true]);
    });

    it('and started again, resolves when that is closed', async () => {
      clock.advance(0);
      await stop();
      service.startService();
      expect(stopped).to.equal(false);
      refused.connectionLost(new ConnectionDone());
      await turn();
      expect([stopped, service.running]).to.deep.equal([true, true]);
    });
  });

  it('closes a connection that is being prepared when it is stopped, and waits for the close', async () => {
    const service = started({ prepareConnection: () => new Promise(() => {}) });
    const transport = new StringTransport();
    const protocol = endpoint.succeed(transport);
    await turn();
    let stopped = false;
    void service.stopService().then(() => (stopped = true));
    await turn();
    expect(transport.disconnecting).to.equal(true);
    expect(stopped).to.equal(false);
    protocol.connectionLost(new ConnectionDone());
    await turn();
    expect(stopped).to.equal(true);
  });

  it('waits for that close also if the preparation then fails', async () => {
    let fail!: (reason: Error) => void;
    const preparing = new Promise((_, reject) => (fail = reject));
    const service = started({ prepareConnection: () => preparing });
    const protocol = endpoint.succeed();
    await turn();
    let stopped = false;
    void service.stopService().then(() => (stopped = true));
    fail(new Error('no login'));
    await turn();
    expect(stopped).to.equal(false);
    protocol.connectionLost(new ConnectionDone());
    await turn();
    expect(stopped).to.equal(true);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  for (const [where, Stopping] of [
    ['connectionMade', makesStop],
    ['buildProtocol', buildsStop],
  ] as const) {
    it(`does not prepare a connection if ${where} has stopped it`, async () => {
      let prepared = 0;
      const options = { prepareConnection: () => (prepared += 1) };
      const factory = Stopping(() => void service.stopService());
      const service: ClientService = startService(endpoint, clock, options, factory);
      const transport = new StringTransport();
      endpoint.succeed(transport);
      await turn();
      expect([transport.disconnecting, prepared]).to.deep.equal([true, 0]);
    });
  }
});

function makesStop(stop: () => void): Factory {
  return Factory.forProtocol(
    class extends Protocol {
      override connectionMade(): void {
        stop();
      }
    },
  );
}

function buildsStop(stop: () => void): Factory {
  const factory = Factory.forProtocol(Protocol);
  factory.buildProtocol = () => {
    stop();
    return new Protocol();
  };
  return factory;
}

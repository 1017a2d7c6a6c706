/** Clocks, transports and connectors that fail an object which connects again. */
import { Buffer } from 'node:buffer';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ClientEndpoint,
  ClientService,
  ConnectionDone,
  Factory,
  Protocol,
  ReconnectingClientFactory,
  reactor,
} from '../../../lib/index.js';
import { Clock, StringTransport } from '../../../lib/testing/index.js';
import { freePort, local } from '../../support/connections.js';
import { failure, fails } from '../../support/failure.js';
import { FakeEndpoint, startService } from '../../support/fake-endpoint.js';
import { expectNothingLogged } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { until } from '../../support/until.js';

const reject = () => Promise.reject(failure) as never;

const failingClock = (callLater: () => never): Clock => Object.assign(new Clock(), { callLater });

/** A clock whose calls cannot be cancelled. */
const deafClock = (): Clock => {
  const clock = new Clock();
  const callLater = clock.callLater.bind(clock);
  clock.callLater = (...args) => Object.assign(callLater(...args), { cancel: reject });
  return clock;
};

describe('A ClientService goes on', () => {
  const logged = expectNothingLogged();

  for (const [what, callLater, codes] of [
    ['throws', fails, [undefined]],
    ['returns a promise', reject, ['ERR_INVALID_ARG_TYPE', undefined]],
  ] as const) {
    it(`without its clock if that ${what}`, async () => {
      const endpoint = new FakeEndpoint();
      const service = startService(endpoint, failingClock(callLater));
      endpoint.attempts[0]?.reject(new Error('Refused'));
      await until(() => endpoint.attempts.length === 2);
      await service.stopService();
      const errors = logged.splice(0) as { code?: string }[];
      expect(errors.map(({ code }) => code)).to.have.members([...codes]);
    });
  }

  it('without its clock, but not once it is stopped', async () => {
    const endpoint = new FakeEndpoint();
    const retryPolicy = () => 1000;
    const service = startService(endpoint, failingClock(fails), { retryPolicy });
    endpoint.attempts[0]?.reject(new Error('Refused'));
    await until(() => logged.splice(0).length === 1);
    const waiting = reactor.getDelayedCalls();
    expect(waiting.map((call) => Math.round(call.getTime() - reactor.seconds()))).to.include(1000);
    await service.stopService();
    expect(reactor.getDelayedCalls()).to.have.length(waiting.length - 1);
  });

  it('if a call of its clock is not cancelled', async () => {
    const endpoint = new FakeEndpoint();
    const service = startService(endpoint, deafClock());
    endpoint.attempts[0]?.reject(new Error('Refused'));
    await turn();
    await service.stopService();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  for (const loseConnection of [fails, reject]) {
    it(`if a transport fails to close (${loseConnection === fails ? 'it throws' : 'it rejects'})`, async () => {
      const endpoint = new FakeEndpoint();
      const clock = new Clock();
      const prepareConnection = () => {
        throw new Error('Not ready');
      };
      const service = startService(endpoint, clock, { prepareConnection });
      const transport = Object.assign(new StringTransport(), { loseConnection });
      const protocol = endpoint.succeed(transport);
      await turn();
      expect(logged.splice(0)).to.deep.equal([failure]);
      clock.advance(1);
      expect(endpoint.attempts).to.have.length(2);
      protocol.connectionLost(new ConnectionDone()); // `stopService` waits for that.
      await service.stopService();
    });
  }

  it('with the clock that it is given, if that works', async () => {
    const clock = new Clock();
    const endpoint = { connect: () => Promise.reject(failure) };
    const service = new ClientService(endpoint, Factory.forProtocol(Protocol), { clock });
    service.startService();
    await turn();
    expect(clock.getDelayedCalls()).to.have.length(1);
    await service.stopService();
  });
});

describe('An async function behind a ClientService', () => {
  const logged = expectNothingLogged();

  for (const method of ['dataReceived', 'connectionLost'] as const) {
    it(`is a ${method} whose promise the caller gets`, async () => {
      const endpoint = new FakeEndpoint();
      const factory = Factory.forProtocol(() =>
        Object.assign(new Protocol(), { [method]: reject }),
      );
      const service = startService(endpoint, new Clock(), {}, factory);
      const protocol = endpoint.succeed();
      expect(await rejection(protocol[method](Buffer.alloc(0) as never) as never)).to.equal(
        failure,
      );
      if (method !== 'connectionLost') protocol.connectionLost(new ConnectionDone());
      await service.stopService();
    });
  }

  for (const method of ['doStart', 'doStop'] as const) {
    it(`has its error logged: ${method} of a factory`, async () => {
      const factory = Object.assign(new Factory(), { [method]: reject });
      const endpoint = new ClientEndpoint({ port: await freePort(), ...local });
      const service = new ClientService(endpoint, factory, { clock: new Clock() });
      service.startService();
      await rejection(service.whenConnected(1));
      await service.stopService();
      expect(logged.splice(0)).to.deep.equal([failure]);
    });
  }
});

describe('A ReconnectingClientFactory', () => {
  const logged = expectNothingLogged();
  const connector = (method: 'connect' | 'stopConnecting') =>
    ({ connect() {}, stopConnecting() {}, [method]: reject }) as never;

  it('has the error of a connector that is an async function logged', async () => {
    const clock = new Clock();
    const factory = new ReconnectingClientFactory();
    factory.clock = clock;
    factory.clientConnectionLost(connector('connect'), new Error('Lost'));
    clock.advance(100);
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
    factory.clientConnectionLost(connector('stopConnecting'), new Error('Lost'));
    factory.stopTrying();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });

  it('has the error of a clock whose methods are async functions logged', async () => {
    const factory = new ReconnectingClientFactory();
    factory.clock = Object.assign(new Clock(), { callLater: reject });
    factory.retry(connector('connect'));
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
    const other = new ReconnectingClientFactory();
    other.clock = deafClock();
    other.retry(connector('connect'));
    other.stopTrying();
    await turn();
    expect(logged.splice(0)).to.deep.equal([failure]);
  });
});

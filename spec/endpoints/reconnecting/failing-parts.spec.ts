/** Clocks, transports and connectors that fail an object which connects again. */
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ClientService,
  ConnectionDone,
  Factory,
  Protocol,
  ReconnectingClientFactory,
} from '../../../lib/index.js';
import { Clock, StringTransport } from '../../../lib/testing/index.js';
import { failure, fails } from '../../support/failure.js';
import { FakeEndpoint, startService } from '../../support/fake-endpoint.js';
import { expectNothingLogged } from '../../support/logged.js';
import { until } from '../../support/until.js';

const reject = () => Promise.reject(failure) as never;

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
      const clock = Object.assign(new Clock(), { callLater });
      const service = startService(endpoint, clock);
      endpoint.attempts[0]?.reject(new Error('Refused'));
      await until(() => endpoint.attempts.length === 2);
      await service.stopService();
      const errors = logged.splice(0) as { code?: string }[];
      expect(errors.map(({ code }) => code)).to.have.members([...codes]);
    });
  }

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

import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import {
  ClientEndpoint,
  ClientService,
  type ClientServiceOptions,
  ConnectionDone,
  ConnectionRefusedError,
  Factory,
  listen,
  Protocol,
} from '../../../lib/index.js';
import {
  Clock,
  type DelayedCall,
  StringTransport,
  StringTransportWithDisconnection,
} from '../../../lib/testing/index.js';
import { Echo, freePort, local, portOf } from '../../support/connections.js';
import { FakeEndpoint, startService } from '../../support/fake-endpoint.js';
import { loggedErrors } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { until } from '../../support/until.js';

const AT_ONCE = () => 0;

describe('ClientService', () => {
  let clock: Clock;
  let endpoint: FakeEndpoint;
  const logged = loggedErrors();
  beforeEach(() => {
    clock = new Clock();
    endpoint = new FakeEndpoint();
  });

  const started = (options?: ClientServiceOptions): ClientService =>
    startService(endpoint, clock, options);

  it('gives the protocol that the factory built, not the wrapper around it', async () => {
    const built: Protocol[] = [];
    class Told extends Protocol {
      override connectionMade(): void {
        built.push(this);
      }
    }
    const service = startService(endpoint, clock, {}, Factory.forProtocol(Told));
    endpoint.succeed();
    expect(await service.whenConnected()).to.equal(built[0]);
  });

  it('passes on the address, the data and the reason of a loss', () => {
    const told: unknown[] = [];
    class Told extends Protocol {
      override dataReceived(data: Buffer): void {
        told.push(data);
      }
      override connectionLost(reason: Error): void {
        told.push(reason);
      }
    }
    const factory = new Factory();
    factory.buildProtocol = (address) => {
      told.push(address);
      return new Told();
    };
    startService(endpoint, clock, {}, factory);
    const wrapper = endpoint.succeed();
    const [data, reason] = [Buffer.from('data'), new ConnectionDone()];
    wrapper.dataReceived(data);
    wrapper.connectionLost(reason);
    expect(told).to.deep.equal([{ type: 'PIPE' }, data, reason]);
  });

  it('passes on both half closes and the handshake, where the protocol has methods for them', () => {
    class Half extends Protocol {
      told: string[] = [];
      readConnectionLost(): void {
        this.told.push('read');
      }
      writeConnectionLost(): void {
        this.told.push('write');
      }
      handshakeCompleted(): void {
        this.told.push('handshake');
      }
    }
    const half = new Half();
    const factory = new Factory();
    factory.buildProtocol = () => half;
    startService(endpoint, clock, {}, factory);
    const seen = endpoint.succeed() as Half;
    seen.readConnectionLost();
    seen.writeConnectionLost();
    seen.handshakeCompleted();
    expect(half.told).to.deep.equal(['read', 'write', 'handshake']);
    started();
    expect(endpoint.succeed()).not.to.have.any.keys('readConnectionLost', 'handshakeCompleted');
  });

  it('reports a second start as an error, and does nothing', () => {
    const service = started();
    service.startService();
    expect(endpoint.attempts).to.have.lengthOf(1);
    expect(logged[0]).to.include({ code: 'ERR_INVALID_STATE' });
  });

  it('counts an attempt as a failure if the factory builds no protocol', async () => {
    const port = (await listenForEcho()).port;
    class Choosy extends Factory {
      built = 0;
      override buildProtocol(): Protocol | null {
        this.built += 1;
        return this.built > 1 ? new Protocol() : null;
      }
    }
    const service = new ClientService(new ClientEndpoint({ port, ...local }), new Choosy(), {
      retryPolicy: AT_ONCE,
    });
    service.startService();
    expect(await rejection(service.whenConnected(1))).to.include({ name: 'NoProtocol' });
    await service.whenConnected();
    await service.stopService();
  });

  describe('stopped while it connects', () => {
    it('tells the endpoint so, and is stopped at once', async () => {
      const service = started();
      const waiting = rejection(service.whenConnected());
      await service.stopService();
      expect(endpoint.attempts[0]?.signal.aborted).to.equal(true);
      expect(await waiting).to.include({ name: 'CancelledError', code: 'ABORT_ERR' });
    });

    it('takes no connection that comes all the same', async () => {
      const service = started();
      await service.stopService();
      expect(endpoint.attempts[0]?.factory.buildProtocol({ type: 'PIPE' })).to.equal(null);
    });

    it('closes a connection that was being made', async () => {
      const service = started();
      const protocol = endpoint.attempts[0]?.factory.buildProtocol({ type: 'PIPE' }) as Protocol;
      await service.stopService();
      const transport = new StringTransport();
      protocol.makeConnection(transport);
      expect(transport.disconnecting).to.equal(true);
    });

    describe('and started again, is told nothing by the first attempt', () => {
      let service: ClientService;
      let first: Protocol;
      let next: Promise<unknown>;
      beforeEach(async () => {
        service = started();
        first = endpoint.attempts[0]?.factory.buildProtocol({ type: 'PIPE' }) as Protocol;
        await service.stopService();
        service.startService();
        next = service.whenConnected(1);
      });
      const expectNext = async (): Promise<void> => {
        await turn();
        expect(endpoint.attempts).to.have.lengthOf(2);
        const { wrappedProtocol } = endpoint.succeed() as unknown as { wrappedProtocol: Protocol };
        expect(await next).to.equal(wrappedProtocol);
      };

      it('that is connected after all', async () => {
        first.makeConnection(new StringTransport());
        endpoint.attempts[0]?.resolve(first);
        await expectNext();
      });

      it('whose connection is then lost', async () => {
        first.makeConnection(new StringTransport());
        first.connectionLost(new ConnectionDone());
        await expectNext();
      });

      it('that fails', async () => {
        endpoint.attempts[0]?.reject(new ConnectionRefusedError());
        await expectNext();
      });
    });
  });

  it('stays connected if its endpoint has built several protocols, and drops the others', async () => {
    const service = started();
    const other = endpoint.attempts[0]?.factory.buildProtocol({ type: 'PIPE' }) as Protocol;
    other.makeConnection(new StringTransport());
    endpoint.succeed();
    const connected = await service.whenConnected();
    other.connectionLost(new ConnectionDone());
    expect(await service.whenConnected()).to.equal(connected);
  });

  it('starts its factory for each attempt, and stops it when that is over', async () => {
    const told: string[] = [];
    class Told extends Factory {
      override startFactory(): void {
        told.push('start');
      }
      override stopFactory(): void {
        told.push('stop');
      }
    }
    const to = new ClientEndpoint({ port: await freePort(), ...local });
    const service = new ClientService(to, new Told(), { retryPolicy: AT_ONCE, clock });
    service.startService();
    await rejection(service.whenConnected(1));
    expect(told).to.deep.equal(['start', 'stop']);
    clock.advance(0);
    await rejection(service.whenConnected(1));
    expect(told).to.deep.equal(['start', 'stop', 'start', 'stop']);
    await service.stopService();
  });

  it('shows the names of its factory and its protocol to the endpoint', () => {
    class Finger extends Protocol {}
    class Fingers extends Factory {
      override buildProtocol(): Protocol {
        return new Finger();
      }
    }
    startService(endpoint, clock, {}, new Fingers());
    const asked = endpoint.attempts[0]?.factory as Fingers;
    expect([asked.logPrefix(), endpoint.succeed().logPrefix()]).to.deep.equal([
      'Fingers',
      'Finger',
    ]);
  });

  describe('started again while it is told to stop', () => {
    let service: ReturnType<typeof started>;
    let before: Promise<unknown>;
    let after: Promise<unknown> | undefined;

    beforeEach(() => {
      service = started();
      before = rejection(service.whenConnected());
    });
    const startAgain = (): void => {
      service.startService();
      after = service.whenConnected();
    };
    const expectConnected = async (): Promise<void> => {
      await service.stopService();
      expect(await before).to.include({ name: 'CancelledError' });
      endpoint.succeed();
      expect(await after).to.be.instanceOf(Protocol);
    };

    it('connects, and keeps the new waits, if its attempt is cancelled', async () => {
      endpoint.attempts[0]?.signal.addEventListener('abort', startAgain);
      await expectConnected();
    });

    it('connects, and keeps the new waits, if its clock cancels', async () => {
      endpoint.attempts[0]?.reject(new ConnectionRefusedError());
      await turn();
      Object.assign(clock.getDelayedCalls()[0] as DelayedCall, { cancel: startAgain });
      await expectConnected();
    });
  });

  it('has no connection to wait for if it is stopped before it was started', async () => {
    const service = new ClientService(endpoint as never, new Factory());
    const waiting = rejection(service.whenConnected());
    await service.stopService();
    expect(await waiting).to.include({ name: 'CancelledError' });
    expect(await rejection(service.whenConnected())).to.include({ name: 'CancelledError' });
    expect(service.stopService()).to.be.instanceOf(Promise);
  });

  describe('stopped while it is connected', () => {
    let service: ClientService;
    let protocol: Protocol;
    let stopped: number;
    beforeEach(async () => {
      service = started();
      protocol = endpoint.succeed();
      await service.whenConnected();
      stopped = 0;
    });
    const stop = async (): Promise<void> => {
      void service.stopService().then(() => (stopped += 1));
      await turn();
    };
    const lose = async (): Promise<void> => {
      protocol.connectionLost(new ConnectionDone());
      await turn();
    };

    it('is stopped when the connection is closed, and ends the waits for another', async () => {
      await stop();
      const waiting = rejection(service.whenConnected());
      expect(stopped).to.equal(0);
      await lose();
      expect(await waiting).to.include({ name: 'CancelledError' });
      expect([stopped, endpoint.attempts.length]).to.deep.equal([1, 1]);
    });

    it('connects again when that is closed, if it was started meanwhile', async () => {
      await stop();
      service.startService();
      const next = service.whenConnected();
      await lose();
      expect([stopped, endpoint.attempts.length]).to.deep.equal([1, 2]);
      protocol = endpoint.succeed();
      expect(await next).to.be.instanceOf(Protocol);
      await stop();
      await lose();
      expect([stopped, endpoint.attempts.length]).to.deep.equal([2, 2]);
    });

    it('does not connect again if it was started and stopped meanwhile', async () => {
      await stop();
      service.startService();
      await stop();
      await lose();
      expect([stopped, endpoint.attempts.length]).to.deep.equal([2, 1]);
    });
  });

  it('tells its policy how many attempts have failed since the last connection', async () => {
    const told: number[] = [];
    const service = started({ retryPolicy: (failures) => told.push(failures) });
    const twice = rejection(service.whenConnected(2));
    const fail = async (): Promise<void> => {
      endpoint.attempts.at(-1)?.reject(new ConnectionRefusedError());
      await turn();
      clock.advance(10);
    };
    await fail();
    await fail();
    expect(await twice).to.be.instanceOf(ConnectionRefusedError);
    const protocol = endpoint.succeed();
    await service.whenConnected();
    protocol.connectionLost(new ConnectionDone());
    clock.advance(10);
    await fail();
    expect(told).to.deep.equal([1, 2, 1, 2]);
  });

  it('goes on to wait for a connection after fewer failures than it was told to bear', async () => {
    const service = started();
    const waiting = service.whenConnected(2);
    endpoint.attempts[0]?.reject(new ConnectionRefusedError());
    await turn();
    clock.advance(0);
    endpoint.succeed();
    expect(await waiting).to.be.instanceOf(Protocol);
  });

  it('is stopped also where the transport closes from inside loseConnection', async () => {
    const service = started();
    const transport = new StringTransportWithDisconnection();
    transport.protocol = endpoint.succeed(transport);
    await service.whenConnected();
    await service.stopService();
    expect(await rejection(service.whenConnected())).to.include({ name: 'CancelledError' });
  });

  it('may be stopped by its retryPolicy when an earlier wait is over', async () => {
    let failures = 0;
    let stopped: Promise<void> | undefined;
    const service = started({
      retryPolicy: () => {
        if (++failures === 2) stopped = service.stopService();
        return 1;
      },
    });
    for (const attempt of [0, 1]) {
      endpoint.attempts[attempt]?.reject(new ConnectionRefusedError());
      await turn();
      clock.advance(1);
    }
    await stopped;
    expect([failures, endpoint.attempts.length]).to.deep.equal([2, 2]);
    expect(logged).to.deep.equal([]);
  });

  it('counts its failures from 0 when it is started again, though it was never connected', async () => {
    const counts: number[] = [];
    const service = started({
      retryPolicy: (failures) => {
        counts.push(failures);
        return 1;
      },
      prepareConnection: () => new Promise(() => {}),
    });
    const fail = async () => {
      endpoint.attempts.at(-1)?.reject(new ConnectionRefusedError());
      await turn();
    };
    await fail();
    clock.advance(1);
    const protocol = endpoint.succeed();
    await turn();
    void service.stopService();
    service.startService();
    protocol.connectionLost(new ConnectionDone());
    await fail();
    expect(counts).to.deep.equal([1, 1]);
    await service.stopService();
  });

  for (const [what, retryPolicy] of [
    ['throws', () => JSON.parse('{') as number],
    ['returns a value that is not a time', () => NaN],
  ] as const) {
    it(`waits as it does without a policy where its own ${what}`, async () => {
      started({ retryPolicy });
      endpoint.attempts[0]?.reject(new ConnectionRefusedError());
      await turn();
      expect(logged).to.have.lengthOf(1);
      expect(clock.getDelayedCalls()).to.have.lengthOf(1);
      clock.advance(3);
      expect(endpoint.attempts).to.have.lengthOf(2);
    });
  }

  it('waits so too where its own policy is an async function, whose rejection is logged', async () => {
    const failure = new Error('no delay today');
    started({ retryPolicy: () => Promise.reject(failure) as unknown as number });
    endpoint.attempts[0]?.reject(new ConnectionRefusedError());
    await turn();
    expect(logged).to.have.lengthOf(2).that.includes(failure);
    expect(clock.getDelayedCalls()).to.have.lengthOf(1);
  });

  it('can be stopped by its own policy', async () => {
    const service = started({
      retryPolicy: () => {
        void service.stopService();
        return 1;
      },
    });
    endpoint.attempts[0]?.reject(new ConnectionRefusedError());
    await turn();
    expect(clock.getDelayedCalls()).to.deep.equal([]);
    expect(logged).to.deep.equal([]);
    service.startService();
    expect(endpoint.attempts).to.have.lengthOf(2);
  });

  it('counts an endpoint that throws as a failure', async () => {
    const failure = new Error('no endpoint');
    endpoint.connect = () => {
      throw failure;
    };
    expect(await rejection(started().whenConnected(1))).to.equal(failure);
  });

  it('counts an endpoint that connects another protocol as a failure', async () => {
    const service = started();
    endpoint.attempts[0]?.resolve(new Protocol());
    expect(await rejection(service.whenConnected(1))).to.include({ code: 'ERR_INVALID_STATE' });
  });

  describe('given a signal', () => {
    it('stops when that aborts, and does not start again', async () => {
      const controller = new AbortController();
      const service = started({ signal: controller.signal });
      const transport = new StringTransport();
      endpoint.succeed(transport);
      await service.whenConnected();
      controller.abort();
      expect(service.running).to.equal(false);
      expect(transport.disconnecting).to.equal(true);
      expect(() => service.startService()).to.throw(controller.signal.reason as Error);
      expect(service.running).to.equal(false);
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
    });

    for (const running of [true, false]) {
      const which = running ? 'runs' : 'was not started';
      it(`rejects whenConnected when that aborts, with its reason as the cause, if the service ${which}`, async () => {
        const controller = new AbortController();
        const service = running
          ? started({ signal: controller.signal })
          : new ClientService(endpoint as never, new Factory(), {
              signal: controller.signal,
            });
        const waiting = rejection(service.whenConnected());
        const cause = new Error('shut down');
        controller.abort(cause);
        const told = { name: 'CancelledError', cause };
        expect(await waiting).to.include(told);
        expect(await rejection(service.whenConnected())).to.include(told);
      });
    }

    it('has stopped from the beginning if that has aborted already', async () => {
      const signal = AbortSignal.abort(new Error('shut down'));
      const service = new ClientService(endpoint as never, new Factory(), { signal });
      expect(await rejection(service.whenConnected())).to.include({
        cause: signal.reason as Error,
      });
      expect(endpoint.attempts).to.deep.equal([]);
    });

    it('gives no cause if it was stopped without that', async () => {
      const service = started({ signal: new AbortController().signal });
      const waiting = rejection(service.whenConnected());
      void service.stopService();
      expect(await waiting).not.to.have.property('cause');
    });

    it('forgets it when it is stopped', async () => {
      const controller = new AbortController();
      await started({ signal: controller.signal }).stopService();
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
    });

    it('leaves nothing with it if it is never started, once no call waits for a connection', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const service = new ClientService(endpoint as never, new Factory(), { signal });
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
      const own = new AbortController();
      const waiting = rejection(service.whenConnected(null, { signal: own.signal }));
      own.abort();
      await waiting;
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });

    it('ends a wait for a connection, and no more than that', async () => {
      const service = started();
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = rejection(service.whenConnected(null, { signal }));
      controller.abort(new Error('too late'));
      expect(await waiting).to.include({ name: 'CancelledError', cause: signal.reason as Error });
      expect(await rejection(service.whenConnected(null, { signal }))).to.include({
        code: 'ABORT_ERR',
      });
      endpoint.succeed();
      const later = new AbortController();
      await service.whenConnected(null, { signal: later.signal });
      expect(getEventListeners(later.signal, 'abort')).to.deep.equal([]);
    });
  });

  describe('refuses', () => {
    const code = 'ERR_INVALID_ARG_TYPE';
    const factory = new Factory();
    for (const [what, args] of [
      ['a value that is not an endpoint', [{}, factory]],
      ['a value that is not a factory', [{ connect() {} }, {}]],
      ['a policy that is not a function', [{ connect() {} }, factory, { retryPolicy: 5 }]],
      ['a clock that is none', [{ connect() {} }, factory, { clock: {} }]],
      [
        'a preparation that is not a function',
        [{ connect() {} }, factory, { prepareConnection: 5 }],
      ],
      ['a misspelt option', [{ connect() {} }, factory, { retrypolicy: () => 1 }]],
      ['a signal that is none', [{ connect() {} }, factory, { signal: {} }]],
      ['options that are not an object', [{ connect() {} }, factory, 5]],
    ] as const) {
      it(what, () => {
        const make = () => new ClientService(...(args as unknown as [never, never]));
        expect(make).to.throw().with.property('code', code);
      });
    }

    it('bad options of whenConnected', async () => {
      const service = started();
      for (const options of [5, { signal: {} }, { singal: undefined }]) {
        const refused = rejection(service.whenConnected(null, options as never));
        expect(await refused).to.include({ code });
      }
    });

    it('a bad number of failures', async () => {
      const service = started();
      expect(await rejection(service.whenConnected('1' as never))).to.include({ code });
      const half = rejection(service.whenConnected(0.5));
      expect(await half).to.include({ code: 'ERR_OUT_OF_RANGE' });
    });

    it('the number of failures in an object, and says how it is given', async () => {
      const asKeyword = { failAfterFailures: 3 } as never; // As Twisted's programs name it.
      const { message } = (await rejection(started().whenConnected(asKeyword))) as Error;
      expect(message).to.include('whenConnected(3)');
    });
  });

  /** A server that sends back what comes. */
  async function listenForEcho(): Promise<{ port: number; stop: () => Promise<void> }> {
    const listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
    after(() => listening.stopListening());
    return { port: portOf(listening), stop: () => listening.stopListening() };
  }

  it('comes back to a server that comes back', async () => {
    const port = await freePort();
    const told: string[] = [];
    class Steady extends Protocol {
      override connectionMade(): void {
        this.transport.write(Buffer.from('hello'));
      }
      override dataReceived(): void {
        told.push('echo');
      }
      override connectionLost(): void {
        told.push('lost');
      }
    }
    const to = new ClientEndpoint({ port, ...local });
    const service = new ClientService(to, Factory.forProtocol(Steady), { retryPolicy: AT_ONCE });
    service.startService();
    expect(await rejection(service.whenConnected(2))).to.include({ code: 'ECONNREFUSED' });
    const listening = await listen(Factory.forProtocol(Echo), { port, ...local });
    const first = await service.whenConnected();
    await until(() => told.includes('echo'));
    first.transport.loseConnection();
    await until(() => told.includes('lost'));
    const second = await service.whenConnected();
    expect(second).not.to.equal(first);
    await service.stopService();
    expect(told.filter((what) => what === 'lost')).to.have.lengthOf(2);
    await listening.stopListening();
  });
});

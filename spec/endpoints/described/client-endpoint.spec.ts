import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners, once } from 'node:events';
import net from 'node:net';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ClientEndpoint,
  ConnectionLost,
  connectProtocol,
  Factory,
  type IAddress,
  type ITransport,
  type ListeningPort,
  listen,
  Protocol,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { Caller, Echo, freePort, local, portOf } from '../../support/connections.js';
import { expectNothingLogged } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { port } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** Counts how it is used. */
class Counted extends Factory {
  readonly told: string[] = [];
  override protocol = Caller;
  override startFactory(): void {
    this.told.push('start');
  }
  override stopFactory(): void {
    this.told.push('stop');
  }
}

describe('ClientEndpoint', () => {
  let listening: ListeningPort;
  let endpoint: ClientEndpoint;
  const logged = expectNothingLogged();
  beforeEach(async () => {
    listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
    endpoint = new ClientEndpoint({ port: portOf(listening), ...local });
  });
  afterEach(async () => {
    await listening.stopListening();
  });

  it('resolves with the protocol that the factory built, once that is connected', async () => {
    const factory = new Counted();
    const protocol = (await endpoint.connect(factory)) as Caller;
    expect(protocol.connected).to.equal(true);
    expect(protocol.factory).to.equal(factory);
    await until(() => factory.told.includes('stop'));
    expect(protocol.answer).to.equal('hello');
    expect(factory.told).to.deep.equal(['start', 'stop']);
  });

  it('gives the factory the address to which it has connected', async () => {
    const built: IAddress[] = [];
    class Choosy extends Factory {
      override buildProtocol(address: IAddress): Protocol {
        built.push(address);
        return new Caller();
      }
    }
    await endpoint.connect(new Choosy());
    expect(built).to.have.lengthOf(1);
    expect(built[0]).to.include({ type: 'TCP', host: '127.0.0.1', port: portOf(listening) });
  });

  it('leaves the protocol alone with its transport, half closes and all', async () => {
    const told: string[] = [];
    class Half extends Protocol {
      readConnectionLost(): void {
        told.push('readConnectionLost');
        this.transport.loseConnection();
      }
      writeConnectionLost(): void {}
      override connectionLost({ name }: Error): void {
        told.push(name);
      }
    }
    const server = net.createServer((socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const half = new Half();
    await connectProtocol(new ClientEndpoint({ port: port(server), ...local }), half);
    expect((half.transport as unknown as { protocol: unknown }).protocol).to.equal(half);
    await until(() => told.length === 2);
    expect(told).to.deep.equal(['readConnectionLost', 'ConnectionDone']);
    server.close();
  });

  it('rejects if the connection is lost before the protocol is told of it', async () => {
    const destroy = (message: unknown): void => {
      const { socket } = message as { socket: net.Socket };
      socket.prependListener('connect', () => socket.destroy());
    };
    subscribe('net.client.socket', destroy);
    try {
      const connecting = endpoint.connect(new Counted());
      expect(await rejection(connecting)).to.be.instanceOf(ConnectionLost);
    } finally {
      unsubscribe('net.client.socket', destroy);
    }
  });

  it('can be connected more than once', async () => {
    const [first, second] = await Promise.all([
      endpoint.connect(new Counted()),
      endpoint.connect(new Counted()),
    ]);
    expect(first).not.to.equal(second);
  });

  it('rejects with the reason why there is no connection, the factory stopped', async () => {
    const factory = new Counted();
    const nobody = new ClientEndpoint({ port: await freePort(), ...local });
    expect(await rejection(nobody.connect(factory))).to.include({
      name: 'ConnectionRefusedError',
      code: 'ECONNREFUSED',
    });
    expect(factory.told).to.deep.equal(['start', 'stop']);
  });

  describe('rejects, and closes the connection, when', () => {
    let ended: Promise<unknown>;
    let bare: ClientEndpoint;
    let server: net.Server;
    beforeEach(async () => {
      server = net.createServer();
      ended = once(server, 'connection').then(([socket]) => {
        (socket as net.Socket).resume();
        return once(socket as net.Socket, 'end');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      bare = new ClientEndpoint({ port: port(server), ...local });
    });
    afterEach(async () => {
      await ended;
      server.close();
    });

    it('the factory builds no protocol', async () => {
      const factory = new Counted();
      factory.buildProtocol = () => null;
      expect(await rejection(bare.connect(factory))).to.include({
        name: 'NoProtocol',
        code: 'ERR_NO_PROTOCOL',
      });
      await until(() => factory.told.includes('stop'));
    });

    it('the factory throws', async () => {
      const factory = new Factory();
      const thrown = new Error('no');
      factory.buildProtocol = () => {
        throw thrown;
      };
      expect(await rejection(bare.connect(factory))).to.equal(thrown);
    });

    it('the factory builds a value that is not a protocol', async () => {
      const factory = new Factory();
      factory.buildProtocol = () => ({}) as Protocol;
      expect(await rejection(bare.connect(factory))).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    });

    it('connectionMade throws', async () => {
      const thrown = new Error('not made');
      const told: unknown[] = [];
      class Refusing extends Protocol {
        override connectionMade(): void {
          throw thrown;
        }
        override connectionLost(reason: Error): void {
          told.push(reason);
        }
      }
      expect(await rejection(bare.connect(Factory.forProtocol(Refusing)))).to.equal(thrown);
      await until(() => told.length > 0);
      expect(told).to.deep.equal([thrown]);
      expect(logged.splice(0)).to.deep.equal([thrown]);
    });
  });

  describe('given a signal', () => {
    it('that has aborted, begins nothing', async () => {
      const factory = new Counted();
      const signal = AbortSignal.abort();
      const reason = await rejection(endpoint.connect(factory, { signal }));
      expect(reason).to.include({
        name: 'ConnectingCancelledError',
        code: 'ABORT_ERR',
        cause: signal.reason as unknown,
      });
      expect((reason as { address: IAddress }).address).to.include({ port: portOf(listening) });
      expect(factory.told).to.deep.equal([]);
    });

    it('that aborts while it connects, gives the attempt up', async () => {
      const factory = new Counted();
      const controller = new AbortController();
      const connecting = endpoint.connect(factory, { signal: controller.signal });
      controller.abort(new Error('enough'));
      expect(await rejection(connecting)).to.include({
        name: 'ConnectingCancelledError',
        cause: controller.signal.reason as Error,
      });
      expect(factory.told).to.deep.equal(['start', 'stop']);
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
    });

    it('that aborts later, aborts the connection', async () => {
      const controller = new AbortController();
      const told: string[] = [];
      class Waiting extends Protocol {
        override connectionLost({ name }: Error): void {
          told.push(name);
        }
      }
      await connectProtocol(endpoint, new Waiting(), { signal: controller.signal });
      controller.abort();
      await until(() => told.length > 0);
      expect(told).to.deep.equal(['ConnectionAborted']);
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
    });

    for (const which of ['its own', 'the call’s'] as const) {
      it(`and another, heeds both: ${which} aborts`, async () => {
        const [own, call] = [new AbortController(), new AbortController()];
        const both = new ClientEndpoint({ ...endpoint.options, signal: own.signal });
        const connecting = both.connect(new Counted(), { signal: call.signal });
        (which === 'its own' ? own : call).abort();
        expect(await rejection(connecting)).to.include({ name: 'ConnectingCancelledError' });
      });
    }

    it('still says that it took too long, not that it was given up', async () => {
      const stub = sinon.stub(net, 'connect').returns(new net.Socket());
      const nowhere = new ClientEndpoint({ port: 1, ...local, timeout: 0.001 });
      const { signal } = new AbortController();
      const error = await rejection(nowhere.connect(new Counted(), { signal }));
      stub.restore();
      expect(error).to.include({ name: 'TimeoutError', code: 'ETIMEDOUT' });
    });
  });

  it('rejects with what connectionMade throws, although that has closed the connection before', async () => {
    const thrown = new Error('not made');
    class Refusing extends Protocol {
      override connectionMade(): void {
        this.transport.loseConnection();
        throw thrown;
      }
    }
    expect(await rejection(endpoint.connect(Factory.forProtocol(Refusing)))).to.equal(thrown);
    expect(logged.splice(0)).to.deep.equal([thrown]);
  });

  it('loses a connection whose makeConnection fails later', async () => {
    const failure = new Error('no login');
    const told: unknown[] = [];
    class Later extends Protocol {
      override makeConnection(transport: ITransport): void {
        super.makeConnection(transport);
        return Promise.reject(failure) as unknown as void;
      }
      override connectionLost(reason: Error): void {
        told.push(reason);
      }
    }
    await endpoint.connect(Factory.forProtocol(Later));
    await until(() => told.length > 0);
    expect(logged.splice(0)).to.deep.equal([failure]);
    expect(told).to.deep.equal([failure]);
  });

  describe('refuses', () => {
    for (const [what, options, code] of [
      ['no place', {}, 'ERR_INVALID_ARG_TYPE'],
      ['a port out of range', { port: 65536 }, 'ERR_OUT_OF_RANGE'],
      ['a timeout of 0', { port: 1, timeout: 0 }, 'ERR_OUT_OF_RANGE'],
      ['TLS options that are none', { port: 1, tls: 1 }, 'ERR_INVALID_ARG_TYPE'],
      ['a lock that is not a boolean', { path: '/x', lockfile: 1 }, 'ERR_INVALID_ARG_TYPE'],
      ['a misspelt option', { path: '/x', lockFile: true }, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      it(`${what}, when it is made`, () => {
        expect(() => new ClientEndpoint(options as never))
          .to.throw()
          .with.property('code', code);
      });
    }

    it('a value that is not a factory, a value that is not a signal', async () => {
      const code = 'ERR_INVALID_ARG_TYPE';
      expect(await rejection(endpoint.connect({} as Factory))).to.include({ code });
      const signal = {} as AbortSignal;
      expect(await rejection(endpoint.connect(new Factory(), { signal }))).to.include({ code });
    });
  });

  describe('over TLS', () => {
    it('connects by the certificate that it was given', async () => {
      const { key, cert } = certificate();
      const secure = await listen(Factory.forProtocol(Echo), {
        port: 0,
        ...local,
        tls: { key, cert },
      });
      const caller = new Caller();
      const where = { port: portOf(secure), ...local, tls: { ca: cert, servername: 'localhost' } };
      await connectProtocol(new ClientEndpoint(where), caller);
      await until(() => caller.answer === 'hello');
      await secure.stopListening();
    });
  });
});

describe('connectProtocol', () => {
  it('has any endpoint connect with a factory that builds the protocol', async () => {
    const protocol = new Protocol();
    const signal = AbortSignal.abort();
    const asked: unknown[] = [];
    const endpoint = {
      connect: (factory: { buildProtocol(): Protocol | null }, options: unknown) => {
        asked.push(options);
        return Promise.resolve(factory.buildProtocol());
      },
    };
    expect(await connectProtocol(endpoint as never, protocol, { signal })).to.equal(protocol);
    expect(asked).to.deep.equal([{ signal }]);
  });

  it('refuses a value that is not an endpoint, and a value that is not a protocol', async () => {
    const code = 'ERR_INVALID_ARG_TYPE';
    const endpoint = new ClientEndpoint({ port: 1 });
    expect(await rejection(connectProtocol({} as never, new Protocol()))).to.include({ code });
    expect(await rejection(connectProtocol(endpoint, {} as Protocol))).to.include({ code });
  });
});

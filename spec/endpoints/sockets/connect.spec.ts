import dns from 'node:dns';
import { getEventListeners, once } from 'node:events';
import net from 'node:net';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  connect,
  ConnectionAborted,
  ConnectionDone,
  Factory,
  listen,
  Protocol,
  type ConnectOptions,
  type Connector,
  type IAddress,
  type ListeningPort,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { Echo, freePort, local, portOf, Recorder } from '../../support/connections.js';
import { loggedErrors } from '../../support/logged.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

describe('connect', () => {
  let listening: ListeningPort;
  let place: { port: number; host: string };
  const logged = loggedErrors();
  beforeEach(async () => {
    listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
    place = { port: portOf(listening), ...local };
  });
  afterEach(async () => {
    await listening.stopListening();
  });

  it('connects from its localAddress, and destroys the socket of an attempt that is given up', async () => {
    const opened = sinon.spy(net, 'connect');
    try {
      const factory = new Recorder();
      const connector = connect(factory, { ...place, localAddress: '127.0.0.1' });
      await new Promise<void>((resolve) => process.nextTick(resolve)); // As late as it opens the socket, not as that connects.
      connector.stopConnecting();
      await factory.whenOver;
      expect(opened.args).to.have.nested.property('[0][0].localAddress', '127.0.0.1');
      expect(opened.returnValues[0]).to.have.property('destroyed', true);
    } finally {
      opened.restore();
    }
  });

  it('tells the factory which connector has begun', async () => {
    const factory = new Recorder();
    const begun: unknown[] = [];
    Object.assign(factory, { startedConnecting: (each: unknown) => void begun.push(each) });
    const connector = connect(factory, place);
    expect(begun).to.deep.equal([connector]);
    connector.disconnect();
    await factory.whenOver;
  });

  describe('has the connector know its transport before connectionMade, where', () => {
    it('it disconnects', async () => {
      const factory = new Recorder();
      const told: unknown[] = [];
      class Leaving extends Protocol {
        override connectionMade(): void {
          told.push(connector.transport === this.transport, connector.state);
          connector.disconnect();
        }
        override connectionLost({ name }: Error): void {
          told.push(name);
        }
      }
      factory.buildProtocol = () => new Leaving();
      const connector = connect(factory, place);
      await factory.whenOver;
      expect(told).to.deep.equal([true, 'connected', 'ConnectionDone']);
      expect(connector).to.include({ transport: null, state: 'disconnected' });
    });

    for (const [where, abortIn] of [
      ['connectionMade', 'made'],
      ['buildProtocol', 'built'],
    ] as const) {
      it(`the connection is aborted by a signal that aborts in ${where}`, async () => {
        const controller = new AbortController();
        const told: string[] = [];
        class Aborted extends Protocol {
          override connectionMade(): void {
            told.push('made');
            if (abortIn === 'made') controller.abort();
          }
          override connectionLost({ name }: Error): void {
            told.push(name);
          }
        }
        const factory = new Recorder();
        factory.buildProtocol = () => {
          if (abortIn === 'built') controller.abort();
          return new Aborted();
        };
        connect(factory, { ...place, signal: controller.signal });
        await factory.whenOver;
        expect(told).to.deep.equal(['made', 'ConnectionAborted']);
        expect(factory.reason).to.be.instanceOf(ConnectionAborted);
        expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
        expect(logged).to.deep.equal([]);
      });
    }
  });

  it('closes a connection without a protocol, though the other end never does', async () => {
    const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const factory = new Recorder();
    factory.buildProtocol = () => null;
    const { port } = server.address() as net.AddressInfo;
    connect(factory, { port, ...local });
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    await factory.whenOver;
    expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
    expect(factory.reason).to.be.instanceOf(ConnectionDone);
    socket.destroy();
    server.close();
  });

  it('tells of a reset that the connection was lost, and of no failure to connect', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const factory = new Recorder();
    connect(factory, { port: (server.address() as net.AddressInfo).port, ...local });
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    await once(socket, 'data'); // It is connected at both ends.
    socket.resetAndDestroy();
    await factory.whenOver;
    expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
    expect(factory.reason?.cause).to.have.property('code', 'ECONNRESET');
    server.close();
  });

  it('leaves nothing on its signal once the connection is over', async () => {
    const { signal } = new AbortController();
    const factory = new Recorder();
    connect(factory, { ...place, signal });
    await factory.whenOver;
    expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });

  it('heeds its signal also after its factory has connected again', async () => {
    const controller = new AbortController();
    class Again extends Recorder {
      override clientConnectionLost(connector: Connector, reason: Error): void {
        super.clientConnectionLost(connector, reason);
        if (this.told.filter((event) => event === 'lost').length === 1) connector.connect();
      }
    }
    const factory = new Again();
    let made = 0;
    factory.buildProtocol = () =>
      Object.assign(new Protocol(), {
        connectionMade(this: Protocol) {
          made += 1;
          if (made === 1) this.transport.loseConnection();
          else setImmediate(() => controller.abort());
        },
      });
    connect(factory, { ...place, signal: controller.signal });
    await factory.whenOver;
    expect(factory.reason).to.be.instanceOf(ConnectionAborted);
  });

  it('closes a connection whose protocol could not be built', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const factory = new Recorder();
    const thrown = new Error('cannot');
    factory.buildProtocol = () => {
      throw thrown;
    };
    connect(factory, { port: (server.address() as net.AddressInfo).port, ...local });
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    await once(socket.resume(), 'close');
    await factory.whenOver;
    expect(factory.reason).to.have.property('cause', thrown);
    expect(logged).to.deep.equal([thrown]);
    server.close();
  });

  it('shows the address that a name was found to have', async () => {
    const seen: IAddress[] = [];
    class Seeing extends Protocol {
      override connectionMade(): void {
        seen.push(this.transport.getPeer());
        this.transport.loseConnection();
      }
    }
    const factory = new Recorder();
    factory.buildProtocol = (address) => {
      seen.push(address);
      return new Seeing();
    };
    connect(factory, { port: place.port, host: 'localhost' });
    await factory.whenOver;
    const expected = { type: 'TCP', family: 'IPv4', host: '127.0.0.1', port: place.port };
    expect(seen).to.deep.equal([expected, expected]);
  });

  it('goes on trying without a limit if its timeout is null', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const factory = new Recorder();
      const connector = connect(factory, { ...place, timeout: null });
      clock.tick(2 ** 31);
      expect(connector.state).to.equal('connecting');
      await factory.whenOver;
      expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
    } finally {
      clock.restore();
    }
  });

  it('leaves no timer of its attempt behind, which would keep the process running', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const factory = new Recorder();
      const connector = connect(factory, place);
      expect(clock.countTimers()).to.equal(1);
      await until(() => connector.state === 'connected');
      expect(clock.countTimers()).to.equal(0);
      await factory.whenOver;
    } finally {
      clock.restore();
    }
  });

  it('has no transport any more when its factory is told of the loss', async () => {
    const factory = new Recorder();
    const found: unknown[] = [];
    const told = factory.clientConnectionLost.bind(factory);
    factory.clientConnectionLost = (connector, reason) => {
      found.push(connector.transport);
      told(connector, reason);
    };
    connect(factory, place);
    await factory.whenOver;
    expect(found).to.deep.equal([null]);
  });

  it('has the errors of callbacks that are async functions logged', async () => {
    const rejects = (what: string) => () => Promise.reject(new Error(what)) as unknown as void;
    const factory = Object.assign(new Recorder(), {
      doStart: rejects('doStart'),
      startedConnecting: rejects('startedConnecting'),
      clientConnectionLost: rejects('clientConnectionLost'),
      doStop: rejects('doStop'),
    });
    connect(factory, place);
    await until(() => logged.length === 4);
    expect(logged.map((error) => (error as Error).message)).to.deep.equal([
      ...['doStart', 'startedConnecting', 'clientConnectionLost', 'doStop'],
    ]);
  });

  describe('when the factory throws', () => {
    it('in stopFactory, logs that, whether the attempt failed or the connection was lost', async () => {
      const thrown = new Error('cannot stop');
      class Failing extends Recorder {
        override stopFactory(): void {
          super.stopFactory();
          throw thrown;
        }
      }
      for (const port of [place.port, await freePort()]) {
        const factory = new Failing();
        const connector = connect(factory, { ...local, port });
        await factory.whenOver;
        await until(() => logged.length > 0);
        expect(logged.splice(0)).to.deep.equal([thrown]);
        expect(connector.state).to.equal('disconnected');
      }
    });

    it('in startFactory, attempts nothing, and can be asked again', async () => {
      let throws = true;
      class Failing extends Recorder {
        override startFactory(): void {
          super.startFactory();
          if (throws) throw new Error('cannot start');
        }
      }
      const failing = new Failing();
      expect(() => connect(failing, place)).to.throw('cannot start');
      expect([failing.numPorts, failing.told]).to.deep.equal([0, ['start']]);

      throws = false;
      const factory = new Failing();
      const connector = connect(factory, place);
      await factory.whenOver;
      throws = true;
      expect(() => connector.connect()).to.throw('cannot start');
      expect([connector.state, factory.numPorts]).to.deep.equal(['disconnected', 0]);
      throws = false;
      connector.connect();
      await until(() => factory.told.at(-1) === 'stop');
      expect(factory.told.slice(4)).to.deep.equal(['start', 'start', 'connecting', 'lost', 'stop']);
    });
  });

  it('stops the factory once for an attempt that was given up in clientConnectionFailed', async () => {
    class Nested extends Recorder {
      override clientConnectionFailed(connector: Connector, reason: Error): void {
        const first = !this.told.includes('failed');
        super.clientConnectionFailed(connector, reason);
        if (!first) return;
        connector.connect();
        connector.stopConnecting();
      }
    }
    const factory = new Nested();
    factory.buildProtocol = () => new Protocol();
    const standing = connect(factory, place);
    await until(() => standing.state === 'connected');
    const failing = connect(factory, { port: await freePort(), ...local });
    await until(() => failing.state === 'disconnected');
    expect(factory.numPorts).to.equal(1);
    standing.disconnect();
    await factory.whenOver;
    expect(factory.numPorts).to.equal(0);
  });

  describe('given up', () => {
    const folder = temporaryFolder();

    for (const [how, giveUp] of [
      ['by stopConnecting', (connector: Connector) => connector.stopConnecting()],
      ['by disconnect', (connector: Connector) => connector.disconnect()],
      ['by disposal', (connector: Connector) => connector[Symbol.asyncDispose]()],
    ] as const) {
      it(`at once ${how}, is not noticed by the server`, async () => {
        const path = folder.path(how);
        const server = Factory.forProtocol(Echo);
        const build = sinon.spy(server, 'buildProtocol');
        const port = await listen(server, { path });
        void giveUp(connect(new Recorder(), { path }));
        const factory = new Recorder();
        connect(factory, { path }); // The server accepts connections in order.
        await factory.whenOver;
        expect(build.callCount).to.equal(1);
        await port.stopListening();
      });
    }

    it('by a signal that has aborted before, is not noticed by the server', async () => {
      const path = folder.path('aborted');
      const server = Factory.forProtocol(Echo);
      const build = sinon.spy(server, 'buildProtocol');
      const port = await listen(server, { path });
      const aborted = new Recorder();
      connect(aborted, { path, signal: AbortSignal.abort() });
      const factory = new Recorder();
      connect(factory, { path });
      await Promise.all([aborted.whenOver, factory.whenOver]);
      expect(aborted.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      expect(build.callCount).to.equal(1);
      await port.stopListening();
    });

    it('in startFactory, fails once it has begun', async () => {
      class Early extends Recorder {
        override startFactory(): void {
          super.startFactory();
          if (stops) connector.stopConnecting();
        }
      }
      let stops = false;
      const factory = new Early();
      const connector = connect(factory, place);
      await factory.whenOver;
      factory.told.length = 0;
      stops = true;
      connector.connect();
      expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      expect(factory.reason).to.have.property('name', 'UserError');
      expect(connector.state).to.equal('disconnected');
      factory.told.length = 0;
      stops = false;
      connector.connect();
      await until(() => factory.told.at(-1) === 'stop');
      expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
    });
  });

  describe('does not connect again once its signal has aborted', () => {
    class Again extends Recorder {
      override clientConnectionFailed(connector: Connector, reason: Error): void {
        super.clientConnectionFailed(connector, reason);
        if (this.told.length < 20) connector.connect(); // Else the event loop would never turn.
      }
      override clientConnectionLost(connector: Connector, reason: Error): void {
        super.clientConnectionLost(connector, reason);
        if (this.told.length < 20) connector.connect();
      }
    }

    it('before the first attempt, or during it', async () => {
      for (const when of ['before', 'during'] as const) {
        const controller = new AbortController();
        const factory = new Again();
        if (when === 'before') controller.abort();
        const connector = connect(factory, { ...place, signal: controller.signal });
        controller.abort();
        await factory.whenOver;
        expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
        expect(connector.state).to.equal('disconnected');
      }
    });

    it('and so ended the connection', async () => {
      const controller = new AbortController();
      const factory = new Again();
      factory.buildProtocol = () => new Protocol();
      const connector = connect(factory, { ...place, signal: controller.signal });
      await until(() => connector.state === 'connected');
      controller.abort();
      await factory.whenOver;
      expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
    });
  });

  for (const [localAddress, expected] of [
    ['127.0.0.1', 4],
    ['::1', 6],
    [undefined, 0],
  ] as const) {
    it(`looks a name up for the family of its localAddress: ${localAddress ?? 'none'}`, async () => {
      const families: unknown[] = [];
      type Found = (error: Error) => void;
      const stub = sinon.stub(dns, 'lookup').callsFake(((
        _: string,
        options: dns.LookupOptions,
        found: Found,
      ) => {
        families.push(options.family ?? 0);
        process.nextTick(found, Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
      }) as never);
      try {
        const factory = new Recorder();
        connect(factory, { port: 1, host: 'name.example', localAddress });
        await factory.whenOver;
        expect(factory.reason).to.have.property('name', 'UnknownHostError');
        expect(families).to.deep.equal([expected]);
      } finally {
        stub.restore();
      }
    });
  }

  it('fails with an UnknownHostError for a name that can’t be looked up, whatever the reason', async () => {
    const factory = new Recorder();
    connect(factory, { port: 1, host: 'x'.repeat(300) });
    await factory.whenOver;
    expect(factory.reason).to.have.property('name', 'UnknownHostError');
    expect(factory.reason?.cause).to.have.property('syscall', 'getaddrinfo');
  });

  it('connects again to where it did, though its options have been changed', async () => {
    const options: ConnectOptions = { ...place };
    const factory = new Recorder();
    const connector = connect(factory, options);
    options.port = 1;
    await factory.whenOver;
    connector.connect();
    await until(() => factory.told.at(-1) === 'stop');
    expect(factory.told.slice(4)).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
  });

  it('says in which state it can’t connect', async () => {
    const factory = new Recorder();
    factory.buildProtocol = () => new Protocol();
    const connector = connect(factory, place);
    for (const state of ['connecting', 'connected'] as const) {
      await until(() => connector.state === state);
      expect(() => connector.connect())
        .to.throw(`the connector is ${state} already`)
        .with.property('code', 'ERR_INVALID_STATE');
    }
    connector.disconnect();
    await factory.whenOver;
  });

  it('takes a timeout as long as Node’s timers wait', () => {
    connect(new Recorder(), { ...place, timeout: 2_147_483 }).disconnect();
  });

  it('refuses an option that makes no sense before the factory starts', () => {
    for (const [options, code] of [
      [{ highWaterMark: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ highWaterMark: null }, 'ERR_INVALID_ARG_TYPE'],
      [{ waitsForProducer: 'no' }, 'ERR_INVALID_ARG_TYPE'],
      [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'],
      [{ localAddress: 'localhost' }, 'ERR_INVALID_ARG_TYPE'],
      [{ localAddress: 5 }, 'ERR_INVALID_ARG_TYPE'],
      [{ timeout: '5' }, 'ERR_INVALID_ARG_TYPE'],
      [{ timeout: 2_147_484 }, 'ERR_OUT_OF_RANGE'],
      [{ tls: true }, 'ERR_INVALID_ARG_TYPE'],
      [{ tls: { servername: 5 } }, 'ERR_INVALID_ARG_TYPE'],
      [{ tls: { ALPNProtocols: 5 } }, undefined],
      [{ tls: { checkServerIdentity: 5 } }, undefined],
    ] as const) {
      const factory = new Recorder();
      const wrong = () => connect(factory, { ...place, ...options } as ConnectOptions);
      if (code === undefined) expect(wrong).to.throw();
      else expect(wrong).to.throw().with.property('code', code);
      expect(factory.told).to.deep.equal([]);
    }
  });

  it("refuses an option that is misspelt or has another API's name, and names the right one", () => {
    for (const [option, meant] of [
      ['hostname', 'host'],
      ['address', 'host'],
      ['bindAddress', 'localAddress'],
      ['contextFactory', 'tls'],
      ['ssl', 'tls'],
      ['checkPID', 'lockfile'],
      ['time_out', 'timeout'],
      ['localaddress', 'localAddress'],
      ['waitForProducer', 'waitsForProducer'],
      ['hots', 'host'],
    ] as const) {
      const wrong = () => connect(new Recorder(), { port: 1, ...local, [option]: 1 });
      expect(wrong).to.throw(TypeError, `"${meant}"`);
    }
  });

  it('refuses options of TLS beside `tls`, because the connection would not be encrypted', () => {
    for (const option of ['ca', 'servername', 'rejectUnauthorized']) {
      const wrong = () => connect(new Recorder(), { port: 1, ...local, [option]: 'x' });
      expect(wrong).to.throw(TypeError, `options.${option}" argument must be left out`);
    }
  });

  describe('over TLS', () => {
    let names: (string | undefined)[];
    let secure: ListeningPort;
    beforeEach(async () => {
      names = [];
      const SNICallback = (name: string, done: (error: null) => void) => {
        names.push(name);
        done(null);
      };
      const tls = { ...certificate(), SNICallback };
      secure = await listen(Factory.forProtocol(Echo), { port: 0, ...local, tls });
    });
    afterEach(() => secure.stopListening());

    it('fails, and no more than that, where the factory builds a value that is not a protocol', async () => {
      const factory = new Recorder();
      factory.buildProtocol = () => ({}) as never;
      connect(factory, { port: portOf(secure), ...local, tls: { servername: 'not the one' } });
      await factory.whenOver;
      expect(factory.reason?.cause).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      expect(logged).to.deep.equal([factory.reason?.cause]);
    });

    it('is closed cleanly, with no handshake, where the factory builds no protocol', async () => {
      const factory = new Recorder();
      factory.buildProtocol = () => null;
      connect(factory, { port: portOf(secure), host: 'localhost', tls: {} }); // Trusts nobody.
      await factory.whenOver;
      expect(factory.reason).to.be.instanceOf(ConnectionDone);
      expect(factory.reason?.cause).to.equal(undefined);
      expect(names).to.deep.equal([]);
    });

    it('names a host to the server, but no address, and checks the certificate for either', async () => {
      for (const host of ['localhost', '127.0.0.1']) {
        const factory = new Recorder();
        connect(factory, { port: portOf(secure), host, tls: { ca: certificate().cert } });
        await factory.whenOver;
        expect(factory.built?.answer).to.equal('hello');
      }
      expect(names).to.deep.equal(['localhost']);
    });

    it('refuses a certificate that is for another address', async () => {
      let checked: string | undefined;
      const checkServerIdentity = (host: string) => {
        checked = host;
        return Object.assign(new Error('not the one'), { code: 'ERR_NOT_THE_ONE' });
      };
      const factory = new Recorder();
      const tls = { ca: certificate().cert, checkServerIdentity };
      connect(factory, { port: portOf(secure), ...local, tls });
      await factory.whenOver;
      expect(checked).to.equal('127.0.0.1');
      expect(factory.reason?.cause).to.have.property('code', 'ERR_NOT_THE_ONE');
    });

    it('refuses a certificate for which checkServerIdentity throws, whatever that is', async () => {
      for (const thrown of [new Error('not the one'), 'not the one']) {
        const factory = new Recorder();
        const checkServerIdentity = () => {
          throw thrown; // eslint-disable-line @typescript-eslint/only-throw-error -- this is about it.
        };
        const tls = { ca: certificate().cert, checkServerIdentity };
        connect(factory, { port: portOf(secure), ...local, tls });
        await factory.whenOver;
        const { cause } = factory.reason ?? {};
        expect(cause).to.be.an('error');
        expect(cause === thrown || (cause as Error).cause === thrown).to.equal(true);
      }
    });
  });
});

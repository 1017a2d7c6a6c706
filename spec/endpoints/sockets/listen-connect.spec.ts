import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ClientFactory,
  connect,
  ConnectionDone,
  Factory,
  listen,
  Protocol,
  type ConnectOptions,
  type Connector,
  type DuplexTransport,
  type IAddress,
  type ListenOptions,
  type ListeningPort,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { Echo, freePort, local, portOf, Recorder } from '../../support/connections.js';
import { canCountDescriptors, openDescriptors } from '../../support/descriptors.js';
import { loggedErrors } from '../../support/logged.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('listen and connect', () => {
  const folder = temporaryFolder(beforeEach, afterEach);
  const logged = loggedErrors();

  const families: [string, () => ListenOptions, (listening: ListeningPort) => ConnectOptions][] = [
    ['TCP', () => ({ port: 0, ...local }), (at) => ({ port: portOf(at), ...local })],
    ['Unix', () => ({ path: folder.path('x') }), () => ({ path: folder.path('x') })],
  ];
  families.push([
    'TLS',
    () => ({ port: 0, ...local, tls: certificate() }),
    (at) => ({
      port: portOf(at),
      ...local,
      tls: { ca: certificate().cert, servername: 'localhost' },
    }),
  ]);
  for (const [family, server, client] of families) {
    it(`give each connection a protocol on a transport: ${family}`, async () => {
      const echo = Factory.forProtocol(Echo);
      const listening = await listen(echo, server());
      const factory = new Recorder();
      connect(factory, client(listening));
      await factory.whenOver;
      expect(factory.built?.answer).to.equal('hello');
      expect(factory.reason).to.be.instanceOf(ConnectionDone);
      expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
      await listening.stopListening();
      expect(echo.numPorts).to.equal(0);
      expect(logged).to.deep.equal([]);
    });
  }

  it('give the options of a transport to each that they make', async () => {
    const transports: DuplexTransport[] = [];
    class Noting extends Protocol<DuplexTransport> {
      override connectionMade(): void {
        transports.push(this.transport);
      }
    }
    const options = { ...local, highWaterMark: 5, waitsForProducer: false, closeTimeout: 7 };
    const listening = await listen(Factory.forProtocol(Noting), { port: 0, ...options });
    const connector = connect(ClientFactory.forProtocol(Noting), {
      port: portOf(listening),
      ...options,
    });
    while (transports.length < 2) await turn();
    for (const transport of transports) {
      expect(transport).to.include({ highWaterMark: 5, waitsForProducer: false, closeTimeout: 7 });
    }
    await connector[Symbol.asyncDispose]();
    await listening.stopListening();
  });

  it('know their own addresses, and let a protocol answer after the other end has ended', async () => {
    const hosts: IAddress[] = [];
    class Answering extends Protocol {
      readConnectionLost(): void {
        hosts.push(this.transport.getHost());
        this.transport.write(Buffer.from('the answer'));
        this.transport.loseConnection();
      }
      writeConnectionLost(): void {}
    }
    const listening = await listen(Factory.forProtocol(Answering), { port: 0, ...local });
    const socket = net.connect({ port: portOf(listening), ...local, allowHalfOpen: true });
    socket.end('a question');
    expect(await text(socket)).to.equal('the answer');
    expect(hosts).to.deep.equal([listening.getHost()]);
    await listening.stopListening();
  });

  it('leave alone the connections that stand, when the port stops listening', async () => {
    const listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
    const socket = net.connect(portOf(listening), '127.0.0.1');
    socket.write('before');
    await once(socket, 'data');
    await listening.stopListening();
    await listening.stopListening();
    socket.write('after');
    expect(String(((await once(socket, 'data')) as [Buffer])[0])).to.equal('after');
    const [error] = (await once(net.connect(socket.remotePort!, '127.0.0.1'), 'error')) as [Error];
    expect(error).to.have.property('code', 'ECONNREFUSED');
    socket.end();
  });

  it('connect again from clientConnectionFailed and clientConnectionLost', async () => {
    const port = await freePort();
    let listening: ListeningPort | undefined;
    class Again extends Recorder {
      override clientConnectionFailed(connector: Connector, reason: Error): void {
        super.clientConnectionFailed(connector, reason);
        void listen(Factory.forProtocol(Echo), { port, ...local }).then((port) => {
          listening = port;
          connector.connect();
        });
      }
      override clientConnectionLost(connector: Connector, reason: Error): void {
        super.clientConnectionLost(connector, reason);
        if (this.told.filter((what) => what === 'lost').length < 2) connector.connect();
      }
    }
    const factory = new Again();
    connect(factory, { port, ...local });
    while (factory.told.filter((what) => what === 'lost').length < 2) await turn();
    while (factory.told.at(-1) !== 'stop') await turn();
    expect(factory.told).to.deep.equal([
      ...['start', 'connecting', 'failed', 'stop'], // `listen` takes some time.
      ...['start', 'connecting', 'lost', 'connecting', 'lost', 'stop'],
    ]);
    await listening?.stopListening();
  });

  describe('tell the factory of an attempt that failed', () => {
    it('because no server listens there', async () => {
      const factory = new Recorder();
      connect(factory, { port: await freePort(), ...local });
      await factory.whenOver;
      expect(factory.reason).to.include({ name: 'ConnectionRefusedError', code: 'ECONNREFUSED' });
      expect(factory.reason?.cause).to.be.instanceOf(Error);
      expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    });

    it('or say so in the log, once, where the factory’s own method does nothing', async () => {
      const factory = ClientFactory.forProtocol(Echo);
      connect(factory, { port: await freePort(), ...local });
      while (factory.numPorts > 0) await turn();
      expect(logged).to.have.length(1);
      expect(logged[0]).to.have.property('code', 'ECONNREFUSED');
      connect(factory, { port: 1, ...local }).stopConnecting(); // That isn't news.
      expect(logged).to.have.length(1);
    });

    it('because the path is not there', async () => {
      const factory = new Recorder();
      connect(factory, { path: folder.path('nobody') });
      await factory.whenOver;
      expect(factory.reason).to.include({ name: 'ConnectError', code: 'ENOENT' });
    });

    it('because it took longer than its timeout', () => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const stub = sinon.stub(net, 'connect').returns(new net.Socket());
      try {
        const factory = new Recorder();
        connect(factory, { port: 1, ...local, timeout: 2 });
        clock.tick(1999);
        expect(factory.told).to.deep.equal(['start', 'connecting']);
        clock.tick(1);
        expect(factory.reason).to.include({ name: 'TimeoutError', code: 'ETIMEDOUT' });
        expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
        // It is news, where no code would hear of it.
        connect(ClientFactory.forProtocol(Echo), { port: 1, ...local, timeout: 2 });
        clock.tick(2000);
        expect(logged.map((error) => (error as Error).name)).to.deep.equal(['TimeoutError']);
      } finally {
        stub.restore();
        clock.restore();
      }
    });

    it('because it was stopped, or disconnected', () => {
      for (const give of ['stopConnecting', 'disconnect'] as const) {
        const factory = new Recorder();
        const connector = connect(factory, { port: 1, ...local });
        connector[give]();
        expect(factory.reason).to.include({ name: 'UserError', code: 'ABORT_ERR' });
        expect(factory.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
        expect(() => connector.stopConnecting())
          .to.throw()
          .with.property('code', 'ERR_INVALID_STATE');
      }
    });

    it('because the signal aborted, before or meanwhile', async () => {
      const cause = new Error('enough');
      for (const signal of [AbortSignal.abort(cause), AbortSignal.timeout(1)]) {
        const factory = new Recorder();
        const stub = sinon.stub(net, 'connect').returns(new net.Socket());
        connect(factory, { port: 1, ...local, signal });
        await factory.whenOver; // Before that: the attempt itself begins on the next tick.
        stub.restore();
        expect(factory.reason).to.have.property('name', 'UserError');
        expect(factory.reason?.cause).to.equal(signal.reason);
      }
    });
  });

  it('abort a connection that stands when the signal aborts', async () => {
    const listening = await listen(Factory.forProtocol(Protocol), { port: 0, ...local });
    const controller = new AbortController();
    const factory = new Recorder();
    const connector = connect(factory, {
      port: portOf(listening),
      ...local,
      signal: controller.signal,
    });
    while (connector.state !== 'connected') await turn();
    controller.abort();
    await factory.whenOver;
    expect(factory.reason).to.have.property('name', 'ConnectionAborted');
    await listening.stopListening();
  });

  it('stop listening when the signal aborts', async () => {
    const controller = new AbortController();
    const factory = Factory.forProtocol(Echo);
    await listen(factory, { port: 0, ...local, signal: controller.signal });
    controller.abort();
    while (factory.numPorts > 0) await turn();
    const error = await listen(factory, { port: 0, ...local, signal: controller.signal }).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('name', 'AbortError');
  });

  describe('close the connection at once', () => {
    const closed = async (listening: ListeningPort) => {
      const socket = net.connect(portOf(listening), '127.0.0.1');
      await once(socket.resume(), 'close');
      await listening.stopListening();
    };

    it('where the factory builds no protocol', async () => {
      const factory = new Factory();
      factory.buildProtocol = () => null;
      await closed(await listen(factory, { port: 0, ...local }));
      expect(logged).to.deep.equal([]);
    });

    it('where it throws, or builds a value that is not a protocol, and log that', async () => {
      const thrown = new Error('cannot');
      const throwing = new Factory();
      throwing.buildProtocol = () => {
        throw thrown;
      };
      await closed(await listen(throwing, { port: 0, ...local }));
      const wrong = new Factory();
      wrong.buildProtocol = () => ({ makeConnection() {}, connectionLost() {} }) as never;
      await closed(await listen(wrong, { port: 0, ...local }));
      await closed(await listen(new Factory(), { port: 0, ...local }));
      expect(logged[0]).to.equal(thrown);
      expect(logged[1]).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(logged[2]).to.have.property('code', 'ERR_INVALID_STATE');
    });

    it('where connectionMade of its protocol throws, tell the protocol, and log that', async () => {
      const thrown = new Error('cannot begin');
      const reasons: Error[] = [];
      class Failing extends Protocol {
        override connectionMade(): void {
          throw thrown;
        }
        override connectionLost(reason: Error): void {
          reasons.push(reason);
        }
      }
      await closed(await listen(Factory.forProtocol(Failing), { port: 0, ...local }));
      expect(reasons).to.deep.equal([thrown]);
      expect(logged).to.deep.equal([thrown]);
    });

    it('on the client’s side too, and tell the factory', async () => {
      const listening = await listen(Factory.forProtocol(Echo), { port: 0, ...local });
      const factory = new Recorder();
      factory.buildProtocol = () => null;
      connect(factory, { port: portOf(listening), ...local });
      await factory.whenOver;
      expect(factory.told).to.deep.equal(['start', 'connecting', 'lost', 'stop']);
      expect(factory.reason).to.be.instanceOf(ConnectionDone);
      const failing = new Recorder();
      failing.buildProtocol = () => 'no protocol' as never;
      connect(failing, { port: portOf(listening), ...local });
      await failing.whenOver;
      expect(failing.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
      await listening.stopListening();
    });
  });

  it('lose the connection of a client that doesn’t trust the certificate, with the cause', async () => {
    const listening = await listen(Factory.forProtocol(Echo), {
      port: 0,
      ...local,
      tls: certificate(),
    });
    const factory = new Recorder();
    connect(factory, { port: portOf(listening), ...local, tls: { servername: 'localhost' } });
    await factory.whenOver;
    expect(factory.reason?.cause).to.have.property('code', 'DEPTH_ZERO_SELF_SIGNED_CERT');
    await listening.stopListening();
  });

  (canCountDescriptors ? it : it.skip)('leak no descriptor, whatever fails', async () => {
    const sockets = () => openDescriptors().filter((name) => name.startsWith('socket:')).length;
    const before = sockets();
    for (let i = 0; i < 5; i++) {
      const factory = new Recorder();
      connect(factory, { port: await freePort(), ...local });
      await factory.whenOver;
      const stopped = new Recorder();
      connect(stopped, { port: 1, ...local }).stopConnecting();
      await listen(new Factory(), { path: folder.path('no/folder') }).catch(() => {});
      const refusing = new Factory();
      refusing.buildProtocol = () => 1 as never;
      const listening = await listen(refusing, { port: 0, ...local });
      await once(net.connect(portOf(listening), '127.0.0.1').resume(), 'close');
      await listening.stopListening();
    }
    while (sockets() > before) await turn();
    expect(existsSync(folder.path('no'))).to.equal(false);
  });

  it('let a process with nothing open exit by itself', async () => {
    const program = `
      import { listen, connect, Factory, ClientFactory, Protocol } from './lib/index.ts';
      class Once extends Protocol {
        connectionMade() { this.transport.loseConnection(); port.stopListening(); }
      }
      const port = await listen(Factory.forProtocol(Protocol), { port: 0, host: '127.0.0.1' });
      connect(ClientFactory.forProtocol(Once), { port: port.getHost().port, host: '127.0.0.1' });
    `;
    const args = ['--import', 'tsx/esm', '--input-type=module', '-e', program];
    const { stderr } = await promisify(execFile)(process.execPath, args);
    expect(stderr).to.equal('');
  });
});

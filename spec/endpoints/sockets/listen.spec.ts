import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { getEventListeners, once } from 'node:events';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  Factory,
  type IAddress,
  listen,
  Protocol,
  type ListenOptions,
} from '../../../lib/index.js';
import { certificate } from '../../support/certificate.js';
import { Echo, freePort, local, portOf, Recorder } from '../../support/connections.js';
import { loggedErrors } from '../../support/logged.js';
import { rejection } from '../../support/rejection.js';
import { until } from '../../support/until.js';

/** The result of an attempt to connect to `port`. */
async function answerOf(port: number, host = '127.0.0.1'): Promise<string> {
  const socket = net.connect(port, host);
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed';
  } finally {
    socket.destroy();
  }
}

describe('listen', () => {
  const logged = loggedErrors();

  it('listens nowhere when startFactory throws, and rejects with that', async () => {
    const port = await freePort();
    const thrown = new Error('cannot start');
    const factory = Factory.forProtocol(Echo);
    factory.startFactory = () => {
      throw thrown;
    };
    expect(await rejection(listen(factory, { port, ...local }))).to.equal(thrown);
    expect(factory.numPorts).to.equal(0);
    expect(await answerOf(port)).to.equal('ECONNREFUSED');
  });

  it('tells Node how many connections are to wait until they are accepted', async () => {
    const spied = sinon.spy(net.Server.prototype, 'listen');
    const listening = await listen(new Recorder(), { port: 0, ...local, backlog: 7 });
    spied.restore();
    sinon.assert.calledOnceWithMatch(spied as sinon.SinonSpy, { backlog: 7 });
    await listening.stopListening();
  });

  describe('given up by its signal', () => {
    it('before, listens nowhere, not even for a while', async () => {
      const spied = sinon.spy(net, 'createServer');
      const signal = AbortSignal.abort(new Error('enough'));
      const error = await rejection(listen(new Recorder(), { port: 0, ...local, signal }));
      spied.restore();
      expect(error).to.equal(signal.reason);
      sinon.assert.notCalled(spied);
    });

    it('while it looks up the host, rejects with the reason, and listens nowhere', async () => {
      const port = await freePort();
      const controller = new AbortController();
      const factory = new Recorder();
      const { signal } = controller;
      const listening = listen(factory, { port, host: 'localhost', signal });
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await rejection(listening)).to.equal(reason);
      const { address: host } = await lookup('localhost'); // The other one is over too, then.
      await answerOf(port, host);
      expect(await answerOf(port, host)).to.equal('ECONNREFUSED');
      expect(factory.told).to.deep.equal([]);
    });

    it('in startFactory, stops the factory again', async () => {
      const port = await freePort();
      const controller = new AbortController();
      const factory = new Recorder();
      factory.startFactory = () => controller.abort(new Error('enough'));
      const error = await rejection(listen(factory, { port, ...local, signal: controller.signal }));
      expect(error).to.have.property('message', 'enough');
      expect([factory.numPorts, factory.told]).to.deep.equal([0, ['stop']]);
      expect(await answerOf(port)).to.equal('ECONNREFUSED');
    });
  });

  it('logs what Node reports of a connection that it could not accept, and goes on', async () => {
    const spied = sinon.spy(net, 'createServer');
    const listening = await listen(new Recorder(), { port: 0, ...local });
    const [server] = spied.returnValues as [net.Server];
    spied.restore();
    const failures = [new Error('too many'), new Error('still too many')];
    for (const failure of failures) server.emit('error', failure);
    expect(logged).to.deep.equal(failures);
    expect(await answerOf(portOf(listening))).to.equal('connected');
    await listening.stopListening();
  });

  it('takes an `fd` that is undefined for one that is not given', async () => {
    const options = { port: 0, ...local, fd: undefined } as ListenOptions;
    const listening = await listen(new Recorder(), options);
    expect(await answerOf(portOf(listening))).to.equal('connected');
    await listening.stopListening();
  });

  describe('makes a port', () => {
    for (const where of ['a port', 'a path']) {
      it(`whose factory may be replaced: another builds the next protocol (at ${where})`, async () => {
        class Named extends Factory {
          readonly told: string[] = [];
          override startFactory = () => void this.told.push('start');
          override stopFactory = () => void this.told.push('stop');
          override buildProtocol(): Protocol {
            this.told.push('build');
            return new Protocol();
          }
        }
        const [first, second] = [new Named(), new Named()];
        const path = join(tmpdir(), `factory-${process.pid}`);
        const options = where === 'a path' ? { path } : { port: 0, ...local };
        const port = await listen(first, options);
        expect(port.factory).to.equal(first);
        const address = port.getHost() as { port?: number };
        const call = async () => {
          const socket = net.connect(
            where === 'a path' ? { path } : (address as net.NetConnectOpts),
          );
          await once(socket, 'connect');
          socket.destroy();
        };
        await call();
        await until(() => first.told.includes('build'));
        second.doStart();
        port.factory = second;
        await call();
        await until(() => second.told.includes('build'));
        expect(() => (port.factory = 5 as never)).to.throw(TypeError, 'factory');
        expect(port.factory).to.equal(second);
        await port.stopListening();
        expect(first.told).to.deep.equal(['start', 'build']);
        expect(second.told).to.deep.equal(['start', 'build', 'stop']);
      });
    }

    it('that knows where it listened, and stops once, however often it is asked', async () => {
      const factory = new Recorder();
      const listening = await listen(factory, { port: 0, ...local });
      const address = listening.getHost();
      const stopping = listening.stopListening();
      expect(factory.told, 'told from inside that').to.deep.equal(['start']);
      expect(listening.stopListening()).to.equal(stopping);
      expect(await answerOf(portOf(listening)), 'accepts no more at once').to.equal('ECONNREFUSED');
      await stopping;
      expect(listening.getHost()).to.deep.equal(address);
      expect(address).to.include({ type: 'TCP', host: '127.0.0.1' });
      expect(factory.told).to.deep.equal(['start', 'stop']);
    });

    it('that uses the options as they were when it was given them', async () => {
      const options: ListenOptions = { port: 0, ...local };
      const listening = await listen(Factory.forProtocol(Echo), options);
      options.highWaterMark = -1;
      const { port } = listening.getHost() as { port: number };
      const socket = net.connect(port, '127.0.0.1').end('hello');
      expect(String(((await once(socket, 'data')) as [Buffer])[0])).to.equal('hello');
      await listening.stopListening();
    });

    it('that leaves nothing on the signal once it has stopped', async () => {
      const { signal } = new AbortController();
      const listening = await listen(new Recorder(), { port: 0, ...local, signal });
      expect(getEventListeners(signal, 'abort')).to.have.length(1);
      await listening.stopListening();
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
      await rejection(listen(new Recorder(), { port: 0, host: '192.0.2.1', signal }));
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('that rejects stopListening with the error of stopFactory; after an abort it logs that error', async () => {
      const thrown = new Error('cannot stop');
      const failing = () => {
        const factory = Factory.forProtocol(Protocol);
        factory.stopFactory = () => {
          throw thrown;
        };
        return factory;
      };
      const listening = await listen(failing(), { port: 0, ...local });
      expect(await rejection(listening.stopListening())).to.equal(thrown);
      expect(logged).to.deep.equal([]);
      const controller = new AbortController();
      await listen(failing(), { port: 0, ...local, signal: controller.signal });
      controller.abort();
      await until(() => logged.length > 0);
      expect(logged).to.deep.equal([thrown]);
    });
  });

  (process.platform === 'linux' ? it : it.skip)(
    'takes a client that had reset its connection before it was accepted for one of TCP',
    async () => {
      const built: IAddress[] = [];
      let heard = '';
      class Hearing extends Protocol {
        override dataReceived(data: Buffer): void {
          heard += String(data);
        }
        override connectionLost(): void {
          built.push(this.transport.getPeer());
        }
      }
      const factory = new Factory();
      factory.buildProtocol = (address) => {
        built.push(address);
        return new Hearing();
      };
      const listening = await listen(factory, { port: 0, ...local });
      const program = `
        const socket = require('node:net').connect(${portOf(listening)}, '127.0.0.1');
        socket.write('hello', () => socket.resetAndDestroy());
      `;
      spawnSync(process.execPath, ['-e', program]); // Meanwhile the server accepts nothing.
      await until(() => built.length === 2);
      const address = { type: 'TCP', family: 'IPv4', host: '0.0.0.0', port: 0 };
      expect([built, heard]).to.deep.equal([[address, address], 'hello']);
      await listening.stopListening();
    },
  );

  describe('refuses, before anything starts,', () => {
    const refused = async (options: object) => {
      const factory = new Recorder();
      const error = await rejection(listen(factory, { port: 0, ...local, ...options }));
      expect(factory.told).to.deep.equal([]);
      return error as NodeJS.ErrnoException;
    };

    it('an option of the wrong kind, or a number that is out of range', async () => {
      for (const [options, code] of [
        [{ highWaterMark: -1 }, 'ERR_OUT_OF_RANGE'],
        [{ highWaterMark: '1' }, 'ERR_INVALID_ARG_TYPE'],
        [{ waitsForProducer: 1 }, 'ERR_INVALID_ARG_TYPE'],
        [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'],
        [{ signal: { throwIfAborted() {} } }, 'ERR_INVALID_ARG_TYPE'],
        [{ backlog: '5' }, 'ERR_INVALID_ARG_TYPE'],
        [{ backlog: -1 }, 'ERR_OUT_OF_RANGE'],
        [{ backlog: 1.5 }, 'ERR_OUT_OF_RANGE'],
        [{ backlog: NaN }, 'ERR_OUT_OF_RANGE'],
        [{ tls: null }, 'ERR_INVALID_ARG_TYPE'],
        [{ tls: true }, 'ERR_INVALID_ARG_TYPE'],
      ] as const) {
        expect(await refused(options)).to.have.property('code', code);
      }
    });

    it("an option that is misspelt or has another API's name, and names the right one", async () => {
      for (const [option, meant] of [
        ['hostname', 'host'],
        ['address', 'host'],
        ['interface', 'host'],
        ['wantPID', 'lockfile'],
        ['ssl', 'tls'],
        ['backLog', 'backlog'],
        ['highWatermark', 'highWaterMark'],
        ['singal', 'signal'],
        ['hots', 'host'],
      ] as const) {
        const { code, message } = await refused({ [option]: 1 });
        expect(code).to.equal('ERR_INVALID_ARG_TYPE');
        expect(message).to.include(option).and.include(`"${meant}"`);
      }
      expect((await refused({ tls: { requestCerts: true } })).message).to.include('"requestCert"');
    });

    it('an option that only connect has, and says so', async () => {
      for (const option of [{ timeout: 30 }, { localAddress: '127.0.0.1' }]) {
        const { code, message } = await refused(option);
        expect(code).to.equal('ERR_INVALID_ARG_TYPE');
        expect(message).to.include('connect');
      }
    });

    it('options of TLS beside `tls`, because the port would not be encrypted', async () => {
      const adopted = { port: undefined, host: undefined, fd: 0 };
      for (const options of [certificate(), { ...certificate(), ...adopted }]) {
        const { code, message } = await refused(options);
        expect(code).to.equal('ERR_INVALID_ARG_TYPE');
        expect(message).to.include('"options.key" argument must be left out: it goes inside `tls`');
      }
    });

    it('TLS options that node:tls only refuses when it wraps a connection', async () => {
      for (const tls of [{ ALPNProtocols: 5 }, { SNICallback: 5 }, { secureContext: 5 }]) {
        expect(await refused({ tls })).to.be.instanceOf(TypeError);
      }
    });
  });

  it('takes a secureContext in place of key and certificate', async () => {
    const tls = process.getBuiltinModule('node:tls');
    const secureContext = tls.createSecureContext(certificate());
    const listening = await listen(Factory.forProtocol(Echo), {
      port: 0,
      ...local,
      tls: { secureContext },
    });
    const { port } = listening.getHost() as { port: number };
    const client = tls.connect({ port, ca: certificate().cert, servername: 'localhost' });
    await once(client, 'secureConnect');
    client.end();
    await listening.stopListening();
  });
});

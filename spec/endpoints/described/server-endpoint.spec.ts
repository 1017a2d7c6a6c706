import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import {
  ClientEndpoint,
  connectProtocol,
  Factory,
  listen,
  Protocol,
  ServerEndpoint,
  StandardIO,
} from '../../../lib/index.js';
import { Caller, Echo, local, portOf } from '../../support/connections.js';
import { rejection } from '../../support/rejection.js';
import { isThere, temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

describe('ServerEndpoint', () => {
  const folder = temporaryFolder();
  let path: string;
  let number = 0;
  beforeEach(() => (path = folder.path(`socket${number++}`)));

  const echo = (): Factory => Factory.forProtocol(Echo);

  it('listens each time that it is asked', async () => {
    const endpoint = new ServerEndpoint({ port: 0, ...local, fd: undefined } as never);
    const [first, second] = [await endpoint.listen(echo()), await endpoint.listen(echo())];
    expect(portOf(first)).not.to.equal(portOf(second));
    const caller = new Caller();
    await connectProtocol(new ClientEndpoint({ port: portOf(second), ...local }), caller);
    await until(() => caller.answer === 'hello');
    await Promise.all([first.stopListening(), second.stopListening()]);
  });

  it('stops when its signal aborts, or that of the call', async () => {
    for (const which of [0, 1]) {
      const controllers = [new AbortController(), new AbortController()] as const;
      const endpoint = new ServerEndpoint({ path, signal: controllers[0].signal });
      await endpoint.listen(echo(), { signal: controllers[1].signal });
      expect(existsSync(path)).to.equal(true);
      controllers[which]?.abort();
      await until(() => !existsSync(path));
      const { signal } = controllers[which] as AbortController;
      expect(await rejection(endpoint.listen(echo(), { signal }))).to.equal(signal.reason);
    }
  });

  it('takes any permissions that there are', () => {
    for (const mode of [0, 0o7777]) {
      expect(new ServerEndpoint({ path, mode }).options).to.include({ mode });
    }
  });

  it('gives a Unix socket the permissions that it was told', async () => {
    const port = await new ServerEndpoint({ path, mode: 0o620 }).listen(echo());
    expect(statSync(path).mode & 0o777).to.equal(0o620);
    await port.stopListening();
  });

  describe('with a lock', () => {
    let endpoint: ServerEndpoint;
    beforeEach(() => (endpoint = new ServerEndpoint({ path, lockfile: true })));

    /** The number of a process that has ended. */
    const ended = (): number => spawnSync(process.execPath, ['--version']).pid;

    it('keeps it from before the socket is there until after the socket is gone', async () => {
      const seen: unknown[] = [];
      class Seeing extends Factory {
        override startFactory(): void {
          seen.push(readlinkSync(`${path}.lock`), existsSync(path));
        }
        override stopFactory(): void {
          seen.push(lstatSync(`${path}.lock`, { throwIfNoEntry: false }), existsSync(path));
        }
      }
      const port = await endpoint.listen(new Seeing());
      await port.stopListening();
      expect(seen).to.deep.equal([String(process.pid), true, undefined, false]);
    });

    it('is refused while another server has the lock, and leaves its socket alone', async () => {
      const port = await endpoint.listen(echo());
      expect(await rejection(endpoint.listen(echo()))).to.include({ name: 'CannotListenError' });
      expect(existsSync(path)).to.equal(true);
      await port.stopListening();
      expect(isThere(`${path}.lock`)).to.equal(false);
    });

    it('takes it, and the place of its socket, from a process that has ended', async () => {
      const server = net.createServer().listen(path);
      await until(() => server.listening);
      // A killed server leaves its socket. A hard link outlives the socket that Node removes.
      const kept = `${path}.kept`;
      linkSync(path, kept);
      await new Promise((resolve) => server.close(resolve));
      renameSync(kept, path);
      symlinkSync(String(ended()), `${path}.lock`);
      const port = await endpoint.listen(echo());
      expect(readlinkSync(`${path}.lock`)).to.equal(String(process.pid));
      await port.stopListening();
    });

    it('removes nothing but a socket', async () => {
      writeFileSync(path, 'precious');
      symlinkSync(String(ended()), `${path}.lock`);
      expect(await rejection(endpoint.listen(echo()))).to.include({ name: 'CannotListenError' });
      expect(statSync(path).size).to.equal(8);
      expect(lstatSync(`${path}.lock`, { throwIfNoEntry: false })).to.equal(undefined);
    });

    it('gives it up where the factory does not start', async () => {
      class Failing extends Factory {
        override startFactory(): void {
          throw new Error('no');
        }
      }
      expect(await rejection(endpoint.listen(new Failing()))).to.include({ message: 'no' });
      expect(lstatSync(`${path}.lock`, { throwIfNoEntry: false })).to.equal(undefined);
    });

    it('leaves it to a process that has taken it meanwhile, and stops the factory', async () => {
      const factory = echo();
      const port = await endpoint.listen(factory);
      unlinkSync(`${path}.lock`);
      symlinkSync(String(process.ppid), `${path}.lock`);
      expect(await rejection(port.stopListening())).to.include({ code: 'ERR_INVALID_STATE' });
      expect(readlinkSync(`${path}.lock`)).to.equal(String(process.ppid));
      expect(factory.numPorts).to.equal(0);
    });

    it('reports that it could not be given up, and stops the factory', async () => {
      const factory = echo();
      const port = await endpoint.listen(factory);
      unlinkSync(`${path}.lock`);
      writeFileSync(`${path}.lock`, 'no link');
      expect(await rejection(port.stopListening())).to.include({ code: 'EINVAL' });
      expect(factory.numPorts).to.equal(0);
    });

    it('stops, although the lock is gone', async () => {
      const port = await endpoint.listen(echo());
      unlinkSync(`${path}.lock`);
      await port.stopListening();
    });

    it('is an option of a client too', async () => {
      const client = new ClientEndpoint({ path, lockfile: true });
      const bare = await listen(echo(), { path });
      expect(await rejection(connectProtocol(client, new Caller()))).to.include({
        name: 'ConnectError',
        code: 'ERR_CONNECT',
      });
      await bare.stopListening();
      const port = await endpoint.listen(echo());
      const caller = new Caller();
      await connectProtocol(client, caller);
      await until(() => caller.answer === 'hello');
      await port.stopListening();
    });
  });

  describe('at standard input and output', () => {
    it('has one connection, over the streams that it was given', async () => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      const told: string[] = [];
      class Told extends Factory {
        override protocol = Echo;
        override startFactory(): void {
          told.push('start');
        }
        override stopFactory(): void {
          told.push('stop');
        }
      }
      const endpoint = new ServerEndpoint({ stdio: { stdin, stdout } });
      const port = await endpoint.listen(new Told());
      expect(port.getHost()).to.deep.equal({ type: 'PIPE' });
      stdin.write('round');
      await until(() => stdout.readableLength === 5);
      await port.stopListening();
      stdin.end(' and on');
      await until(() => stdout.readableLength === 12);
      expect(told).to.deep.equal(['start', 'stop']);
    });

    it('gives the factory the address of standard streams, and starts it for no signal that has aborted', async () => {
      const told: unknown[] = [];
      class Told extends Factory {
        override startFactory(): void {
          told.push('start');
        }
        override buildProtocol(address: unknown): null {
          told.push(address);
          return null;
        }
      }
      const endpoint = new ServerEndpoint({ stdio: {} });
      const signal = AbortSignal.abort();
      expect(await rejection(endpoint.listen(new Told(), { signal }))).to.equal(signal.reason);
      expect(told).to.deep.equal([]);
      expect(await rejection(endpoint.listen(new Told()))).to.include({ name: 'NoProtocol' });
      expect(told).to.deep.equal(['start', { type: 'PIPE' }]);
    });

    describe('starts its factory before it builds the protocol, and', () => {
      const told: string[] = [];
      let controller: AbortController;
      let endpoint: ServerEndpoint;
      beforeEach(() => {
        told.length = 0;
        controller = new AbortController();
        endpoint = new ServerEndpoint({
          stdio: { stdin: new PassThrough(), stdout: new PassThrough() },
        });
      });

      class Telling extends Factory {
        constructor(private readonly during: (what: string) => void = () => {}) {
          super();
        }
        override startFactory(): void {
          told.push('start');
          this.during('start');
        }
        override stopFactory(): void {
          told.push('stop');
        }
        override buildProtocol(): Protocol {
          told.push('build');
          this.during('build');
          const protocol = new Protocol();
          protocol.connectionMade = () => {
            told.push('made');
            this.during('made');
          };
          return protocol;
        }
      }

      it('stops it with the port', async () => {
        const port = await endpoint.listen(new Telling());
        await port.stopListening();
        expect(told).to.deep.equal(['start', 'build', 'made', 'stop']);
      });

      it('stops it where that throws', async () => {
        const thrown = new Error('no');
        const factory = new Telling((what) => {
          if (what === 'build') throw thrown;
        });
        expect(await rejection(endpoint.listen(factory))).to.equal(thrown);
        expect(told).to.deep.equal(['start', 'build', 'stop']);
      });

      for (const [when, expected] of [
        ['start', ['start', 'stop']],
        ['build', ['start', 'build', 'stop']],
      ] as const) {
        it(`stops it, and makes no connection, if the signal aborts there: ${when}`, async () => {
          const reason = new Error('enough');
          const factory = new Telling((what) => {
            if (what === when) controller.abort(reason);
          });
          const listening = endpoint.listen(factory, { signal: controller.signal });
          expect(await rejection(listening)).to.equal(reason);
          expect(told).to.deep.equal(expected);
        });
      }

      it('stops it if the signal aborts in connectionMade', async () => {
        const factory = new Telling((what) => {
          if (what === 'made') controller.abort();
        });
        await endpoint.listen(factory, { signal: controller.signal });
        expect(told).to.deep.equal(['start', 'build', 'made', 'stop']);
      });
    });

    it('is StandardIO', async () => {
      const streams = { stdin: new PassThrough(), stdout: new PassThrough() };
      const protocol = new Protocol();
      const factory = new Factory();
      factory.buildProtocol = () => protocol;
      const port = await new ServerEndpoint({ stdio: streams }).listen(factory);
      expect(protocol.transport).to.be.instanceOf(StandardIO);
      expect(factory.numPorts).to.equal(1);
      await port.stopListening();
      expect(factory.numPorts).to.equal(0);
      protocol.transport.loseConnection();
    });

    it('rejects where there is no protocol for it, or no streams', async () => {
      const factory = new Factory();
      factory.buildProtocol = () => null;
      const none = new ServerEndpoint({ stdio: {} }).listen(factory);
      expect(await rejection(none)).to.include({ name: 'NoProtocol' });
      const wrong = new ServerEndpoint({ stdio: { stdin: {} as never } }).listen(echo());
      expect(await rejection(wrong)).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    });
  });

  describe('refuses', () => {
    for (const [what, options, code] of [
      ['no place', {}, 'ERR_INVALID_ARG_TYPE'],
      ['a backlog below 0', { port: 1, backlog: -1 }, 'ERR_OUT_OF_RANGE'],
      ['a mode that is none', { path: '/x', mode: 'rw' }, 'ERR_INVALID_ARG_TYPE'],
      ['a mode out of range', { path: '/x', mode: 0o10000 }, 'ERR_OUT_OF_RANGE'],
      ['a mode for a port', { port: 1, mode: 0o600 }, 'ERR_INVALID_ARG_TYPE'],
      ['a lock for a port', { port: 1, lockfile: true }, 'ERR_INVALID_ARG_TYPE'],
      ['a lock that is not a boolean', { path: '/x', lockfile: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
      ['a misspelt option', { path: '/x', lockFile: true }, 'ERR_INVALID_ARG_TYPE'],
      ['standard streams that are none', { stdio: true }, 'ERR_INVALID_ARG_TYPE'],
      ['options that are not an object', null, 'ERR_INVALID_ARG_TYPE'],
      ['a mode that is not whole', { path: '/x', mode: 0.5 }, 'ERR_OUT_OF_RANGE'],
      ['a mode below 0', { path: '/x', mode: -1 }, 'ERR_OUT_OF_RANGE'],
    ] as const) {
      it(`${what}, when it is made`, () => {
        expect(() => new ServerEndpoint(options as never))
          .to.throw()
          .with.property('code', code);
      });
    }

    it('standard streams that are misspelt, and says how they are spelt', () => {
      expect(() => new ServerEndpoint({ stdIO: {} } as never)).to.throw('spelt "stdio"');
    });

    it('a signal that is not one', async () => {
      const listening = new ServerEndpoint({ path }).listen(echo(), { signal: {} as never });
      expect(await rejection(listening)).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    });

    it('a value that is not a factory', async () => {
      const listening = new ServerEndpoint({ path }).listen({} as Factory);
      expect(await rejection(listening)).to.include({ code: 'ERR_INVALID_ARG_TYPE' });
    });
  });
});

import fs, {
  linkSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { expect } from 'chai';
import sinon from 'sinon';

import {
  ClientEndpoint,
  CannotListenError,
  connect,
  ConnectError,
  connectProtocol,
  Factory,
  type IAddress,
  listen,
  type ListeningPort,
  Protocol,
  ServerEndpoint,
} from '../../../lib/index.js';
import { Recorder } from '../../support/connections.js';
import { rejection } from '../../support/rejection.js';
import { isThere, temporaryFolder } from '../../support/temporary-folder.js';
import { until } from '../../support/until.js';

/** More than the number of any process. */
const NO_PROCESS = 2 ** 30;

describe('A Unix socket', () => {
  const folder = temporaryFolder();

  it('has its path as the address of the server, at both ends', async () => {
    const path = folder.path('named');
    const built: IAddress[] = [];
    const servers: Protocol[] = [];
    class Remembering extends Factory {
      override buildProtocol(address: IAddress): Protocol {
        built.push(address);
        const protocol = new Protocol();
        servers.push(protocol);
        return protocol;
      }
    }
    const port = await listen(new Remembering(), { path });
    class Client extends Protocol {
      readonly peer: IAddress[] = [];
      override connectionMade(): void {
        this.peer.push(this.transport.getPeer());
      }
    }
    const client = await connectProtocol(new ClientEndpoint({ path }), new Client());
    await until(() => servers.length === 1);
    const address = { type: 'UNIX', name: path };
    expect(client.peer).to.deep.equal([address]);
    expect(servers[0]?.transport.getHost()).to.deep.equal(address);
    expect(built).to.deep.equal([{ type: 'UNIX', name: null }]);
    client.transport.loseConnection();
    await port.stopListening();
  });

  it('has the permissions and the lock that listen was told', async () => {
    const path = folder.path('locked');
    const options = { path, mode: 0o620, lockfile: true };
    const factory = Factory.forProtocol(Protocol);
    const port = await listen(factory, options);
    expect(statSync(path).mode & 0o777).to.equal(0o620);
    expect(readlinkSync(`${path}.lock`)).to.equal(String(process.pid));
    expect(await rejection(listen(factory, options))).to.be.instanceOf(CannotListenError);
    await port.stopListening();
    expect([path, `${path}.lock`].map((file) => isThere(file))).to.deep.equal([false, false]);
    expect(await rejection(listen(factory, { port: 0, mode: 0o600 }))).to.include({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });

  it('that must have a lock is connected to only while its server has the lock', async () => {
    const path = folder.path('guarded');
    const options = { path, lockfile: true };
    const factory = Factory.forProtocol(Protocol);
    const bare = await listen(factory, { path });
    const refused = new Recorder();
    const connector = connect(refused, options);
    expect(refused.told).to.deep.equal(['start', 'connecting']);
    await refused.whenOver;
    expect(refused.told).to.deep.equal(['start', 'connecting', 'failed', 'stop']);
    expect(refused.reason)
      .to.be.instanceOf(ConnectError)
      .and.to.include({
        message: `No server holds the lock '${path}.lock'`,
        code: 'ERR_CONNECT',
      });
    await bare.stopListening();

    const port = await listen(factory, options);
    refused.startedConnecting = () => {};
    refused.built = undefined;
    connector.connect(); // Each attempt asks for the lock again.
    await until(() => refused.built?.connected === true);
    connector.disconnect();
    await port.stopListening();

    writeFileSync(`${path}.lock`, 'no link');
    const unreadable = new Recorder();
    connect(unreadable, options);
    await unreadable.whenOver;
    expect(unreadable.reason).to.be.instanceOf(ConnectError).and.to.include({ code: 'EINVAL' });

    for (const [wrong, message] of [
      [{ path, lockfile: 1 }, 'options.lockfile'],
      [{ port: 1, lockfile: true }, 'options.path'],
    ] as const) {
      expect(() => connect(new Recorder(), wrong as never))
        .to.throw(TypeError, message)
        .with.property('code', 'ERR_INVALID_ARG_TYPE');
      expect(() => new ClientEndpoint(wrong as never)).to.throw(TypeError, message);
    }
  });

  it('that a dead server has left, with its lock, is left to the next server by a client', async () => {
    const path = folder.path('orphaned');
    const options = { path, lockfile: true };
    const dead = await listen(Factory.forProtocol(Protocol), { path });
    linkSync(path, `${path}.kept`);
    await dead.stopListening();
    renameSync(`${path}.kept`, path);
    symlinkSync(String(NO_PROCESS), `${path}.lock`);

    const failing = new ClientEndpoint(options).connect(Factory.forProtocol(Protocol));
    expect(await rejection(failing)).to.include({ code: 'ERR_CONNECT' });
    const port = await listen(Factory.forProtocol(Protocol), options);
    expect(readlinkSync(`${path}.lock`)).to.equal(String(process.pid));
    await port.stopListening();
  });

  it('is not listened at while a process of another user has its lock', async () => {
    const path = folder.path('locked');
    symlinkSync('12345', `${path}.lock`);
    const denied = Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    const stub = sinon.stub(process, 'kill').throws(denied);
    try {
      const listening = listen(new Factory(), { path, lockfile: true });
      expect(await rejection(listening)).to.have.property('name', 'CannotListenError');
    } finally {
      stub.restore();
    }
    expect(readlinkSync(`${path}.lock`)).to.equal('12345');
  });

  it('whose lock cannot be made is not listened at', async () => {
    const listening = listen(new Factory(), { path: folder.path('no/folder'), lockfile: true });
    expect(await rejection(listening)).to.have.property('code', 'ENOENT');
  });

  it('is not listened at if the lock that a dead server has left cannot be removed', async () => {
    const path = folder.path('kept');
    symlinkSync(String(NO_PROCESS), `${path}.lock`);
    const denied = Object.assign(new Error(), { code: 'EACCES' });
    const unlink = sinon.stub(fs, 'unlinkSync').throws(denied);
    try {
      expect(await rejection(listen(new Factory(), { path, lockfile: true }))).to.equal(denied);
    } finally {
      unlink.restore();
    }
  });

  it('keeps the lock of a server that begins as another is given up', async () => {
    const path = folder.path('next');
    const options = { path, lockfile: true };
    const controller = new AbortController();
    let next: Promise<ListeningPort> | undefined;
    class GivenUp extends Factory {
      override startFactory(): void {
        controller.abort();
      }
      override stopFactory(): void {
        next = listen(new Factory(), options);
      }
    }
    await rejection(listen(new GivenUp(), { ...options, signal: controller.signal }));
    const port = await next!;
    expect(readlinkSync(`${path}.lock`)).to.equal(String(process.pid));
    await port.stopListening();
    expect(isThere(`${path}.lock`)).to.equal(false);
  });

  it('is listened at if a dead server has left its lock, and no socket', async () => {
    const path = folder.path('gone');
    symlinkSync(String(NO_PROCESS), `${path}.lock`);
    const listening = await listen(new Factory(), { path, lockfile: true });
    expect(readlinkSync(`${path}.lock`)).to.equal(String(process.pid));
    await listening.stopListening();
  });

  it('has the permissions that the umask leaves it, unless there is a mode', async () => {
    const path = folder.path('private');
    const umask = process.umask(0o077);
    try {
      const factory = Factory.forProtocol(Protocol);
      for (const opened of [
        () => listen(factory, { path }),
        () => new ServerEndpoint({ path }).listen(factory),
      ]) {
        const port: ListeningPort = await opened();
        expect(statSync(path).mode & 0o077).to.equal(0);
        await port.stopListening();
      }
    } finally {
      process.umask(umask);
    }
  });

  it('has the address that buildProtocol of the client is given', async () => {
    const path = folder.path('built');
    const port = await listen(Factory.forProtocol(Protocol), { path });
    const factory = new Recorder();
    const built: IAddress[] = [];
    factory.buildProtocol = (address) => {
      built.push(address);
      return null;
    };
    connect(factory, { path });
    await until(() => built.length === 1);
    expect(built).to.deep.equal([{ type: 'UNIX', name: path }]);
    await port.stopListening();
  });

  describe('whose path is too long', () => {
    const LONGEST = process.platform === 'linux' ? 107 : 103;
    const long = (): string => folder.path('x'.repeat(120));

    it('is not listened at, nor at the beginning of its path', async () => {
      const before = readdirSync(folder.path('.'));
      const error = await rejection(listen(new Factory(), { path: long() }));
      expect(error).to.be.instanceOf(CannotListenError);
      expect(error).to.have.property('code', 'ENAMETOOLONG');
      expect(readdirSync(folder.path('.'))).to.deep.equal(before);
    });

    it('is not connected to, nor is the beginning of its path', async () => {
      const path = long();
      const server = await listen(Factory.forProtocol(Protocol), { path: path.slice(0, LONGEST) });
      const failed: Error[] = [];
      const factory = new Recorder();
      factory.clientConnectionFailed = (_connector, reason) => void failed.push(reason);
      connect(factory, { path });
      await until(() => failed.length === 1);
      expect(failed[0]).to.be.instanceOf(ConnectError);
      expect(failed[0]).to.have.property('code', 'ENAMETOOLONG');
      await server.stopListening();
    });
  });

  it('in the abstract namespace of Linux has no permissions to change', async function () {
    if (process.platform !== 'linux') this.skip();
    const path = `\0${folder.path('abstract')}`;
    const port = await new ServerEndpoint({ path, mode: 0o600 }).listen(new Factory());
    expect(port.getHost()).to.deep.equal({ type: 'UNIX', name: path });
    await port.stopListening();
  });
});

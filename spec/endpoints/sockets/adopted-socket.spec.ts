/** A socket that another process has opened: systemd, or a parent. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync } from 'node:fs';
import net from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import {
  CannotListenError,
  Factory,
  listen,
  Protocol,
  ServerEndpoint,
  serverFromString,
} from '../../../lib/index.js';
import { local } from '../../support/connections.js';
import { ROOT } from '../../support/programs.js';
import { rejection } from '../../support/rejection.js';
import { port as portOf } from '../../support/sockets.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../../support/systemd-program.ts', import.meta.url));
/** Tells the program, as systemd does, that its descriptor 3 is a socket that listens. */
const AS_SYSTEMD = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" --import tsx/esm "$1" "$2"';

describe('A socket that listens already', () => {
  const folder = temporaryFolder();

  /**
   * Has a child take `server` over, and serve one client that connects to `address`.
   *
   * @returns the address at which the child says that it listened.
   */
  async function takeOver(
    server: net.Server,
    domain: string,
    address: net.NetConnectOpts,
  ): Promise<unknown> {
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const child = spawn('sh', ['-c', AS_SYSTEMD, process.execPath, PROGRAM, domain], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit', fd],
    });
    const ended = once(child, 'close');
    server.close(); // Ours. The child has its own.
    expect(await text(net.connect(address))).to.equal('hello');
    const said = await text(child.stdout as Readable);
    expect(await ended).to.deep.equal([0, null]);
    return JSON.parse(said);
  }

  it('is taken over from systemd, and serves the clients that wait', async () => {
    const server = net.createServer().listen({ port: 0, ...local });
    await once(server, 'listening');
    const port = portOf(server);
    expect(await takeOver(server, 'INET', { port, ...local })).to.include({ type: 'TCP', port });
  });

  it('is taken over so if it is a Unix socket, whose path Node does not tell', async () => {
    const server = net.createServer().listen(folder.path('socket'));
    await once(server, 'listening');
    const path = folder.path('link');
    linkSync(folder.path('socket'), path); // Node removes the other when we close ours.
    expect(await takeOver(server, 'UNIX', { path })).to.deep.equal({ type: 'UNIX', name: null });
  });

  it('is refused if it is no socket, or has an address beside it', async () => {
    const factory = Factory.forProtocol(Protocol);
    for (const [options, code] of [
      [{ fd: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ fd: '3' }, 'ERR_INVALID_ARG_TYPE'],
      [{ fd: 3, port: 80 }, 'ERR_INVALID_ARG_TYPE'],
      [{ fd: 3, path: '/x' }, 'ERR_INVALID_ARG_TYPE'],
      [{ fd: 3, mode: 0o600 }, 'ERR_INVALID_ARG_TYPE'],
      [{ fd: 3, backLog: 5 }, 'ERR_INVALID_ARG_TYPE'],
    ] as const) {
      const error = await rejection(listen(factory, options as { fd: number }));
      expect(error, JSON.stringify(options)).to.have.property('code', code);
    }
    const closed = { fd: 2 ** 20 };
    expect(await rejection(listen(factory, closed))).to.be.instanceOf(CannotListenError);
  });

  it('is taken once by a ServerEndpoint, because its number may soon be that of another file', async () => {
    const factory = Factory.forProtocol(Protocol);
    const server = net.createServer().listen({ port: 0, ...local });
    await once(server, 'listening');
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const endpoint = new ServerEndpoint({ fd });
    // Node listens on it already, so this fails; but it was taken.
    expect(await rejection(endpoint.listen(factory))).to.have.property('code', 'EEXIST');
    server.close();
    expect(await rejection(endpoint.listen(factory)))
      .to.be.instanceOf(CannotListenError)
      .and.to.include({
        message: `Couldn't listen: descriptor ${fd} serves one listen`,
        code: 'ERR_CANNOT_LISTEN',
      });
    expect(factory.numPorts).to.equal(0);
  });

  it('is that of a ServerEndpoint, and of a description, if systemd gave it to this process', () => {
    expect(new ServerEndpoint({ fd: 7 }).options).to.include({ fd: 7 });
    const { LISTEN_PID, LISTEN_FDS } = process.env;
    try {
      process.env['LISTEN_PID'] = String(process.pid);
      process.env['LISTEN_FDS'] = '2';
      expect(serverFromString('systemd:INET:0').options).to.include({ fd: 3 });
      expect(serverFromString('systemd:INET6:1').options).to.include({ fd: 4 });
      for (const wrong of ['INET:2', 'INET:index=-1', 'INET:x', 'X25:0', 'INET', '']) {
        expect(() => serverFromString(`systemd:${wrong}`), wrong)
          .to.throw()
          .with.property('code', 'ERR_INVALID_ARG_VALUE');
      }
      process.env['LISTEN_PID'] = '1';
      expect(() => serverFromString('systemd:INET:0')).to.throw('gave this process no socket 0');
    } finally {
      restore({ LISTEN_PID, LISTEN_FDS });
    }
  });
});

function restore(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

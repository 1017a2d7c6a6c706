import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import tls from 'node:tls';

import { expect } from 'chai';

import { keepsNothing } from '../../../lib/streams/any-stream/kept-chunks.js';
import { type Pair, port, tcpPair, tlsPair, unixPair } from '../../support/sockets.js';
import { until } from '../../support/until.js';

/** A method that does as `method`, and could keep what it is given. */
function around<Method extends (...args: never[]) => unknown>(method: Method): Method {
  return function (this: unknown, ...args: Parameters<Method>) {
    return method.apply(this, args);
  } as Method;
}

describe('Whether a stream keeps a chunk that was written to it', () => {
  const made: net.Socket[] = [];
  const ends = (pair: Pair): Pair => {
    made.push(pair.server, pair.client);
    return pair;
  };

  afterEach(() => {
    for (const socket of made.splice(0)) socket.destroy();
  });

  for (const [kind, make] of [
    ['TCP', tcpPair],
    ['Unix', unixPair],
  ] as const) {
    it(`is denied of a ${kind} socket that has sent everything`, async () => {
      const { client, server } = ends(await make());
      client.write('sent');
      expect(client.writableLength).to.equal(0);
      expect([keepsNothing(client), keepsNothing(server)]).to.deep.equal([true, true]);
    });
  }

  it('is not denied of a socket that has bytes left', async () => {
    const { client } = ends(await tcpPair());
    client.write(Buffer.alloc(50_000_000)); // More than the operating system takes at once.
    expect(keepsNothing(client)).to.equal(false);
  });

  it('is not denied of one that is closed, or is not connected yet', () => {
    const socket = new net.Socket();
    made.push(socket);
    expect(keepsNothing(socket)).to.equal(false);
    expect(keepsNothing(socket.destroy())).to.equal(false);
  });

  it('is denied of a TLS socket that has sent everything, and of no other', async () => {
    const { client, server } = ends(await tlsPair());
    client.write('sent');
    expect(keepsNothing(client)).to.equal(false); // Encrypted bytes may be under way.
    await until(() => client.writableLength === 0);
    expect([keepsNothing(client), keepsNothing(server)]).to.deep.equal([true, true]);
    client.write(Buffer.alloc(50_000_000));
    expect(keepsNothing(client)).to.equal(false);
  });

  it('is not denied of a stream in memory', () => {
    expect(keepsNothing(new PassThrough())).to.equal(false);
  });

  for (const method of ['write', '_write', '_writev', '_writeGeneric']) {
    it(`is not denied of a socket whose ${method} was replaced`, async () => {
      const { client } = ends(await tcpPair());
      Object.assign(client, {
        [method]: around(Reflect.get(client, method) as () => unknown),
      });
      expect(keepsNothing(client)).to.equal(false);
    });
  }

  for (const { prototype, name } of [net.Socket, tls.TLSSocket]) {
    it(`is not denied if code has put a write on the prototype of ${name}`, async () => {
      const { client } = ends(await tlsPair());
      await until(() => client.writableLength === 0);
      prototype.write = around(Reflect.get(prototype, 'write'));
      try {
        expect(keepsNothing(client)).to.equal(false);
      } finally {
        Reflect.deleteProperty(prototype, 'write');
      }
      expect(keepsNothing(client)).to.equal(true);
    });
  }

  it('is not denied of a subclass, nor of a socket over another stream', async () => {
    class Keeping extends net.Socket {}
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new Keeping().connect(port(server), '127.0.0.1');
    made.push(client);
    const [accepted] = (await once(server, 'connection')) as [net.Socket];
    made.push(accepted);
    server.close();
    await once(client, 'connect');
    expect(keepsNothing(client)).to.equal(false);
    const handle: unknown = Reflect.get(accepted, '_handle');
    Reflect.set(accepted, '_handle', new (class InternalSocket {})());
    expect(keepsNothing(accepted)).to.equal(false);
    Reflect.set(accepted, '_handle', handle);
  });
});

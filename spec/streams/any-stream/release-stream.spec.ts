/** How a stream is let go of: destroyed, or reset where it can be. */
import { EventEmitter, once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import {
  destroyStream,
  endAndDestroyStream,
  resetStream,
} from '../../../lib/streams/any-stream/index.js';
import { failure } from '../../support/failure.js';
import { expectNothingLogged } from '../../support/logged.js';
import { readableStreams } from '../../support/older-libraries.js';
import { type Pair, readAll, tcpPair, tlsPair, unixPair } from '../../support/sockets.js';
import { settled } from '../../support/settled.js';

/** The errors that `stream` says, from now on. */
function errorsOf(stream: NodeJS.EventEmitter): unknown[] {
  const errors: unknown[] = [];
  stream.on('error', (error) => errors.push(error));
  return errors;
}

/** Waits for the last word of `stream`, whatever errors come before it. */
const closed = (stream: NodeJS.EventEmitter) =>
  new Promise<void>((resolve) => stream.once('close', resolve));

for (const [name, release] of Object.entries({ destroyStream, endAndDestroyStream, resetStream })) {
  describe(`${name} of a stream that cannot be reset`, () => {
    const logged = expectNothingLogged();

    it('destroys it with the reason', async () => {
      const stream = new PassThrough();
      const errors = errorsOf(stream);
      release(stream, failure);
      expect(stream.destroyed).to.equal(true);
      await closed(stream);
      expect(errors).to.deep.equal([failure]);
    });

    it('leaves it alone if it is destroyed, or about to be', async () => {
      const destroyed = new PassThrough().destroy();
      const about = new streamx.PassThrough() as unknown as PassThrough;
      about.destroy();
      for (const stream of [destroyed, about]) {
        let calls = 0;
        const called = () => (calls += 1);
        Object.assign(stream, { destroy: called, resetAndDestroy: called });
        release(stream, failure);
        expect(calls).to.equal(0);
      }
      await closed(about);
    });

    it('logs what its `destroy` throws', () => {
      const stream = new PassThrough();
      stream.destroy = () => {
        throw failure;
      };
      release(stream, new Error('why it is let go'));
      expect(logged.splice(0)).to.deep.equal([failure]);
    });

    it('leaves it alone if it has no `destroy`', () => {
      const old = new readableStreams['readable-stream 1'].PassThrough();
      const oldest = Object.assign(new EventEmitter(), { write() {}, end() {} });
      for (const stream of [old, oldest]) release(stream, failure);
    });
  });
}

describe('endAndDestroyStream', () => {
  /** Sends more than a socket reads by itself, and waits until it has left. */
  const sendUnread = ({ client }: Pair) =>
    new Promise((resolve) => client.write(Buffer.alloc(200_000), resolve));

  it('ends a socket, also with unread input, and destroys it with the reason', async () => {
    const pair = await tcpPair();
    await sendUnread(pair);
    const { server, client } = pair;
    const errors = errorsOf(server);
    const ended = readAll(client);
    endAndDestroyStream(server, failure);
    await closed(server);
    expect(errors).to.deep.equal([failure]);
    expect(await ended).to.have.lengthOf(0);
    client.destroy();
  });

  it('destroys at once a socket whose end would have to wait, or has been sent', async () => {
    const busy = await tcpPair();
    busy.server.write(Buffer.alloc(32 * 1024 * 1024));
    const ended = await tcpPair();
    ended.server.end();
    await once(ended.server, 'finish');
    for (const { server, client } of [busy, ended, await tlsPair()]) {
      client.on('error', () => {});
      const errors = errorsOf(server);
      endAndDestroyStream(server, failure);
      expect(server.destroyed).to.equal(true);
      await closed(server);
      expect(errors).to.deep.equal([failure]);
      client.destroy();
    }
  });

  it('destroys at once a socket that has not connected yet', async () => {
    const socket = net.connect({ port: 1, host: '127.0.0.1' });
    const errors = errorsOf(socket);
    endAndDestroyStream(socket, failure);
    expect(socket.destroyed).to.equal(true);
    await closed(socket);
    expect(errors).to.deep.equal([failure]);
  });
});

describe('resetStream', () => {
  it('resets a TCP connection', async () => {
    const { server, client } = await tcpPair();
    const errors = errorsOf(client);
    const own = errorsOf(server);
    resetStream(server, failure);
    expect(server.destroyed).to.equal(true);
    await closed(client.resume());
    expect(errors).to.have.lengthOf(1);
    expect(errors[0]).to.have.property('code', 'ECONNRESET');
    expect(own, 'a reset has no reason').to.deep.equal([]);
  });

  it('destroys a socket that has not connected yet, at once', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const socket = net.connect({ port, host: '127.0.0.1' });
    const errors = errorsOf(socket);
    expect(socket.connecting).to.equal(true);
    resetStream(socket, failure);
    expect(socket.destroyed).to.equal(true);
    await closed(socket);
    expect(errors).to.deep.equal([failure]);
    server.close();
  });

  it('waits for a FIN that is on its way, and then resets', async () => {
    const { server, client } = await tcpPair();
    const errors = errorsOf(client);
    server.end();
    expect([server.writableEnded, server.writableFinished]).to.deep.equal([true, false]);
    resetStream(server, failure);
    expect(server.destroyed).to.equal(false);
    await closed(server);
    expect(server.listeners('finish')).to.deep.equal([]);
    client.resume();
    await settled();
    client.write('into a connection that is reset');
    await closed(client);
    expect(errors).to.have.lengthOf(1);
    expect(errors[0]).to.have.property('code').that.is.oneOf(['ECONNRESET', 'EPIPE']);
  });

  it('does not wait once the FIN has left, nor while bytes are buffered', async () => {
    const { server, client } = await tcpPair();
    client.on('error', () => {});
    server.end();
    await once(server, 'finish');
    resetStream(server, failure);
    expect(server.destroyed, 'sent').to.equal(true);

    const busy = await tcpPair();
    busy.client.on('error', () => {});
    for (let i = 0; i < 2; i += 1) busy.server.write(Buffer.alloc(16 * 1024 * 1024));
    busy.server.end();
    expect(busy.server.writableLength).to.be.above(0);
    resetStream(busy.server, failure);
    expect(busy.server.destroyed, 'buffered').to.equal(true);
    for (const socket of [client, busy.client]) socket.destroy();
  });

  it('resets a stream that only looks like a socket, without waiting for a FIN', () => {
    let calls = 0;
    const stream = Object.assign(new PassThrough(), { resetAndDestroy: () => (calls += 1) });
    stream.end();
    expect(stream.writableFinished).to.equal(false);
    resetStream(stream, failure);
    expect(calls).to.equal(1);
  });

  it('destroys a socket that has the method and cannot be reset', async () => {
    for (const make of [tlsPair, unixPair]) {
      const { server, client } = await make();
      client.on('error', () => {});
      const errors = errorsOf(server);
      resetStream(server, failure);
      expect(server.destroyed).to.equal(true);
      await closed(server);
      expect(errors).to.deep.equal([failure]);
      client.destroy();
    }
  });
});

/** How the halves of a stream stand, asked of streams of every library. */
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import tls from 'node:tls';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import {
  hasFinished,
  isHandshaking,
  isReadToTheEnd,
  isSilentlyGone,
  isWriteEnded,
  mayYetTellWhy,
  refusesWrites,
  saysEnd,
  saysFinish,
  takesWrites,
  type AnyWritable,
} from '../../../lib/streams/any-stream/index.js';
import { certificate } from '../../support/certificate.js';
import { duplexKinds } from '../../support/duplex-kinds.js';
import { port } from '../../support/sockets.js';

/** One of the oldest streams, with `members`. */
const oldest = (members: object): AnyWritable =>
  Object.assign(new EventEmitter(), { write() {}, end() {} }, members);

describe('How the halves of a stream stand', () => {
  for (const [name, make] of Object.entries(duplexKinds)) {
    it(`is told by a stream of ${name}: open, ended, read to the end`, async () => {
      const stream = make();
      expect(isWriteEnded(stream)).to.equal(false);
      expect([refusesWrites(stream), takesWrites(stream)]).to.deep.equal([false, true]);
      expect(isReadToTheEnd(stream)).to.equal(false);
      expect(hasFinished(stream)).to.equal(false);
      stream.write(Buffer.from('data'));
      stream.end();
      expect(isWriteEnded(stream)).to.equal(true);
      expect([refusesWrites(stream), takesWrites(stream)]).to.deep.equal([true, false]);
      expect(isReadToTheEnd(stream)).to.equal(false);
      const ended = once(stream, 'end');
      stream.resume();
      await ended;
      expect(refusesWrites(stream)).to.equal(true);
      expect(isReadToTheEnd(stream)).to.equal(true);
      expect(hasFinished(stream)).to.equal(name !== 'minipass'); // It cannot tell.
    });

    it(`is not told as read to the end by a stream of ${name} that was destroyed before`, async () => {
      const stream = make();
      if (!('destroy' in stream)) return; // readable-stream 1 has no such method.
      stream.destroy();
      await new Promise(setImmediate);
      expect(isReadToTheEnd(stream)).to.equal(false);
    });
  }

  it('is told by one of the oldest streams with `readable` and `writable`', () => {
    expect(isWriteEnded(oldest({}))).to.equal(false);
    expect(isWriteEnded(oldest({ writable: true }))).to.equal(false);
    expect(isWriteEnded(oldest({ writable: false }))).to.equal(true);
    expect(isReadToTheEnd(oldest({}))).to.equal(false);
    expect(isReadToTheEnd(oldest({ readableEnded: true }))).to.equal(true);
    expect(isReadToTheEnd(oldest({ readable: true }))).to.equal(false);
    expect(isReadToTheEnd(oldest({ readable: false }))).to.equal(true);
    expect(isReadToTheEnd(oldest({ readable: false, destroyed: true }))).to.equal(false);
  });

  it('does not let a destroyed stream be written to, though no code has ended it', () => {
    const stream = new PassThrough().destroy();
    expect(isWriteEnded(stream)).to.equal(false);
    expect(refusesWrites(stream)).to.equal(true);
    expect(takesWrites(stream)).to.equal(false);
  });

  it('does not let a stream be written to that is about to be destroyed, of streamx', async () => {
    const stream = duplexKinds['streamx']!();
    expect(takesWrites(stream)).to.equal(true);
    stream.destroy();
    expect([stream.destroyed, takesWrites(stream)]).to.deep.equal([false, false]);
    await once(stream, 'close');
    expect(takesWrites(stream)).to.equal(false);
  });

  it('may yet tell why it was destroyed, if it has no property for that', () => {
    for (const [name, mayYet] of [
      ['node:stream', false],
      ['readable-stream 3', true],
    ] as const) {
      const stream = duplexKinds[name]!();
      expect(mayYetTellWhy(stream), name).to.equal(false);
      stream.destroy();
      expect(mayYetTellWhy(stream), name).to.equal(mayYet);
    }
  });

  it('need not have said that it was destroyed, without emitClose', () => {
    for (const { PassThrough: Kind } of [{ PassThrough }, rs]) {
      for (const emitClose of [false, true]) {
        const stream = new Kind({ emitClose }) as PassThrough;
        expect(isSilentlyGone(stream)).to.equal(false);
        stream.destroy();
        expect(isSilentlyGone(stream)).to.equal(!emitClose);
      }
    }
    expect(isSilentlyGone(oldest({ destroyed: true }))).to.equal(false);
    expect(isSilentlyGone(oldest({ destroyed: true, bufferLength: 0 }))).to.equal(true);
    expect(isSilentlyGone(oldest({ destroyed: false, bufferLength: 0 }))).to.equal(false);
  });

  it('tells that all bytes have left it, though it has no property for that', () => {
    expect(hasFinished(oldest({ writableFinished: true }))).to.equal(true);
    expect(hasFinished(oldest({ writableFinished: false }))).to.equal(false);
  });
});

describe('The events that a stream has', () => {
  it('are `finish` for one that has a state to write, or tells of it', () => {
    for (const [name, make] of Object.entries(duplexKinds)) {
      expect(saysFinish(make()), name).to.equal(name !== 'minipass');
    }
    expect(saysFinish(new http.OutgoingMessage())).to.equal(true);
    expect(saysFinish(oldest({}))).to.equal(false);
    for (const member of ['writableEnded', 'writableFinished', '_writableState']) {
      expect(saysFinish(oldest({ [member]: undefined })), member).to.equal(true);
    }
  });

  it('are `end` for one that can be read, or could', () => {
    for (const [name, make] of Object.entries(duplexKinds)) {
      expect(saysEnd(make()), name).to.equal(true);
    }
    expect(saysEnd(oldest({ readable: false }))).to.equal(true);
    expect(saysEnd(new Writable())).to.equal(false);
    expect(saysEnd(oldest({}))).to.equal(false);
  });
});

describe('A TLS handshake', () => {
  it('is going on until the other end has said its last word, on both sides', async () => {
    const { key, cert } = certificate();
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = tls.connect({ port: port(server), host: 'localhost', ca: cert });
    const [plain] = (await once(server, 'connection')) as [net.Socket];
    const accepted = new tls.TLSSocket(plain, { isServer: true, key, cert });
    expect(isHandshaking(client)).to.equal(true);
    await Promise.all([once(client, 'secureConnect'), once(accepted, 'secure')]);
    expect(accepted.getPeerFinished()).not.to.equal(undefined);
    expect([isHandshaking(client), isHandshaking(accepted)]).to.deep.equal([false, false]);
    client.destroy();
    accepted.destroy();
    server.close();
  });

  it('is not going on where nothing is secured', () => {
    expect(isHandshaking(new net.Socket())).to.equal(false);
    expect(isHandshaking(oldest({}))).to.equal(false);
    // As TLS that is not Node's may have it.
    expect(isHandshaking(oldest({ secureConnecting: true }))).to.equal(true);
  });
});

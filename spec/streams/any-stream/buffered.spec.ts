/** How much waits in a stream, and whether it wants more. */
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import { PassThrough, Writable } from 'node:stream';
import tls from 'node:tls';

import { expect } from 'chai';

import {
  bytesBelow,
  highWaterMarkOf,
  isYetToDrain,
  lengthOf,
  missesDrain,
  needsDrain,
  untakenBytes,
  type AnyWritable,
} from '../../../lib/streams/any-stream/index.js';
import { certificate } from '../../support/certificate.js';
import { Minipass, readableStreams } from '../../support/older-libraries.js';
import { tcpPair } from '../../support/sockets.js';
import { trusting } from '../../support/tls-clients.js';

/** One of the oldest streams. */
const oldest = (): AnyWritable => Object.assign(new EventEmitter(), { write() {}, end() {} });

describe('A stream that is full', () => {
  it('says so by what its write answers, or by writableNeedDrain', () => {
    const stream = new Writable({ highWaterMark: 4, write() {} }); // It never takes the first.
    expect(needsDrain(stream, stream.write('abc'))).to.equal(false);
    expect(needsDrain(stream, undefined)).to.equal(false);
    expect(needsDrain(stream, stream.write('d'))).to.equal(true);
    expect(needsDrain(stream, true)).to.equal(true);
    const old = oldest();
    expect(needsDrain(old, false)).to.equal(true);
    expect(needsDrain(old, undefined)).to.equal(false);
  });

  it('says so by its answer alone, if it has one and is no Writable, as a message of HTTP', () => {
    const message = Object.assign(oldest(), { writableNeedDrain: true });
    expect(needsDrain(message, true)).to.equal(false);
    expect(needsDrain(message, false)).to.equal(true);
    expect(needsDrain(message, undefined)).to.equal(true);
  });
});

describe('A stream that was full', () => {
  it('wants nothing more as long as it needs a drain', () => {
    const stream = new Writable({ highWaterMark: 4, write() {} });
    expect(isYetToDrain(stream)).to.equal(false);
    stream.write('abcd');
    expect(isYetToDrain(stream)).to.equal(true);
    const empty = Object.assign(oldest(), { writableNeedDrain: true, writableLength: 0 });
    expect(isYetToDrain(empty)).to.equal(true);
  });

  it('is asked how much waits in it, if it may miss its drain, as a request of HTTP/1', () => {
    const request = http.request({ createConnection: () => new PassThrough() });
    expect([missesDrain(request), missesDrain(new PassThrough())]).to.deep.equal([true, false]);
    for (const [length, isFull] of [
      [0, false],
      [5, true],
    ] as const) {
      const full = Object.assign(oldest(), { reusedSocket: false, writableNeedDrain: true });
      expect(isYetToDrain(Object.assign(full, { writableLength: length }))).to.equal(isFull);
    }
    request.on('error', () => {}).destroy();
  });
});

describe('What waits in a stream', () => {
  const libraries = { 'node:stream': { Writable }, ...readableStreams };
  for (const [name, library] of Object.entries(libraries)) {
    it(`is counted in bytes, or in objects: ${name}`, () => {
      const bytes = new library.Writable({ highWaterMark: 100 });
      const objects = new library.Writable({ highWaterMark: 3, objectMode: true });
      for (const stream of [bytes, objects]) {
        stream._write = () => {}; // It never takes the first one.
        expect(lengthOf(stream)).to.equal(0);
        for (let count = 0; count < 2; count += 1) stream.write(Buffer.alloc(10));
      }
      expect([lengthOf(bytes), highWaterMarkOf(bytes)]).to.deep.equal([20, 100]);
      expect([lengthOf(objects), highWaterMarkOf(objects)]).to.deep.equal([2, 3]);
    });
  }

  it('is unknown of a stream that does not tell', () => {
    for (const stream of [oldest(), new Minipass()]) {
      expect(lengthOf(stream)).to.equal(undefined);
      expect(highWaterMarkOf(stream)).to.equal(undefined);
    }
  });

  it('and left it for the operating system, is known of a socket alone', async () => {
    const { server, client } = await tcpPair();
    const size = 32 * 1024 * 1024; // More than the buffers of two sockets.
    client.write(Buffer.alloc(size));
    expect(untakenBytes(client)).to.be.above(0).and.at.most(size);
    server.resume();
    await once(client, 'drain');
    expect(untakenBytes(client)).to.equal(0);
    client.destroy();
    server.destroy();
    expect(untakenBytes(client)).to.equal(undefined);
    expect(untakenBytes(new PassThrough())).to.equal(undefined);
  });

  it('and moved below a TLS socket, is known of that alone', async () => {
    const raw = await tcpPair();
    const server = new tls.TLSSocket(raw.server, { isServer: true, ...certificate() });
    const client = tls.connect({ socket: raw.client, ...trusting() });
    await Promise.all([once(server, 'secure'), once(client, 'secure')]);
    const { bytesRead, bytesWritten } = raw.client;
    expect(bytesRead).to.be.above(0);
    expect(bytesBelow(client)).to.equal(bytesRead + bytesWritten);
    expect(bytesBelow(raw.client)).to.equal(undefined);
    client.destroy();
    server.destroy();
    expect(bytesBelow(client)).to.equal(undefined);
  });
});

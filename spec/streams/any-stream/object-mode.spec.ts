/** Whether a stream carries objects, and how many wait in it. */
import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import {
  givesAsIs,
  highWaterMarkOf,
  lengthOf,
  takesObjects,
  untakenBytes,
  type AnyReadable,
  type AnyWritable,
} from '../../../lib/streams/any-stream/index.js';
import { objectSinks, objectSources } from '../../support/object-kinds.js';
import { Minipass, readableStreams } from '../../support/older-libraries.js';
import { duplexKinds } from '../../support/duplex-kinds.js';
import { tcpPair } from '../../support/sockets.js';

/** One of the oldest streams. */
const oldest = (): AnyReadable & AnyWritable =>
  Object.assign(new EventEmitter(), { write() {}, end() {} });

describe('A stream that is written to', () => {
  it('takes objects where it says so, in the words of its library', () => {
    for (const { name, open } of objectSinks) {
      expect(takesObjects(open(() => {})), name).to.equal(true);
    }
    expect(takesObjects(new Minipass({ objectMode: true }))).to.equal(true);
  });

  it('takes bytes where it does not, or cannot tell', () => {
    for (const [name, make] of Object.entries(duplexKinds)) {
      expect(takesObjects(make()), name).to.equal(false);
    }
    expect(takesObjects(oldest())).to.equal(false);
  });

  it('is asked about the half that is written', () => {
    expect(takesObjects(new PassThrough({ writableObjectMode: true }))).to.equal(true);
    expect(takesObjects(new PassThrough({ readableObjectMode: true }))).to.equal(false);
  });
});

describe('A stream that is read', () => {
  const sources = [
    ...objectSources,
    { name: 'Readable.from', open: (values: readonly unknown[]) => Readable.from(values) },
  ];
  for (const { name, open } of sources) {
    it(`gives its values as they are in object mode: ${name}`, () => {
      expect(givesAsIs(open([]), false)).to.equal(true);
      expect(givesAsIs(open([]), true)).to.equal(true);
    });
  }

  it('gives bytes otherwise, and strings in object mode that were bytes', () => {
    for (const [name, make] of Object.entries(duplexKinds)) {
      expect(givesAsIs(make(), false), name).to.equal(false);
      expect(givesAsIs(make(), true), name).to.equal(name === 'streamx');
    }
    const decoded = Readable.from([]).setEncoding('hex');
    expect(givesAsIs(decoded, false)).to.equal(false);
    expect(givesAsIs(decoded, true)).to.equal(true);
  });

  it('gives what goes where anything is welcome, if it cannot tell', () => {
    for (const stream of [oldest(), new streamx.Readable()]) {
      expect(givesAsIs(stream, true)).to.equal(true);
      expect(givesAsIs(stream, false)).to.equal(false);
    }
  });

  it('is asked about the half that is read', () => {
    expect(givesAsIs(new PassThrough({ readableObjectMode: true }), false)).to.equal(true);
    expect(givesAsIs(new PassThrough({ writableObjectMode: true }), false)).to.equal(false);
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
});

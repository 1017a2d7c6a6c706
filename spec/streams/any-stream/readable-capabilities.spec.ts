/** Which values can be read from, and in which way. */
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import { PassThrough, Readable, Writable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import {
  isGone,
  isIterable,
  isNodeReadable,
  isWebReadable,
} from '../../../lib/streams/any-stream/index.js';
import { duplexKinds } from '../../support/duplex-kinds.js';

const method = () => {};

/** An object with methods of these `names`, and with `members`. */
const having = (names: string[], members: object = {}): object => ({
  ...Object.fromEntries(names.map((name) => [name, method])),
  ...members,
});

const noObjects = [undefined, null, 7, 'text', Symbol('s'), method];

describe('A WHATWG stream', () => {
  it('is what gives a reader', () => {
    expect(isWebReadable(new ReadableStream())).to.equal(true);
    expect(isWebReadable(having(['getReader']))).to.equal(true);
    const others = [new WritableStream(), new PassThrough(), having([], { getReader: true })];
    for (const other of [...others, ...noObjects]) expect(isWebReadable(other)).to.equal(false);
  });
});

describe('A readable in the way of Node', () => {
  it('is a stream of any library, or a message', () => {
    for (const [name, make] of Object.entries(duplexKinds)) {
      expect(isNodeReadable(make()), name).to.equal(true);
    }
    expect(isNodeReadable(new streamx.Readable())).to.equal(true);
    expect(isNodeReadable(new http.IncomingMessage(null as never))).to.equal(true);
  });

  it('emits, and can be read; or piped, if it says that it is readable; or paused and resumed', () => {
    const emitter = ['on', 'removeListener'];
    expect(isNodeReadable(having([...emitter, 'read']))).to.equal(true);
    expect(isNodeReadable(having([...emitter, 'pipe'], { readable: true }))).to.equal(true);
    expect(isNodeReadable(having([...emitter, 'pause', 'resume']))).to.equal(true);
    expect(isNodeReadable(having([...emitter, 'pipe']))).to.equal(false);
    expect(isNodeReadable(having(emitter, { readable: true }))).to.equal(false);
    expect(isNodeReadable(having([...emitter, 'pause']))).to.equal(false);
    expect(isNodeReadable(having([...emitter, 'resume']))).to.equal(false);
    expect(isNodeReadable(having(['on', 'read']))).to.equal(false);
    expect(isNodeReadable(having(['removeListener', 'read']))).to.equal(false);
  });

  it('is no emitter that can be paused and gives one thing after the other, as readline does', () => {
    const lines = { [Symbol.asyncIterator]: method };
    const names = ['on', 'removeListener', 'pause', 'resume'];
    expect(isNodeReadable(having(names, lines))).to.equal(false);
    expect(isNodeReadable(having([...names, 'read'], lines))).to.equal(true);
  });

  it('is nothing that cannot be read', () => {
    for (const other of [new Writable(), new EventEmitter(), new ReadableStream(), ...noObjects]) {
      expect(isNodeReadable(other)).to.equal(false);
    }
  });
});

describe('An iterable', () => {
  it('gives one thing after the other, at once or later', () => {
    const generator = (function* () {})();
    const later = (async function* () {})();
    for (const value of [[], new Set(), generator, later, new PassThrough()]) {
      expect(isIterable(value)).to.equal(true);
    }
  });

  it('is nothing that is one chunk of bytes, nor a string, nor anything else', () => {
    const bytes = [Buffer.from('a'), new Uint8Array(1), new Uint16Array(1)];
    for (const value of [...bytes, {}, having([], { [Symbol.iterator]: true }), ...noObjects]) {
      expect(isIterable(value)).to.equal(false);
    }
  });
});

describe('A stream that is gone', () => {
  it('is destroyed, and has said all that it will', async () => {
    const stream = new Readable();
    expect(isGone(stream)).to.equal(false);
    expect(isGone(stream.destroy())).to.equal(true);
    const other = new streamx.Readable();
    other.destroy();
    expect(isGone(other), 'its error is yet to come').to.equal(false);
    await once(other, 'close');
    expect(isGone(other)).to.equal(true);
    expect(isGone(new EventEmitter())).to.equal(false);
  });
});

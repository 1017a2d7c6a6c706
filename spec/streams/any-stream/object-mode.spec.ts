/** Whether a stream carries objects. */
import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';

import { expect } from 'chai';
import * as streamx from 'streamx';

import {
  givesAsIs,
  takesObjects,
  type AnyReadable,
  type AnyWritable,
} from '../../../lib/streams/any-stream/index.js';
import { objectSinks, objectSources } from '../../support/object-kinds.js';
import { Minipass } from '../../support/older-libraries.js';
import { duplexKinds } from '../../support/duplex-kinds.js';

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

import { EventEmitter, once } from 'node:events';
import * as core from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { InvalidArgTypeError, ReadableProducer } from '../../../lib/index.js';
import type { ReadableLike } from '../../../lib/index.js';
import {
  Minipass,
  readableStreams,
  through2,
  type StreamLibrary,
} from '../../support/older-libraries.js';
import { RecordingConsumer } from '../../support/recording-consumer.js';

/** A stream that was told `encoding`, and was given `data` in pieces that cut through characters. */
type Make = (encoding: BufferEncoding, data: Buffer) => ReadableLike;

function pieces(data: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(data.length / 37) }, (_, i) =>
    data.subarray(i * 37, (i + 1) * 37),
  );
}

function filled<S extends core.Writable>(stream: S, data: Buffer): S {
  for (const piece of pieces(data)) stream.write(piece);
  stream.end();
  return stream;
}

const passThrough =
  ({ PassThrough }: Pick<StreamLibrary, 'PassThrough'>): Make =>
  (encoding, data) =>
    filled(new PassThrough().setEncoding(encoding), data);

const kinds: Record<string, Make> = {
  'node:stream': passThrough(core),
  'node:stream, in object mode': (encoding, data) =>
    core.Readable.from(pieces(data)).setEncoding(encoding),
  'node:stream, still being written': (encoding, data) => {
    const stream = new core.PassThrough({ highWaterMark: 1 });
    core.Readable.from(pieces(data)).pipe(stream.setEncoding(encoding));
    return stream;
  },
  'readable-stream 4': passThrough(rs as unknown as StreamLibrary),
  'node:stream, told after all data': (encoding, data) => {
    const stream = new core.Readable({ read() {} });
    for (const piece of pieces(data)) stream.push(piece);
    stream.push(null);
    return stream.setEncoding(encoding);
  },
  ...Object.fromEntries(
    Object.entries(readableStreams).map(([name, { PassThrough }]) => [
      `${name}, told after all data`,
      (encoding: BufferEncoding, data: Buffer) =>
        filled(new PassThrough({ highWaterMark: 1e6 }), data).setEncoding(encoding),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(readableStreams).map(([name, library]) => [name, passThrough(library)]),
  ),
  ...Object.fromEntries(
    Object.entries(through2).map(([name, through]) => [
      name,
      (encoding: BufferEncoding, data: Buffer) => {
        const stream = through();
        stream._transform = (chunk, _encoding, done) => done(null, chunk);
        stream.setEncoding(encoding);
        return filled(stream, data);
      },
    ]),
  ),
  streamx: (encoding, data) => {
    const stream = new streamx.Readable();
    (stream as unknown as core.Readable).setEncoding(encoding);
    for (const piece of pieces(data)) stream.push(piece);
    stream.push(null);
    return stream;
  },
  minipass: (encoding, data) => filled(new Minipass({ encoding }), data),
};

/** Transfers `stream`. @returns the bytes that arrive, and the error of the transfer, if it failed. */
async function transfer(stream: ReadableLike): Promise<{ got: Buffer; error: unknown }> {
  const consumer = new RecordingConsumer();
  let error: unknown;
  await new ReadableProducer(stream).startProducing(consumer).catch((reason: unknown) => {
    error = reason;
  });
  return { got: consumer.received, error };
}

const anyBytes = Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 7 + 0xe9) & 255));
const text = Buffer.from('naïve — 日本語 🙂 '.repeat(40));
const units = Buffer.from('naïve — 日本語 🙂 '.repeat(40), 'utf16le');

const encodings = ['latin1', 'binary', 'hex', 'base64', 'base64url', 'utf8', 'utf16le', 'ucs2'];
const cannotTell = /^streamx|told after/;

describe('Data of which setEncoding made strings', () => {
  for (const [name, make] of Object.entries(kinds)) {
    describe(name, () => {
      for (const encoding of [...encodings, 'ascii'] as BufferEncoding[]) {
        for (const [what, data] of Object.entries({ anyBytes, text, units })) {
          it(`${encoding}: arrives unchanged, or is refused (${what})`, async function () {
            let stream: ReadableLike;
            try {
              stream = make(encoding, data);
            } catch {
              return this.skip(); // That library does not know it.
            }
            const { got, error } = await transfer(stream);
            expect(data.subarray(0, got.length).equals(got), 'never other bytes').to.equal(true);
            if (error === undefined) expect(got).to.have.lengthOf(data.length);
            else expect(error).to.be.instanceOf(InvalidArgTypeError);
          });
        }
      }

      if (!cannotTell.test(name)) {
        it('is turned back with the encoding that made it', async () => {
          for (const encoding of ['hex', 'base64', 'utf8'] as const) {
            const { got, error } = await transfer(make(encoding, text));
            expect(error, encoding).to.equal(undefined);
            expect(got.equals(text), encoding).to.equal(true);
          }
        });
      }
    });
  }

  it('is refused where bytes were not text, or half a unit is missing', async () => {
    const whole = units.subarray(0, -1);
    for (const name of ['node:stream, in object mode', 'node:stream', 'readable-stream 3']) {
      const { error } = await transfer(kinds[name]!('utf16le', whole));
      expect(error, name)
        .to.be.instanceOf(InvalidArgTypeError)
        .with.property('message')
        .that.includes('UTF-16');
    }
    const { error } = await transfer(kinds['node:stream']!('utf8', anyBytes));
    expect(error)
      .to.be.instanceOf(InvalidArgTypeError)
      .with.property('message')
      .that.includes('may have lost some');
  });

  /** Two bytes, and then `rest`, before which a `stream` of `library` is told UTF-16. */
  async function toldMeanwhile(library: Pick<StreamLibrary, 'PassThrough'>, rest: Buffer[]) {
    const stream = new library.PassThrough();
    const transferred = transfer(stream);
    const begun = once(stream, 'data');
    stream.write(units.subarray(0, 2));
    await begun;
    stream.setEncoding('utf16le');
    for (const piece of rest) stream.write(piece);
    stream.end();
    return transferred;
  }

  for (const [name, library] of [
    ['node:stream', core],
    ...Object.entries(readableStreams),
  ] as const) {
    if (name === 'readable-stream 1') continue; // It garbles them.
    it(`is refused where half a unit is missing, also if it was told meanwhile (${name})`, async () => {
      for (const length of [3, 5, 7]) {
        const rest = [...units.subarray(2, length)].map((byte) => Buffer.of(byte));
        const { error } = await toldMeanwhile(library, rest);
        expect(error, String(length))
          .to.be.instanceOf(InvalidArgTypeError)
          .with.property('message')
          .that.includes('UTF-16');
      }
      const { got, error } = await toldMeanwhile(library, [
        units.subarray(2, 9),
        units.subarray(9, 20),
      ]);
      expect(error).to.equal(undefined);
      expect(got.equals(units.subarray(0, 20))).to.equal(true);
    });
  }

  it('of half a unit alone does not fail a transfer that comes after the end', async () => {
    const stream = core.Readable.from([Buffer.of(1)], { objectMode: false }).setEncoding('utf16le');
    await once(stream.resume(), 'end');
    expect((await transfer(stream)).error).to.equal(undefined);
  });

  it('is not missing from a stream that was told UTF-16, and ends without data', async () => {
    const stream = new core.PassThrough().setEncoding('utf16le');
    const transferred = transfer(stream);
    stream.end();
    expect((await transferred).error).to.equal(undefined);
  });

  it('may come as any number of strings', async () => {
    const chunks = Array.from({ length: 20_000 }, () => Buffer.from('a', 'utf16le'));
    const stream = core.Readable.from(chunks).setEncoding('utf16le');
    const { got, error } = await transfer(stream);
    expect([got.length, error]).to.deep.equal([40_000, undefined]);
  });

  it('is refused of streamx, which cannot tell', async () => {
    const { got, error } = await transfer(kinds['streamx']!('utf8', text));
    expect(got).to.have.lengthOf(0);
    expect(error)
      .to.be.instanceOf(InvalidArgTypeError)
      .with.property('message')
      .that.includes('nothing can tell');
  });
});

describe('Strings that were never bytes', () => {
  it('are UTF-8, of an old stream that knows no encoding', async () => {
    const stream = Object.assign(new EventEmitter(), {
      readable: true,
      pause() {},
      resume() {
        setImmediate(() => {
          stream.emit('data', 'naïve');
          stream.emit('end');
        });
      },
    });
    const { got, error } = await transfer(stream);
    expect(error).to.equal(undefined);
    expect(got.toString()).to.equal('naïve');
  });

  it('are UTF-8, of a streamx stream that was told no encoding', async () => {
    const stream = new streamx.Readable();
    stream.push('naïve');
    stream.push(null);
    const { got } = await transfer(stream);
    expect(got.toString()).to.equal('naïve');
  });

  it('are refused of an old stream that could have been told one', async () => {
    const stream = Object.assign(new EventEmitter(), {
      readable: true,
      pause() {},
      resume() {},
      setEncoding() {},
      destroy() {},
    });
    const produced = transfer(stream);
    stream.emit('data', 'abc');
    const { got, error } = await produced;
    expect(got).to.have.lengthOf(0);
    expect(error).to.be.instanceOf(InvalidArgTypeError);
  });
});

/** Which bytes the strings of a stream stand for, and where nothing can tell. */
import { EventEmitter, once } from 'node:events';
import * as core from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';
import * as streamx from 'streamx';

import { bytesFrom, lossOfLastUnit, watchLastUnit } from '../../../lib/streams/any-stream/index.js';
import { isDecoded } from '../../../lib/streams/any-stream/encodings.js';
import { Minipass, readableStreams, type StreamLibrary } from '../../support/older-libraries.js';

const refused = { name: 'InvalidArgTypeError', code: 'ERR_INVALID_ARG_TYPE' };

/** The error that `bytesFrom` throws. */
function refusal(stream: object, chunk: unknown): Error {
  try {
    bytesFrom(stream, chunk);
  } catch (thrown) {
    expect(thrown).to.include(refused);
    return thrown as Error;
  }
  throw new Error(`It was taken: ${String(chunk)}`);
}

const libraries: [string, Pick<StreamLibrary, 'PassThrough'>][] = [
  ['node:stream', core],
  ['readable-stream 4', rs as unknown as StreamLibrary],
  ...Object.entries(readableStreams),
];

/** Makes a stream that was told the encoding, or none. */
type Make = (encoding?: string) => core.PassThrough;

const kinds: [string, Make][] = [
  ...libraries.map(([name, { PassThrough }]): [string, Make] => [
    name,
    (encoding) => {
      const stream = new PassThrough();
      if (encoding !== undefined) stream.setEncoding(encoding as BufferEncoding);
      return stream;
    },
  ]),
  [
    'minipass',
    (encoding) => new Minipass(encoding ? { encoding: encoding as BufferEncoding } : {}),
  ],
];
const kind = Object.fromEntries(kinds);

describe('The bytes of a chunk', () => {
  it('are the memory of the bytes that it is', () => {
    const buffer = Buffer.from('a');
    expect(bytesFrom(new core.PassThrough(), buffer)).to.equal(buffer);
    const view = new Uint8Array([1, 2, 3]).subarray(1);
    const bytes = bytesFrom(new core.PassThrough(), view);
    expect(Buffer.isBuffer(bytes)).to.equal(true);
    expect([...bytes]).to.deep.equal([2, 3]);
    expect(bytes.buffer).to.equal(view.buffer);
  });

  it('are refused of anything that is neither bytes nor a string', () => {
    for (const value of [{}, 7, null, undefined, [1]]) refusal(new core.PassThrough(), value);
  });

  for (const [name, make] of kinds) {
    it(`are what the encoding made the string of: ${name}`, () => {
      expect(isDecoded(make())).to.equal(false);
      expect(isDecoded(make('hex'))).to.equal(true);
      expect(bytesFrom(make('hex'), '00ff')).to.deep.equal(Buffer.of(0, 255));
      expect(bytesFrom(make('latin1'), 'é')).to.deep.equal(Buffer.of(0xe9));
      expect(String(bytesFrom(make('utf8'), 'é'))).to.equal('é');
    });

    it(`are refused of a string where no encoding was told: ${name}`, () => {
      expect(refusal(make(), 'text').message).to.include('told no encoding');
    });

    it(`are refused where the encoding may have lost some: ${name}`, () => {
      for (const [encoding, text] of [
        ['ascii', 'a'],
        ['utf8', 'a\ufffd'],
        ['utf-8', '\ufffda'],
      ] as const) {
        expect(refusal(make(encoding), text).message).to.include('may have lost');
      }
    });
  }

  it('are refused of ASCII and of UTF-8 also where a library keeps the name as it was told', () => {
    for (const encoding of ['ASCII', 'UTF-8', 'UTF8']) {
      const stream = kind['readable-stream 3']!(encoding);
      const { _readableState: state } = stream as unknown as { _readableState: object };
      Object.assign(state, { encoding });
      expect(refusal(stream, '\ufffd').message).to.include(`"${encoding}"`);
    }
  });

  it('are known also where the decoder is out of sight', () => {
    const stream = Object.assign(new EventEmitter(), { _readableState: { encoding: 'hex' } });
    expect(bytesFrom(stream, '00ff')).to.deep.equal(Buffer.of(0, 255));
  });

  it('are text of a library that knows no encodings, and of streamx told none', () => {
    for (const stream of [new EventEmitter(), new streamx.Readable()]) {
      expect(String(bytesFrom(stream, 'é'))).to.equal('é');
      expect(isDecoded(stream)).to.equal(false);
    }
  });

  it('are refused where nothing tells which encoding it was', () => {
    const told = new streamx.Readable();
    (told as unknown as core.Readable).setEncoding('utf8');
    const able = Object.assign(new EventEmitter(), { setEncoding() {} });
    const odd = Object.assign(new EventEmitter(), { readableEncoding: 'klingon' });
    for (const stream of [told, able, odd]) {
      expect(refusal(stream, 'a').message).to.include('nothing can tell');
    }
    expect(isDecoded(told)).to.equal(false);
  });
});

describe('Strings of UTF-16', () => {
  const names = ['utf16le', 'utf-16le', 'ucs2', 'ucs-2', 'UTF16LE', 'UCS-2'];

  it('are refused of readable-stream 1, whose decoder garbles them, and of no other', () => {
    for (const name of names) {
      const stream = kind['readable-stream 1']!(name);
      expect(refusal(stream, 'a').message, name).to.include('may have lost');
    }
    for (const library of ['node:stream', 'readable-stream 2', 'readable-stream 3']) {
      expect(bytesFrom(kind[library]!('utf16le'), 'a')).to.deep.equal(Buffer.of(97, 0));
    }
    expect(String(bytesFrom(kind['readable-stream 1']!('utf8'), 'a'))).to.equal('a');
  });

  const high = Buffer.from('🙂', 'utf16le').subarray(0, 2);
  const endings: [string, Buffer, boolean][] = [
    ['nothing', Buffer.alloc(0), false],
    ['whole units', Buffer.from('ab', 'utf16le'), false],
    ['half a unit more', Buffer.from([97, 0, 98]), true],
    ['the first half of a pair', high, false],
    ['one and a half units of a pair', Buffer.concat([high, Buffer.of(1)]), true],
  ];

  /** The loss that is known when `stream` has said `end` and all of `data` was read. */
  async function watched(stream: core.PassThrough, data: Buffer): Promise<unknown> {
    watchLastUnit(stream);
    if (data.length > 0) stream.write(data);
    stream.end();
    stream.resume();
    await once(stream, 'end');
    return lossOfLastUnit(stream);
  }

  for (const [library, make] of kinds) {
    const isBlind = ['readable-stream 1', 'minipass'].includes(library);
    // Some of them never say `end` after the half of a pair.
    for (const [what, data, isLost] of isBlind ? endings.slice(0, 3) : endings) {
      const loss = isBlind ? 'may have lost' : isLost ? 'have lost' : 'have not lost';
      it(`${loss} half a unit at the end: ${library}, ${what}`, async () => {
        for (const encoding of ['utf16le', 'ucs2']) {
          const error = await watched(make(encoding), data);
          if (isLost || isBlind) expect(error).to.include(refused);
          else expect(error).to.equal(undefined);
        }
      });
    }

    it(`are watched alone: another encoding keeps every byte, ${library}`, async () => {
      for (const encoding of ['hex', 'utf8', 'latin1', undefined]) {
        expect(await watched(make(encoding), Buffer.of(1, 2, 3))).to.equal(undefined);
      }
    });
  }

  it('are watched alone: text that never was bytes loses nothing', () => {
    expect(lossOfLastUnit(new EventEmitter())).to.equal(undefined);
  });

  it('may have lost half a unit where all came before the watch began', async () => {
    for (const [library, isKnown] of [
      ['node:stream', false],
      ['readable-stream 3', true],
    ] as const) {
      const stream = kind[library]!('utf16le');
      stream.end(Buffer.from('ab', 'utf16le'));
      await new Promise(setImmediate);
      watchLastUnit(stream);
      const error = lossOfLastUnit(stream);
      if (isKnown) expect(error, library).to.equal(undefined);
      else expect(error, library).to.include(refused);
    }
  });

  it('are given as they would be without the watch', async () => {
    const stream = kind['node:stream']!('utf16le');
    watchLastUnit(stream);
    let text = '';
    stream.on('data', (chunk: string) => (text += chunk));
    stream.write(Buffer.from('🙂', 'utf16le'));
    stream.end(high);
    await once(stream, 'end');
    expect(text).to.equal(`🙂${high.toString('utf16le')}`);
  });

  it('are ended as their stream ends them: Bun’s decoder refuses an argument that is undefined', () => {
    const ends: unknown[][] = [];
    const decoder = {
      __proto__: { lastNeed: 0 },
      end(...rest: unknown[]): string {
        ends.push(rest);
        return '';
      },
    };
    watchLastUnit({ readableEncoding: 'utf16le', _readableState: { decoder } });
    decoder.end();
    decoder.end(high);
    expect(ends).to.deep.equal([[], [high]]);
  });
});

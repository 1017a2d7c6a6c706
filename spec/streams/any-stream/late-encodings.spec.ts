/** An encoding that a stream was told when data had come already. */
import { EventEmitter, once } from 'node:events';
import * as core from 'node:stream';

import { expect } from 'chai';
import * as rs from 'readable-stream';

import { bytesFrom, lossByLateEncoding } from '../../../lib/streams/any-stream/index.js';
import { readableStreams, type StreamLibrary } from '../../support/older-libraries.js';

const libraries: [string, Pick<StreamLibrary, 'PassThrough'>][] = [
  ['node:stream', core],
  ['readable-stream 4', rs as unknown as StreamLibrary],
  ...Object.entries(readableStreams),
];

/** Those that join the bytes that came before with the strings that come later. */
const joiners = ['readable-stream 1', 'readable-stream 2'];

/** Pieces of text; the last piece of some lacks the end of its last character. */
const texts: Record<string, Buffer[]> = {
  'whole characters': [Buffer.from('naïve '), Buffer.from('日本')],
  'a character in two pieces': [Buffer.from([0x61, 0xe6]), Buffer.from([0x97, 0xa5])],
  'the beginning of a character': [Buffer.from('naïve '), Buffer.from([0xe6, 0x97])],
  'that beginning alone': [Buffer.from([0xe6, 0x97])],
};

interface Outcome {
  loss: Error | undefined;
  /** The data that the stream gave, as bytes; `null` if they are refused. */
  got: Buffer | null;
}

/** Tells a stream `encoding` before or after `pieces` have come, and reads it. */
async function outcome(
  { PassThrough }: Pick<StreamLibrary, 'PassThrough'>,
  encoding: BufferEncoding,
  pieces: Buffer[],
  { isLate, hasEnded }: { isLate: boolean; hasEnded: boolean },
): Promise<Outcome> {
  const stream = new PassThrough();
  if (!isLate) stream.setEncoding(encoding);
  for (const piece of pieces) stream.write(piece);
  if (hasEnded) stream.end();
  await new Promise(setImmediate);
  if (isLate) stream.setEncoding(encoding);
  const loss = lossByLateEncoding(stream);
  const chunks: unknown[] = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  const ended = once(stream, 'end');
  if (!hasEnded) stream.end();
  await ended;
  try {
    return { loss, got: Buffer.concat(chunks.map((chunk) => bytesFrom(stream, chunk))) };
  } catch {
    return { loss, got: null };
  }
}

describe('An encoding that a stream was told', () => {
  for (const [name, library] of libraries) {
    for (const [what, pieces] of Object.entries(texts)) {
      for (const encoding of ['utf8', 'hex', 'latin1', 'base64'] as const) {
        it(`late loses bytes, or does not, and says so: ${name}, ${what}, ${encoding}`, async () => {
          const data = Buffer.concat(pieces);
          for (const hasEnded of [false, true]) {
            const how = { isLate: true, hasEnded };
            const { loss, got } = await outcome(library, encoding, pieces, how);
            const isWhole = got?.equals(data) ?? false;
            if (loss === undefined) expect(got === null || isWhole, String(got)).to.equal(true);
            else {
              // Two libraries join bytes and strings; as UTF-8 they are the same again, by chance.
              const isByChance = joiners.includes(name) && encoding === 'utf8';
              if (!isByChance) expect(isWhole, 'nothing was lost').to.equal(false);
              expect(loss).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
            }
          }
        });

        // Its decoder never says that it has ended, if its last character has not.
        const stalls = name === 'readable-stream 1' && what !== 'whole characters';
        if (stalls) continue;
        it(`in time loses none: ${name}, ${what}, ${encoding}`, async () => {
          for (const hasEnded of [false, true]) {
            const how = { isLate: false, hasEnded };
            expect((await outcome(library, encoding, pieces, how)).loss).to.equal(undefined);
          }
        });
      }
    }

    it(`late is seen to elsewhere if it is UTF-16: ${name}`, async () => {
      if (joiners.includes(name)) return; // They lose it all.
      const half = [Buffer.from([97, 0, 98])];
      const how = { isLate: true, hasEnded: true };
      expect((await outcome(library, 'utf16le', half, how)).loss).to.equal(undefined);
    });
  }

  it('is told as lost of the two that join bytes and strings', async () => {
    for (const name of joiners) {
      const how = { isLate: true, hasEnded: false };
      const pieces = texts['whole characters']!;
      const { loss } = await outcome(Object.fromEntries(libraries)[name]!, 'hex', pieces, how);
      expect(loss, name).to.have.property('code', 'ERR_INVALID_ARG_TYPE');
    }
  });

  it('loses nothing of a stream that keeps its state to itself, or was told none', () => {
    const full = new core.PassThrough();
    full.write('bytes that wait');
    const streams = [
      full,
      new EventEmitter(),
      Object.assign(new EventEmitter(), { readableEncoding: 'hex' }),
      Object.assign(new EventEmitter(), { readableEncoding: 'hex', _readableState: null }),
      Object.assign(new EventEmitter(), {
        _readableState: { encoding: 'hex', ended: true, buffer: null },
      }),
    ];
    for (const stream of streams) expect(lossByLateEncoding(stream)).to.equal(undefined);
  });
});

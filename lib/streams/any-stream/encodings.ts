/**
 * The bytes that a stream received, if its user set an encoding and it gives strings. The strings
 * are turned back with the encoding that made them. Where nothing can tell which that was, or bytes
 * may have been lost in it, they are refused: other bytes than those that came are worse than none.
 *
 * | the stream is of                   | what tells its encoding                      |
 * | ---------------------------------- | -------------------------------------------- |
 * | `node:stream`, `readable-stream` 4 | `readableEncoding`                           |
 * | `readable-stream` 1 to 3, through2 | `_readableState.encoding`                    |
 * | minipass                           | `encoding`                                   |
 * | streamx                            | nothing; without an encoding it has no `map` |
 * | a library that we do not know      | nothing; without `setEncoding` it has none   |
 */
import { Buffer } from 'node:buffer';

import { checkedBuffer } from '../../base/bytes.js';
import { InvalidArgTypeError } from '../../base/errors.js';

/** Whether a decoder that is watched has dropped half a unit. */
const LOST = Symbol('twisted-streams.lost');

/** Decoders of `node:string_decoder`, and of the package that stands in for it. */
interface Decoder {
  /** Bytes that the last character lacks, an odd number if it has half a unit. */
  readonly lastNeed?: number;
  /** The property that the decoder of `readable-stream` 1 has in its place. */
  readonly charReceived?: number;
  [LOST]?: boolean;
  end(...rest: Buffer[]): string;
}

/** An entry of the list in which `readable-stream` 2 buffers chunks. */
interface Entry {
  readonly data?: unknown;
  readonly next?: Entry | null;
}

interface Decoding {
  readonly readableEncoding?: string | null;
  readonly encoding?: string | null;
  readonly _readableState?: {
    readonly buffer?: readonly unknown[] | { readonly head?: Entry | null } | null;
    readonly encoding?: string | null;
    readonly decoder?: Decoder | null;
    readonly ended?: boolean;
    readonly map?: unknown;
  } | null;
  setEncoding?: unknown;
}

/** Strings that were never bytes: text that the stream's maker wrote. */
const TEXT = Symbol('text');

/**
 * `chunk`, which `stream` gave, as bytes.
 *
 * @throws InvalidArgTypeError: `chunk` is neither bytes nor a string that can be turned back.
 */
export function bytesFrom(stream: object, chunk: unknown): Buffer {
  return typeof chunk === 'string' ? encoded(stream, chunk) : checkedBuffer(chunk, 'chunk');
}

function encoded(stream: object, chunk: string): Buffer {
  const encoding = encodingOf(stream);
  if (encoding === TEXT) return Buffer.from(chunk, 'utf8');
  if (encoding === null)
    refuse(chunk, 'bytes: this stream was told no encoding, and gave a string');
  if (encoding === undefined || !Buffer.isEncoding(encoding)) {
    refuse(chunk, 'bytes: nothing can tell which encoding made a string of them; set none');
  }
  if (losesBytes(encoding, chunk) || garbles(stream, encoding)) {
    refuse(chunk, `bytes: "${encoding}" may have lost some of them; set no encoding`);
  }
  watchLastUnit(stream); // It may have been told its encoding since it was opened.
  return Buffer.from(chunk, encoding);
}

function refuse(chunk: string, expected: string): never {
  throw new InvalidArgTypeError('chunk', expected, chunk);
}

/** Whether `stream` was told an encoding, so that it gives strings that were bytes. */
export function isDecoded(stream: object): boolean {
  return typeof encodingOf(stream) === 'string';
}

/**
 * The encoding of the strings that `stream` gives: `null` for none, `undefined` if nothing can
 * tell.
 */
function encodingOf(stream: Decoding): string | null | undefined | typeof TEXT {
  const { readableEncoding, _readableState: state } = stream;
  if (readableEncoding !== undefined) return readableEncoding;
  if (state?.encoding !== undefined) return state.encoding;
  if (state?.map !== undefined) return state.map === null ? TEXT : undefined;
  if (stream.encoding !== undefined) return stream.encoding;
  return stream.setEncoding === undefined ? TEXT : undefined;
}

/** Whether `text` may stand for other bytes than those that `encoding` makes of it. */
function losesBytes(encoding: BufferEncoding, text: string): boolean {
  if (/^ascii$/i.test(encoding)) return true; // It clears the eighth bit.
  // Bytes that are not text become this character.
  return /^utf-?8$/i.test(encoding) && text.includes('\ufffd');
}

/**
 * Whether `stream` has the decoder of `readable-stream` 1: UTF-16 that came in pieces becomes
 * another.
 */
function garbles({ _readableState: state }: Decoding, encoding: BufferEncoding): boolean {
  return state?.decoder?.charReceived !== undefined && isUTF16(encoding);
}

function isUTF16(encoding: string | symbol | null | undefined): encoding is string {
  return typeof encoding === 'string' && /^(utf-?16|ucs-?2)/i.test(encoding);
}

/**
 * Watches the decoder of `stream`: at the end of the data it drops half a unit of UTF-16 without a
 * word, and Node's own has then forgotten it.
 */
export function watchLastUnit(stream: object): void {
  const { decoder, ended } = (stream as Decoding)._readableState ?? {};
  if (decoder?.lastNeed === undefined || decoder[LOST] !== undefined || ended) return;
  decoder[LOST] = false;
  const end = decoder.end.bind(decoder);
  decoder.end = (...rest) => {
    decoder[LOST] = isHalf(decoder);
    return end(...rest); // Bun's refuses an `undefined`.
  };
}

/**
 * Asked when all data of `stream` has come.
 *
 * @returns an error if its decoder has dropped half a unit, or may have: it was not watched.
 */
export function lossOfLastUnit(stream: object): Error | undefined {
  const encoding = encodingOf(stream);
  if (!isUTF16(encoding)) return undefined;
  const { decoder } = (stream as Decoding)._readableState ?? {};
  // The one of the package `string_decoder` still knows it.
  const isKnown = decoder && Object.hasOwn(decoder, 'lastNeed');
  if (isKnown ? !isHalf(decoder) : decoder?.[LOST] === false) return undefined;
  return new InvalidArgTypeError(
    'encoding',
    'one that keeps every byte: half a unit of UTF-16 may have been lost',
    encoding,
  );
}

function isHalf({ lastNeed = 0 }: Decoder): boolean {
  return lastNeed % 2 === 1;
}

/**
 * Whether bytes were lost because `stream` was told its encoding late. `readable-stream` 1 and 2
 * join bytes that they have buffered already with the strings that come later. If all has come
 * already, the beginning of a character that has no end is never given (Node 24 gives it).
 *
 * @returns an error if so.
 */
export function lossByLateEncoding(stream: object): Error | undefined {
  const encoding = encodingOf(stream);
  if (typeof encoding !== 'string') return undefined;
  const { buffer, decoder, ended } = (stream as Decoding)._readableState ?? {};
  const chunks = chunksOf(buffer);
  const isMixed = chunks.some((chunk) => ArrayBuffer.isView(chunk));
  // Half a unit of UTF-16 is seen to by `watchLastUnit`.
  const isCut = ended && !isUTF16(encoding) && holdsMore(decoder, chunks.at(-1));
  if (!isMixed && !isCut) return undefined;
  const expected = 'one that was set before the data came: some of them are lost now';
  return new InvalidArgTypeError('encoding', expected, encoding);
}

function chunksOf(buffer: NonNullable<Decoding['_readableState']>['buffer']): unknown[] {
  if (Array.isArray(buffer)) return buffer;
  const chunks: unknown[] = [];
  let entry = (buffer as { readonly head?: Entry | null } | undefined)?.head;
  for (; entry; entry = entry.next) chunks.push(entry.data);
  return chunks;
}

/** Whether `decoder`, all of whose bytes have come, was not asked for the last ones. */
function holdsMore(decoder: Decoder | null | undefined, lastChunk: unknown): boolean {
  if (!decoder?.lastNeed) return false;
  // Node's own forgets them when it is asked; the one of the package still knows, and says the same
  // again.
  return !Object.hasOwn(decoder, 'lastNeed') || decoder.end() !== lastChunk;
}

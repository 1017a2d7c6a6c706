import { InvalidArgTypeError } from '../../base/errors.js';
import { areFunctions, membersOf } from '../../base/members.js';
import { readableToWeb, type ReadableForWeb } from './readable-to-web.js';
import type { WebPair } from './web-support.js';
import { writableToWeb, type WritableForWeb } from './writable-to-web.js';

/**
 * A Node stream of bytes as its WHATWG counterpart: any of ours, or anyone's.
 *
 * Node's own `toWeb` takes our streams too, but its `WritableStream` counts chunks where it should
 * count bytes (so that 16384 chunks of any size wait before it is full) and can't be aborted while
 * a write is held, and neither half of its pair ends before the other has. The `toWeb` of
 * `readable-stream` throws. Twisted has no such streams.
 *
 * Each half waits for the other end, and buffers at most one `highWaterMark` and one chunk more.
 * Cancelling or aborting it destroys the Node stream; a Node stream that fails, or closes before
 * its end, fails it.
 *
 * @param stream - The stream. From now on, use it only through the returned one.
 * @returns a pair for a duplex, else a `WritableStream` or a `ReadableStream`.
 * @throws InvalidArgTypeError: `stream` is not a Node stream that can be destroyed.
 *
 * @example
 * ```ts
 * const readable = new ProducerReadable();
 * const sent = new FileSender().beginFileTransfer(file, readable);
 * sent.catch(() => {}); // The stream fails with the same error.
 * return new Response(toWeb(readable));
 * ```
 */
export function toWeb(stream: ReadableForWeb & WritableForWeb): WebPair;
/** The same for a stream that is written to: a WHATWG `WritableStream`. */
export function toWeb(stream: WritableForWeb): WritableStream<Uint8Array>;
/** The same for a stream that is read from: a WHATWG `ReadableStream`. */
export function toWeb(stream: ReadableForWeb): ReadableStream<Uint8Array>;
export function toWeb(
  stream: unknown,
): WebPair | WritableStream<Uint8Array> | ReadableStream<Uint8Array> {
  const writes = isWritable(stream);
  if (isReadable(stream)) {
    const readable = readableToWeb(stream);
    return writes ? { readable, writable: writableToWeb(stream) } : readable;
  }
  if (writes) return writableToWeb(stream);
  throw new InvalidArgTypeError('stream', 'a Node stream that can be destroyed', stream);
}

function isReadable(stream: unknown): stream is ReadableForWeb {
  // Only `read` distinguishes it from a bare writable, because some of those have the other
  // members.
  const { on, destroy, read, pause, resume } = membersOf(stream);
  return areFunctions(on, destroy, read, pause, resume);
}

function isWritable(stream: unknown): stream is WritableForWeb {
  const { on, destroy, write, end } = membersOf(stream);
  return areFunctions(on, destroy, write, end);
}

/**
 * WHATWG streams as Node streams, for the adapters that take either. Node's own `fromWeb` refuses
 * every implementation but its own, and waits for ever when it is destroyed during a write.
 */
import { Duplex, Writable } from '#stream';

import { InvalidStateError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { assertBytes, asBuffer } from '../../base/bytes.js';
import { asError } from '../../base/as-error.js';
import { areFunctions, membersOf } from '../../base/members.js';
import { isWebReadable, type WebReadableLike, type WriteCallback } from '../any-stream/index.js';
import { smallUnitsLeft } from '../../base/turn.js';
import { nextTick, setImmediate } from '../../base/timers.js';

/** A WHATWG `WritableStream` of bytes, of this platform or a polyfill. */
export interface WebWritableLike {
  /** Whether a writer has it already. */
  readonly locked: boolean;
  /** Locks it for one writer. */
  getWriter(): WebWriterLike;
}

/** The writer of a {@link WebWritableLike}. */
export interface WebWriterLike {
  /** Resolves when the stream is closed, rejects when it fails. */
  readonly closed: Promise<unknown>;
  /** Takes bytes; resolves when they are written. */
  write(chunk: unknown): Promise<unknown>;
  /** Nothing is written after this; resolves when everything is written. */
  close(): Promise<unknown>;
  /** Drops the chunks that are not written yet. */
  abort(reason?: unknown): Promise<unknown>;
}

/**
 * A readable and a writable WHATWG stream, as a `TransformStream` or a `WebSocketStream` has them.
 */
export interface WebPairLike {
  /** The chunks from the other end. */
  readonly readable: WebReadableLike;
  /** The chunks to the other end. */
  readonly writable: WebWritableLike;
}

/** Whether `value` is a WHATWG `WritableStream`. */
export function isWebWritable(value: unknown): value is WebWritableLike {
  const { getWriter } = membersOf(value);
  return areFunctions(getWriter);
}

/** Whether `value` is a pair of WHATWG streams. */
export function isWebPair(value: unknown): value is WebPairLike {
  const { readable, writable } = membersOf(value);
  return isWebReadable(readable) && isWebWritable(writable);
}

/**
 * A `WritableStream` as a Node writable. It hands on one chunk at a time, each when the last one
 * was taken; chunks that wait are in the Node stream's buffer and count there.
 *
 * @param stream - Locked from now on.
 * @throws InvalidStateError: `stream` is locked; nothing has changed.
 */
export function fromWebWritable(stream: WebWritableLike): Writable {
  assertUnlocked(stream);
  return new WebWritable(stream);
}

/**
 * A readable and a writable WHATWG stream as a Node duplex. The end of one half is not that of the
 * other; the failure of either is.
 *
 * @param pair - Both locked from now on.
 * @throws InvalidStateError: one of them is locked; nothing has changed.
 */
export function fromWebPair(pair: WebPairLike): Duplex {
  assertUnlocked(pair.readable);
  assertUnlocked(pair.writable);
  return new WebDuplex(pair);
}

function assertUnlocked(stream: { readonly locked: boolean }): void {
  if (stream.locked) throw new InvalidStateError('The stream is locked: other code uses it');
}

/** The writable half of a Node stream, over a WHATWG writer. */
class WriterHalf {
  constructor(
    private readonly writer: WebWriterLike,
    destroy: (error: Error) => void,
  ) {
    writer.closed.catch((reason: unknown) => destroy(asError(reason)));
  }

  write(chunk: Buffer, callback: WriteCallback): void {
    // A plain `Uint8Array`: the `slice` and `toString` of a `Buffer` are different.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    // Without waiting for `ready`, which a stream whose `highWaterMark` is 0 never is.
    settle(this.writer.write(bytes), callback);
  }

  end(callback: WriteCallback): void {
    settle(this.writer.close(), callback);
  }

  /**
   * Not waited for: it waits for the write, or close, that is under way, which may never be done.
   * On a stream that is closed it does nothing.
   */
  abort(error: Error | null): void {
    reportUnlessSame(this.writer.abort(error ?? undefined), error, 'aborted');
  }
}

function settle(promise: Promise<unknown>, callback: WriteCallback): void {
  promise.then(
    () => later(callback),
    (reason: unknown) => later(() => callback(asError(reason))),
  );
}

/**
 * Calls `callback` outside of a promise, which would take an error that a listener throws for a
 * failure of its own. Now and then it lets the event loop turn first: streams in memory would never
 * let it.
 */
function later(callback: () => void): void {
  if (smallUnitsLeft() > 0) nextTick(callback);
  else setImmediate(callback);
}

/** Makes sure that an error that occurs while `error` is passed on is reported, but only once. */
function reportUnlessSame(promise: Promise<unknown>, error: Error | null, what: string): void {
  promise.catch((reason: unknown) => {
    if (reason !== error && reason !== error?.cause) {
      log.err(reason, `A WHATWG stream failed when it was ${what}`);
    }
  });
}

class WebWritable extends Writable {
  private readonly half: WriterHalf;

  constructor(stream: WebWritableLike) {
    super();
    this.half = new WriterHalf(stream.getWriter(), (error) => this.destroy(error));
  }

  override _write(chunk: Buffer, _encoding: string, callback: WriteCallback): void {
    this.half.write(chunk, callback);
  }

  override _final(callback: WriteCallback): void {
    this.half.end(callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.half.abort(error);
    callback(error);
  }
}

class WebDuplex extends Duplex {
  private readonly half: WriterHalf;
  private readonly reader: ReturnType<WebReadableLike['getReader']>;

  constructor(pair: WebPairLike) {
    super();
    this.reader = pair.readable.getReader();
    this.half = new WriterHalf(pair.writable.getWriter(), (error) => this.destroy(error));
  }

  override _read(): void {
    this.reader.read().then(
      ({ done, value }) => later(() => this.received(done, value)),
      (reason: unknown) => this.destroy(asError(reason)),
    );
  }

  private received(done: boolean, value: unknown): void {
    if (this.destroyed) return;
    if (done) {
      this.push(null);
      return;
    }
    try {
      assertBytes(value, 'chunk');
      this.push(asBuffer(value));
    } catch (thrown) {
      this.destroy(asError(thrown));
    }
  }

  override _write(chunk: Buffer, _encoding: string, callback: WriteCallback): void {
    this.half.write(chunk, callback);
  }

  override _final(callback: WriteCallback): void {
    this.half.end(callback);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.half.abort(error);
    // Does nothing if it was read to its end.
    reportUnlessSame(this.reader.cancel(error ?? undefined), error, 'cancelled');
    callback(error);
  }
}

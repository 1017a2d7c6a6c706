/**
 * The half of a stream's reactor that writes: hands chunks to the stream, knows why it gets none
 * now, and ends it.
 *
 * The half of the stream, as `WriteHalf` has it:
 *
 * ```text
 *   open ──end()──▶ ending ──`finish`──▶ delivered
 *   gone            (other code ended it before we came)
 * ```
 */
import type { Buffer } from 'node:buffer';

import { asError } from '../../base/as-error.js';
import { NOTHING } from '../../base/bytes.js';
import { Latch } from '../../base/latch.js';
import { setImmediate } from '../../base/timers.js';
import {
  type AnyWritable,
  destroyStream,
  type Event,
  isBeingDestroyed,
  isFront,
  isResettable,
  isTLS,
  isWriteEnded,
  lengthOf,
  mayYetTellWhy,
  needsDrain,
  refusesWrites,
  sendsTogether,
  takesWrites,
  type WriteCallback,
  type WriteHalf,
} from '../any-stream/index.js';

/** Why the stream gets nothing now. */
export const enum Why {
  /** It has enough, until it says `drain`. */
  full = 1,
  /**
   * It is about to be wrapped in TLS: until `move`, only the bytes given to `send` are written to
   * it.
   */
  moving = 2,
  /** Its connection was aborted: it gets nothing any more. */
  dropped = 4,
  /** The connection is over: we have stopped listening to it. */
  over = 8,
  /** `send` is at work, and has more for it before anything else; or its `end` is called. */
  sending = 16,
}

export abstract class StreamWriter {
  protected readonly latch = new Latch<Why>();
  /** Whether the descriptor wants `doWrite`. */
  protected wanted = false;
  /** Whether the stream has told that its buffer is empty. */
  protected isEmptied = true;
  declare private half: WriteHalf; // Declared only: the constructor sets it.
  /** Given by `end`. */
  declare private onFinished: () => undefined;
  declare private onWritten?: WriteCallback;

  /** @param stream - The stream to write to. */
  constructor(public stream: AnyWritable) {
    this.half = isWriteEnded(stream) ? 'gone' : 'open';
  }

  /** Asks for a turn to write. */
  abstract addWriter(): void;
  /** `drain`: the stream has emptied its buffer. */
  abstract drained(): void;
  /** Tells the descriptor that its connection is over. */
  abstract lose(reason: Error): void;
  /** Tells the descriptor that its connection is over, if it is after `event`. */
  abstract settle(event: Event): void;
  /** Why the connection is over after `event`; `undefined` if it is not. */
  protected abstract endingAfter(event: Event, cause?: unknown): Error | undefined;

  /** How the half that is written stands. */
  get writeHalf(): WriteHalf {
    return this.half;
  }

  /** Hands the stream nothing of its own accord until `move`. */
  beginMoving(): void {
    this.latch.hold(Why.moving);
  }

  /** Whether nothing goes to the stream until `move`. */
  get isMoving(): boolean {
    return this.latch.isHeldBy(Why.moving);
  }

  /** Stops writing to the stream, also the bytes that `send` was given and has not sent. */
  drop(): void {
    this.latch.hold(Why.dropped);
    this.wanted = false;
  }

  /** Whether nothing goes to the stream any more. */
  get isDropped(): boolean {
    return this.latch.isHeldBy(Why.dropped);
  }

  /** Whether writes must be buffered: usually until `drain`. */
  get isBlocked(): boolean {
    return this.latch.isHeldBy(Why.full | Why.moving);
  }

  /** Whether the stream may get more now. */
  get isFree(): boolean {
    return this.latch.isFree;
  }

  /**
   * Hands `chunks` to the stream.
   *
   * @param reportEmpty - Ask for a callback, where the stream's own `drain` would come too seldom.
   * @returns an error if the stream can't take them.
   */
  send(chunks: readonly unknown[], reportEmpty: boolean): Error | undefined {
    const { latch, stream } = this;
    const together = chunks.length > 1 && sendsTogether(stream);
    this.isEmptied = false;
    latch.hold(Why.sending);
    try {
      const error = together
        ? this.sendCorked(chunks, reportEmpty)
        : this.sendEach(chunks, reportEmpty);
      if (error !== undefined) return error;
    } catch (thrown) {
      return this.failure(thrown);
    } finally {
      latch.release(Why.sending);
    }
    if (lengthOf(stream) === 0) {
      this.isEmptied = true;
      // A corked stream says that it is full of bytes that then leave at once. If it has failed, its
      // `error` is yet to come.
      if (together && takesWrites(stream) && !stream.errored) latch.release(Why.full);
    }
    return undefined;
  }

  /** As `sendEach`, so that all leave with one call. */
  private sendCorked(chunks: readonly unknown[], reportEmpty: boolean): Error | undefined {
    const { stream } = this;
    stream.cork?.();
    try {
      return this.sendEach(chunks, reportEmpty);
    } finally {
      stream.uncork?.();
    }
  }

  private sendEach(chunks: readonly unknown[], reportEmpty: boolean): Error | undefined {
    for (const chunk of chunks) {
      const error = this.isDropped ? undefined : this.sendChunk(chunk, reportEmpty);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  private sendChunk(chunk: unknown, reportEmpty: boolean): Error | undefined {
    const { latch, stream } = this;
    if (refusesWrites(stream)) return this.refusal();
    latch.hold(Why.full); // Before the call, so that a `drain` from inside it is heard.
    if (isBeingDestroyed(stream)) return undefined; // Its `error` and `close` are yet to come.
    const answer: unknown = reportEmpty
      ? stream.write(chunk, this.emptyReporter())
      : stream.write(chunk);
    if (!needsDrain(stream, answer) && !(reportEmpty && lengthOf(stream) !== 0)) {
      latch.release(Why.full);
    } else {
      this.noticeDestroyed();
    }
    return undefined;
  }

  /** Why the stream takes no more, if something is to be written. */
  private refusal(): Error | undefined {
    if (!mayYetTellWhy(this.stream)) return this.endingAfter('refused');
    this.latch.hold(Why.full);
    setImmediate(() => this.settle('refused'));
    return undefined;
  }

  /**
   * A stream without `emitClose` that is destroyed while it is full says nothing more, so it is
   * asked when it is to be written to, and when a write has filled it: that may have destroyed it.
   */
  protected noticeDestroyed(): void {
    if (this.half !== 'open' || this.stream.destroyed !== true) return;
    setImmediate(() => this.settle('refused'));
  }

  /** Ends the connection when the stream's own methods throw. */
  private failure(thrown: unknown): Error {
    return this.endingAfter('error', thrown) ?? asError(thrown);
  }

  /** Whether the stream is there, and would take a chunk at once. */
  get isReady(): boolean {
    return this.latch.isFree && takesWrites(this.stream);
  }

  /**
   * Hands `chunk` to a stream that is ready. As `sendChunk`, with fewer checks.
   *
   * @returns whether the stream then has less than `limit` bytes, and is ready for more.
   */
  sendAtOnce(chunk: Buffer, limit: number): boolean {
    const { latch, stream } = this;
    latch.hold(Why.full); // As above.
    this.isEmptied = false;
    let length: number | undefined;
    try {
      const answer: unknown = stream.write(chunk);
      length = lengthOf(stream);
      // One that has emptied its buffer has room, and need not be asked: that takes longer.
      if (length === 0 ? answer !== false : !needsDrain(stream, answer)) latch.release(Why.full);
      else this.noticeDestroyed();
    } catch (thrown) {
      this.lose(this.failure(thrown));
      return false;
    }
    if (this.wanted) this.addWriter(); // For bytes that were written from inside that write.
    if (length === 0) this.isEmptied = true;
    return latch.isFree && (length ?? 0) < limit;
  }

  private emptyReporter(): WriteCallback {
    return (this.onWritten ??= (error) => {
      if (!error && lengthOf(this.stream) === 0) this.drained();
    });
  }

  /**
   * Ends the stream; its `finish` then calls `onFinished`.
   *
   * @returns an error if the stream can't be ended.
   */
  end(onFinished: () => undefined): Error | undefined {
    const { half, stream } = this;
    if (half === 'ending' || half === 'delivered') return undefined;
    // Other code has ended it, and there is nothing more to write; or it has failed, as by a reset.
    if (refusesWrites(stream)) {
      if (stream.errored) return this.endingAfter('error');
      if (!mayYetTellWhy(stream)) return this.endingAfter('close');
      this.latch.hold(Why.full);
      this.settle('close');
      return undefined;
    }
    this.half = 'ending';
    this.onFinished = onFinished;
    // HTTP/2 closes a stream whose other half has ended with its last frame, and never says
    // `finish`. Nothing tells how much of that frame it had taken, so the end gets a frame of its
    // own.
    if (isResettable(stream) && lengthOf(stream) !== 0 && !isFront(stream)) {
      try {
        stream.write(NOTHING, () => this.endLater());
      } catch (thrown) {
        return this.failure(thrown);
      }
      return undefined;
    }
    if (!isTLS(stream)) return this.endNow();
    // An end from inside the callbacks of the handshake lacks TLS's last word (`close_notify`), so
    // the other end could not tell it from a cut. OpenSSL sends none before it has left them.
    setImmediate(() => this.endLater());
    return undefined;
  }

  private endLater(): void {
    const error = this.endNow();
    if (error !== undefined) this.lose(error);
  }

  private endNow(): Error | undefined {
    const { stream } = this;
    if (stream.destroyed === true) return undefined; // Its `close` is yet to come.
    if (lengthOf(stream) === 0) this.isEmptied = true;
    this.latch.hold(Why.sending);
    try {
      stream.end();
    } catch (thrown) {
      return this.failure(thrown);
    } finally {
      this.latch.release(Why.sending);
    }
    return undefined;
  }

  /** Ends the stream after `chunks`, when no descriptor is left that could be told. */
  finish(chunks: readonly unknown[]): void {
    if (this.half !== 'open' || refusesWrites(this.stream)) return;
    const error = this.send(chunks, false) ?? this.end(() => undefined);
    if (error !== undefined) destroyStream(this.stream, error);
  }

  /**
   * All that was handed to the stream has left it: only while the half is `ending`.
   *
   * @returns the function to call now.
   */
  protected delivered(): () => undefined {
    this.half = 'delivered';
    return this.onFinished;
  }
}

/**
 * The reactor of one stream: turns the stream's events into the calls that Twisted's reactor makes,
 * so that a `FileDescriptor` needs to know nothing of streams.
 */
import { cleanClose } from '../twisted/clean-close.js';
import { ConnectionLost } from '../twisted/errors.js';
import type {
  IHalfCloseableDescriptor,
  IReactorFDSet,
  IReadWriteDescriptor,
} from '../twisted/interfaces.js';
import { log } from '../twisted/log.js';
import { asError } from './as-error.js';
import {
  closedAfterDelivery,
  isBeingDestroyed,
  isBusy,
  sendsTogether,
  type AnyWritable,
} from './capabilities.js';
import { PrematureCloseError } from './errors.js';
import { destroyStream } from './release-stream.js';
import {
  addStreamListener,
  removeStreamListener,
  type Input,
  type StreamListener,
} from './stream-listeners.js';
import { othersWait, spendTurn, waitForTurn } from './turn.js';

/**
 * Writes that one stream makes before it is the turn of another that waits. With 2 or with 6 a
 * hundred connections carry little more than half as much (`npm run bench -- connections-100`).
 */
const SHARE = 4;

/** What a reactor drives. */
export type Descriptor = IReadWriteDescriptor & IHalfCloseableDescriptor;

export class StreamReactor implements IReactorFDSet, StreamListener {
  /** Reads the stream, where the descriptor does. */
  input: Input | undefined;

  /** The reactor of another adapter on the same stream. */
  next: StreamListener | null = null;

  private descriptor!: Descriptor;

  /** Whether the descriptor wants `doWrite`. */
  private wanted = false;
  /** Whether `run` is on its way, or running. */
  private scheduled = false;
  /** Whether the stream has enough, until `drain`. */
  private busy = false;
  /** Whether it is to get nothing, whatever it says. */
  private held = false;
  /** Whether we ended the stream. */
  private ended = false;
  private over = false;
  private onFinished: (() => undefined) | undefined;
  declare private onWritten?: () => void;

  /** @param stream - What is driven. */
  constructor(public stream: AnyWritable) {}

  /** Drives `descriptor` from now on. */
  attach(descriptor: Descriptor): void {
    this.descriptor = descriptor;
    addStreamListener(this);
  }

  /** Hands the stream nothing more until `move`. */
  hold(): void {
    this.busy = this.held = true;
  }

  /** Drives the descriptor from `stream` now, into which the stream that it had was wrapped. */
  move(stream: AnyWritable): void {
    removeStreamListener(this);
    this.stream = stream;
    this.busy = this.held = false;
    addStreamListener(this);
    if (this.wanted) this.addWriter();
  }

  /** Hears no more of the stream; a guard on `error` stays, because the stream outlives us. */
  detach(): void {
    if (this.over) return;
    this.over = true;
    this.wanted = false;
    removeStreamListener(this);
  }

  addWriter(): void {
    this.wanted = true;
    if (this.scheduled || this.busy || this.over) return;
    this.scheduled = true;
    // Late enough to gather what this turn writes, early enough that a lone write isn't held up.
    process.nextTick(run, this);
  }

  removeWriter(): void {
    this.wanted = false;
  }

  addReader(): void {
    if (!this.over) this.input?.start();
  }

  removeReader(): void {
    if (!this.over) this.input?.stop();
  }

  /** Whether the stream has enough, so that what comes is to be held until `drain`. */
  get isBusy(): boolean {
    return this.busy;
  }

  /** Whether all that was handed to a stream that we ended has yet to leave it. */
  get isEnding(): boolean {
    return this.ended && this.onFinished !== undefined;
  }

  /**
   * Calls `doWrite` as long as it is wanted and the stream takes more.
   *
   * @param isOurTurn - Whether this has waited for its turn, which is good for one write at least.
   */
  run(isOurTurn = false): void {
    for (let made = 0; this.wanted && !this.busy && !this.over; made++) {
      const isEnough = !spendTurn() || (made >= SHARE && othersWait());
      if (isEnough && !(isOurTurn && made === 0)) {
        waitForTurn(this);
        return;
      }
      this.call(doWrite);
    }
    this.scheduled = false;
  }

  /**
   * Calls the descriptor from the event loop: an error that it returns or throws ends the
   * connection. What was thrown is also logged, as in Twisted: it is somebody's bug.
   */
  call(event: (descriptor: Descriptor) => Error | undefined): void {
    let why: Error | undefined;
    try {
      why = event(this.descriptor);
    } catch (thrown) {
      log.err(thrown, 'A callback threw; its connection is lost');
      why = asError(thrown);
    }
    if (why !== undefined) this.lose(why);
  }

  /** Tells the descriptor that its connection is over. */
  lose(reason: Error): void {
    if (this.over) return;
    try {
      this.descriptor.connectionLost(reason);
    } catch (thrown) {
      log.err(thrown, 'A callback threw while its connection was lost');
    }
  }

  /**
   * Hands `chunks` to the stream.
   *
   * @param reportEmpty - Ask for a callback, where the stream's own `drain` would come too seldom.
   * @returns an error if the stream can't take them.
   */
  send(chunks: readonly Buffer[], reportEmpty: boolean): Error | undefined {
    const { stream } = this;
    const together = chunks.length > 1 && sendsTogether(stream);
    if (together) stream.cork?.();
    try {
      for (const chunk of chunks) {
        const error = this.sendChunk(chunk, reportEmpty);
        if (error !== undefined) return error;
      }
    } finally {
      if (together) stream.uncork?.();
    }
    // Corked, a stream says that it has enough of what then leaves at once.
    if (together && stream.writableLength === 0) this.busy = false;
    return undefined;
  }

  /** As `send`, for one chunk. */
  sendChunk(chunk: Buffer, reportEmpty: boolean): Error | undefined {
    const { stream } = this;
    if (refuses(stream)) return this.endOfStream();
    this.busy = true; // Before the call, so that a `drain` from inside it is heard.
    if (isBeingDestroyed(stream)) return undefined; // Its `error` and `close` are yet to come.
    try {
      const answer: unknown = reportEmpty
        ? stream.write(chunk, this.emptyReporter())
        : stream.write(chunk);
      if (!isBusy(stream, answer)) this.busy = reportEmpty && stream.writableLength !== 0;
    } catch (thrown) {
      return asError(thrown);
    }
    return undefined;
  }

  /** Whether the stream is there, and would take a chunk at once. */
  get isReady(): boolean {
    return !this.busy && !this.over && !refuses(this.stream) && !isBeingDestroyed(this.stream);
  }

  /**
   * Hands `chunk` to a stream that is ready. As `sendChunk`, with less to look after.
   *
   * @returns whether the stream then has less than `limit` bytes, and is ready for more.
   */
  sendAtOnce(chunk: Buffer, limit: number): boolean {
    const { stream } = this;
    this.busy = true;
    try {
      this.busy = isBusy(stream, stream.write(chunk));
      return !this.busy && (stream.writableLength ?? 0) < limit;
    } catch (thrown) {
      this.lose(asError(thrown));
    }
    return false;
  }

  /** Why nothing more may be handed to the stream: a late write would destroy what it still has. */
  private refusal(): Error | undefined {
    return refuses(this.stream) ? this.endOfStream() : undefined;
  }

  private emptyReporter(): () => void {
    return (this.onWritten ??= () => {
      if (this.stream.writableLength === 0) this.drained();
    });
  }

  /**
   * Ends the stream, whose `finish` then calls `onFinished`.
   *
   * @returns an error if the stream can't be ended.
   */
  end(onFinished: () => undefined): Error | undefined {
    if (this.ended) return undefined;
    const refusal = this.refusal();
    if (refusal !== undefined) return refusal;
    this.ended = true;
    this.onFinished = onFinished;
    try {
      this.stream.end();
    } catch (thrown) {
      return asError(thrown);
    }
    return undefined;
  }

  /** Ends the stream after `chunks`, with nobody left to hear of it. */
  finish(chunks: readonly Buffer[]): void {
    if (this.ended || this.refusal() !== undefined) return;
    const error = this.send(chunks, false) ?? this.end(() => undefined);
    if (error !== undefined) destroyStream(this.stream, error);
  }

  /** Why a stream that we didn't end has ended. */
  private endOfStream(): Error {
    const { aborted, errored, readableEnded } = this.stream;
    // Node ends the write half of a socket whose other end hung up cleanly.
    if (!errored && aborted !== true && readableEnded === true) return cleanClose();
    return new ConnectionLost(undefined, { cause: errored ?? new PrematureCloseError() });
  }

  /** `drain`: the stream has emptied its buffer. */
  drained(): void {
    // Another listener may have filled the stream again; then another `drain` is owed.
    if (!this.busy || this.held || this.stream.writableNeedDrain === true) return;
    this.busy = false;
    if (this.wanted && !this.scheduled) {
      this.scheduled = true;
      this.run();
    }
  }

  /** `finish`: all that was handed to the stream has left it. */
  finished(): void {
    const { onFinished } = this;
    this.onFinished = undefined;
    // An HTTP/2 stream that was reset says `finish` too.
    if (!this.ended || this.stream.aborted === true) this.lose(this.endOfStream());
    else if (onFinished !== undefined) this.call(onFinished);
  }

  /** `close`: nothing more will come of the stream. */
  closed(): void {
    // Who still reads must not take this for the end of what was sent to it.
    const cutShort = this.input?.isOpen === true;
    const delivered = this.ended && !cutShort && closedAfterDelivery(this.stream);
    this.lose(delivered ? cleanClose() : this.endOfStream());
  }

  /** `error`. Not every stream that errs closes. */
  errored(error: unknown): void {
    this.lose(new ConnectionLost(undefined, { cause: error }));
  }
}

function refuses(stream: AnyWritable): boolean {
  return stream.destroyed === true || stream.writableEnded === true;
}

function run(reactor: StreamReactor): void {
  reactor.run();
}

function doWrite(descriptor: Descriptor): Error | undefined {
  return descriptor.doWrite();
}

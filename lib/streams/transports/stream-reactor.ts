/**
 * The reactor of one stream: turns the stream's events into the calls that Twisted's reactor makes,
 * so that a `FileDescriptor` needs to know nothing of streams.
 */
import {
  cleanClose,
  ConnectionLost,
  type IHalfCloseableDescriptor,
  type IReactorFDSet,
  type IReadWriteDescriptor,
} from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { asError } from '../../base/as-error.js';
import {
  addStreamListener,
  type AnyWritable,
  closedAfterDelivery,
  destroyStream,
  type Input,
  isBeingDestroyed,
  isBusy,
  lengthOf,
  PrematureCloseError,
  removeStreamListener,
  sendsTogether,
  type StreamListener,
} from '../any-stream/index.js';
import { nextTick } from '../../base/timers.js';
import { othersWait, spendTurn, waitForTurn } from '../../base/turn.js';

/**
 * Writes that one stream makes before it is the turn of another that waits. With 2 or with 6 a
 * hundred connections carry little more than half as much (`npm run bench -- connections-100`).
 */
const SHARE = 4;

// Why the stream gets nothing now, as bits of one number: 0 is all that a write need ask.
/** It has enough, until `drain`. */
const BUSY = 1;
/** It is to get nothing until `move`, whatever it says. */
const HELD = 2;
/** It is to get nothing any more. */
const DROPPED = 4;
/** We hear no more of it. */
const OVER = 8;
/** `send` is at work, and has more for it before anything else. */
const SENDING = 16;

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
  private shut = 0;
  /** Whether we ended the stream. */
  private ended = false;
  private onFinished: (() => undefined) | undefined;
  declare private onWritten?: () => void;

  /** @param stream - What is driven. */
  constructor(public stream: AnyWritable) {}

  /** Drives `descriptor` from now on. */
  attach(descriptor: Descriptor): void {
    this.descriptor = descriptor;
    addStreamListener(this);
  }

  /** Hands the stream nothing of its own accord until `move`. */
  hold(): void {
    this.shut |= HELD;
  }

  /** Whether nothing goes to the stream until `move`. */
  get isHeld(): boolean {
    return (this.shut & HELD) !== 0;
  }

  /** Hands the stream nothing any more, what `send` was given and has not sent among it. */
  drop(): void {
    this.shut |= DROPPED;
    this.wanted = false;
  }

  /** Whether nothing goes to the stream any more. */
  get isDropped(): boolean {
    return (this.shut & DROPPED) !== 0;
  }

  /** Drives the descriptor from `stream` now, into which the stream that it had was wrapped. */
  move(stream: AnyWritable): void {
    removeStreamListener(this);
    this.stream = stream;
    this.shut &= ~(BUSY | HELD);
    addStreamListener(this);
    if (this.wanted) this.addWriter();
  }

  /** Hears nothing of the stream until `move`: what is made of it does. */
  leave(): void {
    removeStreamListener(this);
  }

  /** Hears no more of the stream; a guard on `error` stays, because the stream outlives us. */
  detach(): void {
    if (this.isOver) return;
    this.shut |= OVER;
    this.wanted = false;
    removeStreamListener(this);
  }

  addWriter(): void {
    if (this.isDropped) return;
    this.wanted = true;
    if (this.scheduled || (this.shut & ~SENDING) !== 0) return;
    this.scheduled = true;
    // Late enough to gather what this turn writes, early enough that a lone write isn't held up.
    nextTick(run, this);
  }

  removeWriter(): void {
    this.wanted = false;
  }

  addReader(): void {
    if (!this.isOver) this.input?.start();
  }

  removeReader(): void {
    if (!this.isOver) this.input?.stop();
  }

  /** Whether `doWrite` is going to be called. */
  get isWanted(): boolean {
    return this.wanted;
  }

  /** Whether what comes is to be kept: until `drain`, as a rule. */
  get isBusy(): boolean {
    return (this.shut & (BUSY | HELD)) !== 0;
  }

  private get isOver(): boolean {
    return (this.shut & OVER) !== 0;
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
    for (let made = 0; this.wanted && this.shut === 0; made++) {
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
    if (this.isOver) return;
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
  send(chunks: readonly unknown[], reportEmpty: boolean): Error | undefined {
    const { stream } = this;
    const together = chunks.length > 1 && sendsTogether(stream);
    this.shut |= SENDING;
    if (together) stream.cork?.();
    try {
      for (const chunk of chunks) {
        const error = this.isDropped ? undefined : this.sendChunk(chunk, reportEmpty);
        if (error !== undefined) return error;
      }
    } finally {
      if (together) stream.uncork?.();
      this.shut &= ~SENDING;
    }
    // Corked, a stream says that it has enough of what then leaves at once.
    if (together && lengthOf(stream) === 0) this.shut &= ~BUSY;
    return undefined;
  }

  private sendChunk(chunk: unknown, reportEmpty: boolean): Error | undefined {
    const { stream } = this;
    if (refuses(stream)) return this.endOfStream();
    this.shut |= BUSY; // Before the call, so that a `drain` from inside it is heard.
    if (isBeingDestroyed(stream)) return undefined; // Its `error` and `close` are yet to come.
    try {
      const answer: unknown = reportEmpty
        ? stream.write(chunk, this.emptyReporter())
        : stream.write(chunk);
      if (!isBusy(stream, answer) && !(reportEmpty && lengthOf(stream) !== 0)) {
        this.shut &= ~BUSY;
      }
    } catch (thrown) {
      return asError(thrown);
    }
    return undefined;
  }

  /** Whether the stream is there, and would take a chunk at once. */
  get isReady(): boolean {
    return this.shut === 0 && !refuses(this.stream) && !isBeingDestroyed(this.stream);
  }

  /**
   * Hands `chunk` to a stream that is ready. As `sendChunk`, with less to look after.
   *
   * @returns whether the stream then has less than `limit` bytes, and is ready for more.
   */
  sendAtOnce(chunk: Buffer, limit: number): boolean {
    const { stream } = this;
    this.shut |= BUSY; // As above.
    try {
      if (!isBusy(stream, stream.write(chunk))) this.shut &= ~BUSY;
    } catch (thrown) {
      this.lose(asError(thrown));
      return false;
    }
    if (this.wanted) this.addWriter(); // Of what was written from inside that write.
    return this.shut === 0 && (lengthOf(stream) ?? 0) < limit;
  }

  /** Why nothing more may be handed to the stream: a late write would destroy what it still has. */
  private refusal(): Error | undefined {
    return refuses(this.stream) ? this.endOfStream() : undefined;
  }

  private emptyReporter(): () => void {
    return (this.onWritten ??= () => {
      if (lengthOf(this.stream) === 0) this.drained();
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
  finish(chunks: readonly unknown[]): void {
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
    if ((this.shut & BUSY) === 0 || this.stream.writableNeedDrain === true) return;
    this.shut &= ~BUSY;
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
    if (this.input?.delayClose() === true) return;
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

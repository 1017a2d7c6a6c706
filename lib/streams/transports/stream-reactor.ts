/**
 * The reactor of one stream: turns the stream's events into the calls that Twisted's reactor makes,
 * so that a `FileDescriptor` needs to know nothing about streams.
 *
 * Whatever happens to the stream, `endingOf` decides whether that is the end of the connection; see
 * the table there.
 */
import {
  chain,
  type IHalfCloseableDescriptor,
  type IReactorFDSet,
  type IReadWriteDescriptor,
} from '../../twisted/core/index.js';
import { asError } from '../../base/as-error.js';
import { log } from '../../base/log.js';
import { NAMELESS, nameOf } from '../../base/name-of.js';
import { nextTick, setImmediate } from '../../base/timers.js';
import { othersWait, spendTurn, waitForTurn } from '../../base/turn.js';
import {
  addStreamListener,
  type AnyWritable,
  endingOf,
  type Event,
  type Input,
  isReadToTheEnd,
  highWaterMarkOf,
  hasDelivered,
  isGone,
  isResettable,
  isSocket,
  isYetToDrain,
  lengthOf,
  mayBringError,
  mayYetTellWhy,
  type ReadHalf,
  removeStreamListener,
  saysEnd,
  saysFinish,
  type StreamListener,
  wasReset,
} from '../any-stream/index.js';
import { StreamWriter, Why } from './stream-writer.js';

/**
 * Bytes that one stream is given before another that waits has its turn. Each write counts as one
 * of `highWaterMark` bytes. With half of that, or with one and a half times as much, the throughput
 * of a hundred connections falls to little more than half (`npm run bench -- connections-100`).
 */
const SHARE = 65_536;

/** A descriptor that a reactor drives. */
export type Descriptor = IReadWriteDescriptor &
  IHalfCloseableDescriptor & {
    /** Whether anything that was written has yet to be handed to the stream. */
    readonly holdsWrites: boolean;
  };

export class StreamReactor extends StreamWriter implements IReactorFDSet, StreamListener {
  /** Reads the stream, where the descriptor does. */
  input: Input | undefined;

  private descriptor!: Descriptor;
  /** Whether `run` is on its way, or running. */
  private scheduled = false;

  /**
   * Whether the half that is read had ended before we came: then it says nothing about a hang-up.
   */
  declare private readonly readEndedBefore: boolean; // Declared only: the constructor sets it.

  /** @param stream - The stream to drive. */
  constructor(stream: AnyWritable) {
    super(stream);
    this.readEndedBefore = isReadToTheEnd(stream);
  }

  /**
   * Drives `descriptor` from now on.
   *
   * @throws InvalidStateError: another adapter writes to the stream; nothing has changed.
   */
  attach(descriptor: Descriptor): void {
    addStreamListener(this);
    this.descriptor = descriptor;
    if (this.writeHalf === 'gone') nextTick(() => this.tellWriteHalfGone());
  }

  /** A half that had ended before we came counts as having ended just then. */
  private tellWriteHalfGone(): void {
    if (this.isSettled) return;
    const reason = this.endingAfter('gone');
    if (reason === undefined) return;
    this.call((descriptor) => {
      descriptor.writeConnectionLost(reason);
      return undefined;
    });
  }

  /** Whether both halves of the stream are ours. */
  get mayDestroy(): boolean {
    return this.writeHalf !== 'gone' || this.input !== undefined;
  }

  private get readHalf(): ReadHalf {
    if (this.input !== undefined) return this.input.half;
    // On any other stream, the code that reads it may have ended our half too, for a reason of its
    // own.
    return isSocket(this.stream) && this.hasHungUp ? 'ended' : 'unread';
  }

  /**
   * Whether the other end has hung up. A half that had ended before we came, and that is not read,
   * as that of a child's standard input, says nothing about that.
   */
  get hasHungUp(): boolean {
    // Not by `readHalf`: an input that is paused queues the end, and counts as open until then.
    return isReadToTheEnd(this.stream) && (this.input !== undefined || !this.readEndedBefore);
  }

  /** Drives the descriptor from `stream` now, into which the stream that it left was wrapped. */
  move(stream: AnyWritable): void {
    this.stream = stream;
    this.latch.release(Why.full | Why.moving);
    addStreamListener(this);
    if (this.wanted) this.addWriter();
  }

  /** Does not listen to the stream until `move`: the stream that wraps it does. */
  leave(): void {
    removeStreamListener(this);
  }

  /**
   * Stops listening to the stream, except for a guard on `error`, because the stream outlives us.
   */
  detach(): void {
    this.latch.hold(Why.over);
    removeStreamListener(this);
  }

  private get isOver(): boolean {
    return this.latch.isHeldBy(Why.over);
  }

  /** Whether the stream's events say nothing more: an abort is all that may still be told of. */
  private get isSettled(): boolean {
    return this.latch.isHeldBy(Why.over | Why.dropped);
  }

  addWriter(): void {
    if (this.isDropped) return;
    this.wanted = true;
    if (this.scheduled) return;
    if (!this.latch.isFreeBut(Why.sending)) {
      this.noticeDestroyed();
      return;
    }
    this.scheduled = true;
    // Late enough to gather the writes of this turn, early enough not to delay a lone write.
    nextTick(run, this);
  }

  removeWriter(): void {
    this.wanted = false;
  }

  addReader(): void {
    if (!this.isSettled) this.input?.start();
  }

  removeReader(): void {
    if (!this.isOver) this.input?.stop();
  }

  /** Whether `doWrite` is going to be called, and the stream gets nothing before that. */
  get isWanted(): boolean {
    return this.wanted && !this.latch.isHeldBy(Why.sending);
  }

  /**
   * Calls `doWrite` as long as it is wanted and the stream takes more.
   *
   * @param isOurTurn - Whether this has waited for its turn, which is good for one write at least.
   */
  run(isOurTurn = false): void {
    for (let made = 0; this.wanted && this.latch.isFree; made++) {
      const isEnough = !spendTurn() || (made > 0 && othersWait() && made >= this.writesInShare);
      if (isEnough && !(isOurTurn && made === 0)) {
        waitForTurn(this);
        return;
      }
      this.call(doWrite);
    }
    this.scheduled = false;
  }

  /** Writes that the stream may make while others wait. */
  private get writesInShare(): number {
    return SHARE / (highWaterMarkOf(this.stream) || SHARE);
  }

  /**
   * Calls the descriptor from the event loop: an error that it returns or throws ends the
   * connection. The error is also logged, as in Twisted, because it is a bug of the program.
   */
  call(event: (descriptor: Descriptor) => Error | undefined): void {
    let why: Error | undefined;
    try {
      why = event(this.descriptor);
    } catch (thrown) {
      this.report(thrown, '; its connection is lost');
      why = asError(thrown);
    }
    if (why !== undefined) this.lose(why);
  }

  lose(reason: Error): void {
    if (this.isOver) return;
    try {
      this.descriptor.connectionLost(reason);
    } catch (thrown) {
      this.report(thrown, ' while its connection was lost');
    }
  }

  /** Logs what a callback threw, with the name of the object that has it: not that of its wrapper. */
  private report(thrown: unknown, when: string): void {
    const { descriptor } = this;
    const called = (descriptor as { protocol?: object }).protocol ?? descriptor;
    const name = nameOf([...chain<object>(called, 'wrappedProtocol')].pop()!);
    const known = name === NAMELESS ? nameOf(descriptor) : name;
    log.err(thrown, `${known}: a callback threw${when}`);
  }

  protected endingAfter(event: Event, cause: unknown = this.stream.errored): Error | undefined {
    const facts = {
      write: this.writeHalf,
      read: this.readHalf,
      isBuffering: !this.isEmptied || this.descriptor.holdsWrites,
    };
    return endingOf(facts, event, cause);
  }

  settle(event: Event, cause?: unknown): void {
    if (event === 'abort' ? this.isOver : this.isSettled) return;
    const reason = this.endingAfter(event, cause);
    if (reason === undefined) return;
    if (cause === undefined && mayBringError(event) && mayYetTellWhy(this.stream)) {
      setImmediate(() => this.lose(reason));
    } else {
      this.lose(reason);
    }
  }

  drained(): void {
    // Another listener may have filled the stream again; then another `drain` is owed.
    if (!this.latch.isHeldBy(Why.full) || isYetToDrain(this.stream)) return;
    this.isEmptied = true;
    this.latch.release(Why.full);
    if (this.wanted && !this.scheduled) {
      this.scheduled = true;
      this.run();
    }
  }

  /** `finish`: all that was handed to the stream has left it. */
  finished(): void {
    // `readable-stream` 3 says `finish` before the error for which its `final` has failed.
    if (mayYetTellWhy(this.stream)) setImmediate(() => this.finishedNow());
    else this.finishedNow();
  }

  private finishedNow(): void {
    if (this.isSettled) return;
    // An HTTP/2 stream that was reset says `finish` too.
    if (wasReset(this.stream)) {
      this.settle('reset');
      return;
    }
    this.isEmptied = true;
    if (this.writeHalf === 'ending') {
      this.call(this.delivered());
    } else if (this.writeHalf === 'open' && this.input?.delayClose() === true) {
      return; // A channel of ssh2 ends itself as soon as the other end has closed it.
    }
    this.settle('finish');
  }

  /** `end` of one of the oldest streams, which never say `finish`. */
  endedOldStyle(): void {
    const { stream } = this;
    if (this.writeHalf !== 'ending') return;
    // If a stream can't be read from, or says so as it is ended, its `end` is that of the half that we
    // ended, whatever its properties say.
    const isOurs = !saysEnd(stream) || this.latch.isHeldBy(Why.sending);
    if (isOurs || stream.writable !== true) this.finished();
  }

  /** `end`: the other end has ended its half, and the descriptor was told. */
  readHalfEnded(): void {
    if (lengthOf(this.stream) === 0) this.isEmptied = true;
    this.settle('end');
  }

  /** `close`: nothing more will come of the stream. */
  closed(): void {
    if (this.isSettled || this.input?.delayClose() === true) return;
    const { stream } = this;
    if (wasReset(stream)) {
      this.settle('reset');
      return;
    }
    if (this.writeHalf === 'ending' && closesInsteadOfFinishing(stream, this.isEmptied)) {
      this.finished();
    }
    this.settle('close');
  }

  /** `error`. Not every stream that errs closes. */
  errored(error: unknown): void {
    this.settle('error', error);
  }
}

function run(reactor: StreamReactor): void {
  reactor.run();
}

function doWrite(descriptor: Descriptor): Error | undefined {
  return descriptor.doWrite();
}

/** Whether `close` is all that `stream` says, after our `end`, when everything has left it. */
function closesInsteadOfFinishing(stream: AnyWritable, isEmptied: boolean): boolean {
  if (isResettable(stream)) return isEmptied; // For HTTP/2, see `end`.
  // A stream may close in a `finish` listener before ours, or say none. The oldest that are only
  // written to have no other way to say it, unless they tell that they were destroyed.
  return hasDelivered(stream) || !(saysFinish(stream) || saysEnd(stream) || isGone(stream));
}

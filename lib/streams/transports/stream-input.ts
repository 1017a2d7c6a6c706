/**
 * The half of a stream that is read, as the part of a reactor that calls `doRead`.
 *
 * What the descriptor wants of the stream:
 *
 * ```text
 *   data ◀──start(), stop()──▶ nothing
 *     └──────discard()──────────┴──────▶ disposal
 * ```
 *
 * Not every stream stops at once. Events that come while nothing is wanted are queued as entries:
 * data, then the end, then the close. While the queue has any, later events go behind it.
 */
import { Buffer } from 'node:buffer';

import { cleanClose } from '../../twisted/core/index.js';
import { Queue } from '../../base/queue.js';
import { nextTick, setImmediate } from '../../base/timers.js';
import { smallUnitsLeft } from '../../base/turn.js';
import {
  addInputListener,
  afterEnd,
  type AnyDuplex,
  bytesFrom,
  claimReading,
  type Input,
  isEndOfDestroyed,
  isHandshaking,
  isReadToTheEnd,
  isSilentlyGone,
  isResettable,
  isYetToEnd,
  lossOfLastUnit,
  type ReadHalf,
  releaseReading,
  removeInputListener,
  lossByLateEncoding,
  watchLastUnit,
} from '../any-stream/index.js';
import type { Descriptor, StreamReactor } from './stream-reactor.js';

/** The wish of the descriptor: to get the input, nothing for now, or to discard all further input. */
type Wish = 'data' | 'nothing' | 'disposal';

/** Whether the stream has said `end`; it is in doubt while it is not known yet if it was reset. */
type End = 'to come' | 'in doubt' | 'certain';

/** Events that came and were not wanted then. */
type Entry =
  | { readonly is: 'data'; readonly chunk: unknown }
  | { readonly is: 'end' }
  | { readonly is: 'close' };

export class StreamInput implements Input {
  /** Whether the stream is listened to; it is left alone otherwise. */
  private listening = false;
  private wish: Wish = 'data';
  private end: End = 'to come';
  // Declared only: most have no need of these, and thousands may be idle.
  /** Whether the stream has closed, and yet has more to give. */
  declare private closedBefore?: boolean;
  /** Whether the stream was told to pause. */
  private paused = false;
  /** Whether `doRead` is being called. */
  private delivering = false;
  private queue: Queue<Entry> | null = null;
  /** Whether `catchUp` is on its way. */
  declare private scheduled?: boolean;
  /** The data that `doRead` takes. */
  private current: Buffer | undefined;

  /**
   * @param reactor - Calls the descriptor.
   * @throws InvalidStateError: another adapter reads the stream; nothing has changed.
   */
  constructor(private readonly reactor: StreamReactor) {
    claimReading(reactor.stream, this);
  }

  private get stream(): AnyDuplex {
    return this.reactor.stream as AnyDuplex;
  }

  get half(): ReadHalf {
    if (this.queue !== null) return 'open';
    if (this.end !== 'to come') return 'ended';
    return this.wish === 'disposal' ? 'unread' : 'open';
  }

  get isStopped(): boolean {
    return this.wish === 'nothing';
  }

  /** Begins to listen, and to read unless it was stopped before this. */
  open(): void {
    this.listening = true;
    claimReading(this.stream, this);
    const loss = lossByLateEncoding(this.stream);
    if (loss !== undefined) {
      this.reactor.settle('error', loss);
      return;
    }
    watchLastUnit(this.stream);
    addInputListener(this.reactor);
    if (isReadToTheEnd(this.stream) && this.end === 'to come') {
      // A half that had ended before we came counts as having ended just then.
      this.end = 'certain';
      if (this.wish !== 'disposal') this.enqueue({ is: 'end' });
    }
    // A listener alone makes some streams flow.
    if (this.wish === 'nothing') this.pauseStream();
    else if (this.queue === null) this.resumeStream();
    else this.catchUpSoon();
  }

  /** Leaves the input to the stream that wraps this one; `open` goes on with that. */
  suspend(): void {
    if (this.listening) {
      this.pauseStream();
      this.leave();
    }
    const entries = this.queue?.takeAll() ?? [];
    this.queue = null;
    for (const entry of entries.reverse()) {
      if (entry.is === 'data') this.stream.unshift?.(entry.chunk);
      else this.enqueue(entry);
    }
  }

  /** Reads no more. */
  close(): void {
    this.leave();
    this.queue = null;
  }

  private leave(): void {
    this.listening = false;
    removeInputListener(this.reactor);
    releaseReading(this.stream, this);
  }

  start(): void {
    if (this.wish !== 'nothing') return;
    this.wish = 'data';
    if (this.queue !== null) this.catchUpSoon();
    else if (this.paused) this.resumeStream();
  }

  /**
   * From inside `doRead`, the stream is paused only when it gives more: a consumer that is full
   * with every chunk stops and starts us at each, and a stream's own pause costs more than the
   * chunk. A stream may ask not to be given that time.
   */
  stop(): void {
    if (this.wish === 'disposal') return;
    this.wish = 'nothing';
    if (!this.delivering || this.stream.pausesAtOnce === true) this.pauseStream();
  }

  /** From now on discards the input: left unread, it would turn a close into a reset. */
  discard(): void {
    if (this.wish === 'disposal') return;
    this.wish = 'disposal';
    const entries = this.queue?.takeAll();
    this.queue = null;
    this.resumeStream();
    if (entries?.at(-1)?.is === 'close') this.reactor.closed();
  }

  private pauseStream(): void {
    if (!this.listening) return;
    this.paused = true;
    this.stream.pause();
  }

  private resumeStream(): void {
    if (!this.listening) return;
    this.paused = false;
    this.stream.resume();
    if (this.end === 'to come' && isSilentlyGone(this.stream)) setImmediate(closed, this.reactor);
  }

  /** Takes the bytes that `doRead` was called for. */
  take(): Buffer | undefined {
    const bytes = this.current;
    this.current = undefined;
    return bytes;
  }

  received(chunk: unknown): void {
    if (this.wish === 'data' && this.queue === null) {
      this.deliver(chunk);
    } else if (this.wish !== 'disposal') {
      this.enqueue({ is: 'data', chunk });
      if (this.wish === 'nothing' && !this.paused) this.pauseStream();
    }
  }

  ended(): void {
    if (this.end !== 'to come') return;
    this.end = 'certain';
    if (isHandshaking(this.stream)) {
      this.reactor.settle('handshake');
    } else if (isEndOfDestroyed(this.stream)) {
      this.reactor.settle('reset');
    } else if (isResettable(this.stream)) {
      this.end = 'in doubt';
      this.enqueue({ is: 'end' });
      afterEnd(this.stream, (wasCut) => this.judge(wasCut));
    } else if (this.wish === 'data' && this.queue === null) {
      this.deliverEnd();
    } else if (this.wish !== 'disposal') {
      // A descriptor that does not read is not told of it, as in Twisted, which finds it out by
      // reading.
      this.enqueue({ is: 'end' });
    }
    // By then a `finish` of the other half has come, too.
    if (this.closedBefore === true) setImmediate(closed, this.reactor);
  }

  private judge(wasCut: boolean): void {
    this.end = 'certain';
    if (wasCut) this.reactor.settle('reset');
    else if (this.wish === 'data') this.catchUp();
    else if (this.queue?.peek()?.is === 'end' && this.queue.length > 1) this.closeNow();
  }

  delayClose(): boolean {
    if (this.wish === 'disposal') return false;
    if (this.end === 'to come') return (this.closedBefore = isYetToEnd(this.stream));
    if (this.queue === null) return false;
    this.enqueue({ is: 'close' });
    // If only the end waits, the close says the same, and need not be asked for.
    if (this.queue.peek()?.is === 'end' && this.end === 'certain') this.closeNow();
    return true;
  }

  private closeNow(): void {
    this.queue = null;
    this.deliverEnd();
    this.reactor.closed();
  }

  private enqueue(entry: Entry): void {
    (this.queue ??= new Queue()).push(entry);
  }

  private deliver(chunk: unknown): void {
    const bytes = Buffer.isBuffer(chunk) ? chunk : this.converted(chunk);
    if (bytes === undefined) return;
    this.current = bytes;
    this.delivering = true;
    this.reactor.call(doRead); // Never throws.
    this.delivering = false;
  }

  /** `chunk` as bytes; `undefined` if it can't be turned into them: then the connection is lost. */
  private converted(chunk: unknown): Buffer | undefined {
    try {
      return bytesFrom(this.stream, chunk);
    } catch (thrown) {
      this.reactor.settle('error', thrown);
      return undefined;
    }
  }

  private deliverEnd(): void {
    const loss = lossOfLastUnit(this.stream);
    if (loss !== undefined) {
      this.reactor.settle('error', loss);
      return;
    }
    this.reactor.call(readConnectionLost);
    this.reactor.readHalfEnded();
  }

  private catchUpSoon(): void {
    if (this.scheduled === true) return;
    this.scheduled = true;
    nextTick(catchUp, this);
  }

  /** Delivers the queued entries, as long as the descriptor wants them; then the stream goes on. */
  catchUp(): void {
    this.scheduled = false;
    for (let unitsLeft = 0; this.wish === 'data' && this.queue !== null; unitsLeft--) {
      if (unitsLeft === 0 && (unitsLeft = smallUnitsLeft()) === 0) {
        this.scheduled = true;
        setImmediate(catchUp, this);
        return;
      }
      if (this.queue.peek()?.is === 'end' && this.end === 'in doubt') return;
      this.deliverEntry(this.queue.shift());
    }
    if (this.wish === 'data' && this.end === 'to come') this.resumeStream();
  }

  private deliverEntry(entry: Entry | undefined): void {
    if (this.queue?.length === 0) this.queue = null;
    if (entry?.is === 'data') this.deliver(entry.chunk);
    else if (entry?.is === 'end') this.deliverEnd();
    else if (entry?.is === 'close') this.reactor.closed();
  }
}

function catchUp(input: StreamInput): void {
  input.catchUp();
}

function closed(reactor: StreamReactor): void {
  reactor.closed();
}

function doRead(descriptor: Descriptor): Error | undefined {
  return descriptor.doRead();
}

function readConnectionLost(descriptor: Descriptor): undefined {
  descriptor.readConnectionLost(cleanClose());
}

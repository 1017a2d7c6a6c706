/**
 * Passes chunks from one source to one consumer, until the source has ended or one of them stops.
 */
import { Buffer } from 'node:buffer';

import {
  type IConsumer,
  type IPushProducer,
  ProducerStoppedError,
  unregisterFailed,
} from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { isThenable, logRejection, whenRejected } from '../../base/rejection.js';
import { AskCounter } from '../../base/ask-counter.js';
import { asError } from '../../base/as-error.js';
import { isBytes } from '../../base/bytes.js';
import { Latch } from '../../base/latch.js';
import { Queue } from '../../base/queue.js';
import type { ReadableSource, SourceListener } from './readable-source.js';
import { smallUnitsLeft, spendTurn } from '../../base/turn.js';
import { setImmediate } from '../../base/timers.js';
import { WritableConsumer } from '../transports/index.js';

/** Why a chunk may not go straight on to the consumer. */
const enum Why {
  /** The source has yet to be opened. */
  unopened = 1,
  /** The consumer has paused us. */
  paused = 2,
  /** We are pulled, and the consumer has not asked since the last chunk. */
  unasked = 4,
  /** The event loop has to turn first. */
  resting = 8,
  /** A chunk is on its way to the consumer; the code that passes it on looks again afterwards. */
  passing = 16,
  /** Other chunks came before it, and are buffered. */
  behindOthers = 32,
  /** The source has given all. */
  ended = 64,
  /** The consumer was told that this is over, or has stopped us. */
  over = 128,
}

const UNREGISTERING_FAILED = 'A consumer failed in unregisterProducer';

/** The loop that passes chunks on stops before the next one. */
const NEXT_MUST_WAIT = Why.paused | Why.unasked | Why.resting;
/** The consumer has yet to say that it takes more. */
const WANTS_NOTHING = Why.paused | Why.unasked;
/** Chunks can't be passed on, or a caller is passing them on already. */
const NOT_IDLE = Why.unopened | Why.passing | Why.over;

export class Transfer implements SourceListener, IPushProducer {
  /** The name of this for people: that of the public class that made it. */
  readonly [Symbol.toStringTag] = 'ReadableProducer';

  /** Settles once the consumer has been told. */
  declare readonly done: Promise<void>; // Declared only, as others below: the constructor sets them.
  declare private resolve: () => void;
  declare private reject: (reason: unknown) => void;

  private readonly latch = new Latch<Why>(Why.unopened);
  private readonly askedAgain = new AskCounter();
  /** Chunks that came while they could not be passed on: not every stream stops at once. */
  private readonly buffered = new Queue<unknown>();
  /** The consumer, where chunks need not wait to be gathered. */
  declare private readonly direct: WritableConsumer | null;
  /** Whether the consumer is known to take values of any kind. */
  declare private readonly toObjects: boolean;
  /** Whether a write of this turn was that of an async function, which may have yet to fail. */
  private mayReject = false;
  /** Chunks that may go straight on before the time is to be asked. */
  private unitsLeft = 1;

  constructor(
    private readonly source: ReadableSource,
    private readonly consumer: IConsumer,
    private readonly streaming: boolean,
  ) {
    if (!streaming) this.latch.hold(Why.unasked);
    this.toObjects = takesObjects(consumer);
    // By its class, not by what it can do: `writeAtOnce` is ours, and others may mean another thing.
    this.direct =
      streaming && consumer instanceof WritableConsumer && consumer.writesAtOnce ? consumer : null;
    this.done = new Promise<void>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Whether the consumer has yet to be told that this is over. */
  get isRunning(): boolean {
    return !this.latch.isHeldBy(Why.over);
  }

  /** Registers `producer`, which passes the consumer's calls on to us. */
  register(producer: IPushProducer): void {
    try {
      const returned: unknown = this.consumer.registerProducer(producer, this.streaming);
      this.heed(returned);
    } catch (thrown) {
      if (this.isRunning) {
        this.latch.hold(Why.over); // It isn't registered, so there is nothing to take back.
        this.reject(thrown);
      } else {
        this.consumerFailed(thrown);
      }
    }
  }

  /** Begins to read. */
  start(): void {
    if (!this.isRunning) return;
    this.latch.release(Why.unopened);
    this.source.prepare(this.toObjects);
    try {
      this.source.open(this);
    } catch (thrown) {
      // While it registered us, the consumer has given the source to another reader: it stays.
      this.leaveSource();
      this.tellFailure(thrown, asError(thrown));
    }
    this.proceed();
  }

  pauseProducing(): void {
    this.latch.hold(Why.paused);
    // From inside our own `write`, `goOn` decides that: see there.
    if (this.isIdle) this.source.pause();
  }

  /**
   * Asked again before it has answered, a pull producer still owes one chunk. Asked so in a loop,
   * in which no answer can come, it fails.
   *
   * @throws InvalidStateError: the loop goes on after that.
   */
  resumeProducing(): void {
    if (!this.latch.isHeldBy(WANTS_NOTHING)) this.wasAskedAgain();
    this.latch.release(WANTS_NOTHING);
    this.proceed();
  }

  private wasAskedAgain(): void {
    const error = this.askedAgain.count();
    if (error === undefined) return;
    if (!this.isRunning) throw error;
    this.fail(error);
  }

  /** The consumer has forgotten us already. */
  stopProducing(): void {
    if (!this.leaveSource()) return;
    this.source.destroy();
    this.reject(new ProducerStoppedError());
  }

  onChunk(chunk: unknown): void {
    const { latch } = this;
    if (latch.isFree) {
      latch.hold(Why.passing);
      this.pass(chunk);
      latch.release(Why.passing);
      if (!latch.isFree) this.proceed();
    } else {
      this.buffered.push(chunk);
      latch.hold(Why.behindOthers);
      this.proceed();
    }
  }

  onEnd(): void {
    this.latch.hold(Why.ended);
    this.proceed();
  }

  onError(reason: unknown): void {
    this.fail(reason);
  }

  /** Ends this before its time. */
  fail(reason: unknown): void {
    if (!this.leaveSource()) return;
    const error = asError(reason);
    this.source.destroy(error);
    this.tellFailure(reason, error);
  }

  private tellFailure(reason: unknown, error: Error): void {
    unregisterFailed(this.consumer, error, UNREGISTERING_FAILED);
    this.reject(reason);
  }

  private complete(): void {
    this.leaveSource();
    try {
      logRejection(this.consumer.unregisterProducer(), UNREGISTERING_FAILED);
      this.resolve();
    } catch (thrown) {
      this.reject(thrown);
    }
  }

  /** @returns whether this had not happened before. */
  private leaveSource(): boolean {
    if (!this.isRunning) return false;
    this.latch.hold(Why.over);
    this.buffered.takeAll();
    this.source.close();
    return true;
  }

  /** Whether chunks may be passed on, and no caller is doing so. */
  private get isIdle(): boolean {
    return !this.latch.isHeldBy(NOT_IDLE);
  }

  /** Passes on as many chunks as it may, and tells the source how to go on. */
  private proceed(): void {
    if (!this.isIdle) return;
    const { latch } = this;
    latch.hold(Why.passing);
    while (this.buffered.length > 0 && !latch.isHeldBy(NEXT_MUST_WAIT))
      this.pass(this.buffered.shift());
    if (this.buffered.length === 0) latch.release(Why.behindOthers);
    latch.release(Why.passing);
    this.goOn();
  }

  private goOn(): void {
    if (!this.isRunning) return; // The consumer may have stopped us meanwhile.
    if (this.latch.isHeldBy(Why.ended)) {
      if (this.buffered.length > 0) return;
      if (this.mayReject) this.rest();
      else this.complete();
    } else if (this.latch.isFree) {
      this.source.resume();
    } else if (!this.mayFlowOn()) {
      this.source.pause();
    }
  }

  /**
   * Whether the source may go on until it gives a chunk that isn't wanted: a consumer that is full
   * with every chunk pauses and resumes at each, which can cost a stream more than the chunk did.
   */
  private mayFlowOn(): boolean {
    return this.latch.isFreeBut(Why.paused) && this.source.isPausingCostly;
  }

  private pass(chunk: unknown): void {
    if (--this.unitsLeft <= 0 && this.isTurnSpent()) this.rest();
    try {
      if (this.direct !== null && Buffer.isBuffer(chunk)) {
        this.direct.writeAtOnce(chunk);
      } else {
        this.write(chunk);
      }
    } catch (thrown) {
      this.consumerFailed(thrown);
    }
  }

  private write(chunk: unknown): void {
    // Empty bytes do not answer a consumer of bytes that asked for data.
    if ((chunk as Sized)?.length === 0 && !this.toObjects && isBytes(chunk)) return;
    if (!this.streaming) this.latch.hold(Why.unasked);
    const returned: unknown = this.consumer.write(chunk as Uint8Array);
    if (returned !== undefined) this.heed(returned);
  }

  private heed(returned: unknown): void {
    if (isThenable(returned)) this.mayReject = true;
    whenRejected(returned, (reason) => this.consumerFailed(reason));
  }

  private consumerFailed(reason: unknown): void {
    if (this.isRunning) this.fail(reason);
    else log.err(reason, 'A consumer failed after its transfer');
  }

  /**
   * Whether the event loop is to turn before the next chunk. A chunk that is passed on at once
   * costs little.
   */
  private isTurnSpent(): boolean {
    this.unitsLeft = this.direct === null ? Number(spendTurn()) : smallUnitsLeft();
    return this.unitsLeft === 0;
  }

  /** Lets timers and I/O have their turn: a source in memory would keep them from it to its end. */
  private rest(): void {
    this.latch.hold(Why.resting);
    setImmediate(() => {
      this.latch.release(Why.resting);
      this.mayReject = false;
      this.proceed();
    });
  }
}

interface Sized {
  readonly length?: number;
}

/** Whether `consumer`, of our own classes, is in object mode. Of others nothing can tell. */
function takesObjects(consumer: IConsumer & { readonly takesObjects?: unknown }): boolean {
  return consumer.takesObjects === true;
}

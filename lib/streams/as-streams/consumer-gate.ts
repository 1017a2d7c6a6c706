/**
 * Lets chunks through to a consumer, one at a time and none while the consumer has paused us: the
 * write half of every stream of ours that stands in front of a consumer.
 */
import type { IConsumer, IPushProducer } from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { asError } from '../../base/as-error.js';
import { smallUnitsLeft } from '../../base/turn.js';
import { nextTick, setImmediate } from '../../base/timers.js';

/** What a stream wants called when it may write on. */
export type WriteCallback = (error?: Error | null) => void;

/** Why the gate is shut, as bits of one number: open is 0, which is all that a write need ask. */
const NO_CONSUMER = 1;
const PAUSED = 2;
/** Someone is at work who will look again by himself. */
const BUSY = 4;
/** The consumer takes no more. */
const ENDED = 8;
const CLOSED = 16;

export class ConsumerGate implements Pick<IPushProducer, 'pauseProducing' | 'resumeProducing'> {
  private shut = NO_CONSUMER;
  private consumer!: Pick<IConsumer, 'write'>;
  /** Owed to the stream for the chunk in flight, unless `write` has yet to return. */
  private callback: WriteCallback | null = null;
  /** The chunk in flight, while the consumer has not seen it. */
  private chunk: Uint8Array | null = null;
  /** Chunks that may pass before the time is to be asked. */
  private unitsLeft = 1;
  /** What fails once the gate is closed or has ended. */
  private failure: Error | null = null;

  /** Opens the way to `consumer`; a chunk that waits for it goes through now. */
  open(consumer: Pick<IConsumer, 'write'>): void {
    this.consumer = consumer;
    this.shut &= ~NO_CONSUMER;
    this.proceed();
  }

  /**
   * Passes `chunk` on as soon as the consumer lets us, and calls `callback` as soon as it would let
   * the next one through. Not to be called again before that.
   */
  write(chunk: Uint8Array, callback: WriteCallback): void {
    if (this.shut === 0) {
      this.pass(chunk);
      if (this.shut === 0) {
        callback();
        return;
      }
    } else {
      this.chunk = chunk;
    }
    this.callback = callback;
    this.proceed();
  }

  /**
   * Lets nothing through from now on. The chunk in flight is to fail with `error`, and so is each
   * that still comes; but a stream that is being destroyed must have heard why before, so that is
   * left to `fail`.
   */
  close(error: Error): void {
    this.failure ??= error;
    this.shut |= CLOSED | BUSY;
  }

  /** Fails the chunk in flight, soon. */
  fail(): void {
    nextTick(passed, this);
  }

  /**
   * The consumer takes no more. A chunk that it was given counts as written, although it paused
   * us; what it has not seen fails with `error`.
   */
  finish(error: Error): void {
    this.failure ??= error;
    this.shut |= ENDED;
    this.resumeProducing();
  }

  pauseProducing(): void {
    if ((this.shut & ENDED) === 0) this.shut |= PAUSED;
  }

  resumeProducing(): void {
    this.shut &= ~PAUSED;
    this.proceed();
  }

  private pass(chunk: Uint8Array): void {
    this.shut |= BUSY; // What the consumer calls from inside its `write` must not start another.
    try {
      this.consumer.write(chunk);
    } catch (thrown) {
      if (this.failure !== null)
        log.err(thrown, 'A consumer failed after it had stopped its producer');
      this.failure ??= asError(thrown);
      this.shut |= CLOSED;
    }
    if (--this.unitsLeft > 0 || (this.unitsLeft = smallUnitsLeft()) > 0) this.shut &= ~BUSY;
    else setImmediate(passed, this); // A closure here would cost each write an allocation.
  }

  /** The chunk in flight, if there still is one, may go on. */
  passed(): void {
    this.shut &= ~BUSY;
    this.proceed();
  }

  /** Takes the chunk in flight as far as it can go now. */
  private proceed(): void {
    if (this.callback === null || (this.shut & BUSY) !== 0) return;
    if (this.chunk !== null && this.shut === 0) {
      const { chunk } = this;
      this.chunk = null;
      this.pass(chunk);
      if ((this.shut & BUSY) !== 0) return;
    }
    const isOver = (this.shut & CLOSED) !== 0 || (this.chunk !== null && (this.shut & ENDED) !== 0);
    if (!isOver && (this.chunk !== null || (this.shut & PAUSED) !== 0)) return;
    const { callback } = this;
    this.callback = null;
    this.chunk = null;
    callback(isOver ? this.failure : null);
  }
}

function passed(gate: ConsumerGate): void {
  gate.passed();
}

import { addAbortSignal, Writable } from '#stream';

import { InvalidArgTypeError } from '../../base/errors.js';
import {
  assertConsumer,
  ConnectionAborted,
  type IConsumer,
  type IFinishableConsumer,
  type IPushProducer,
  isFailableConsumer,
  isFinishableConsumer,
  ProducerStoppedError,
} from '../../twisted/core/index.js';
import { setImmediate } from '../../base/timers.js';
import type { WriteCallback } from '../any-stream/index.js';
import { ConsumerGate } from './consumer-gate.js';
import { heedFor, leaveAndCallBack } from './destroying.js';
import { Registration } from './registration.js';
import { assertStreamOptions, optionsOfBase } from './stream-options.js';

/** The options of a {@link ConsumerWritable}. */
export interface ConsumerWritableOptions {
  /** Bytes (objects, in object mode) at which `write` says `false`; Node's default unless given. */
  highWaterMark?: number | undefined;
  /** Whether each write is one value, of any kind but `null`; `false` unless given. */
  objectMode?: boolean | undefined;
  /** The encoding of strings that are written without one; `'utf8'` unless given. */
  defaultEncoding?: BufferEncoding | undefined;
  /** Destroys the stream when it aborts. */
  signal?: AbortSignal | undefined;
  /**
   * Whether the end of the stream is also the end of the consumer's data, so that after
   * `unregisterProducer` its `finish` is called. By default another producer may follow.
   */
  finish?: boolean | undefined;
}

/** The options that `Writable` takes; the signal is heard later. */
const WRITABLE_OPTIONS = ['highWaterMark', 'objectMode', 'defaultEncoding'] as const;
const NAMES = [...WRITABLE_OPTIONS, 'signal', 'finish'];

/** The options for a consumer of that type: only one that has `finish` can have it called. */
export type ConsumerWritableOptionsFor<C> =
  C extends IFinishableConsumer<never>
    ? ConsumerWritableOptions
    : ConsumerWritableOptions & {
        /** The consumer has no `finish` to call. */
        finish?: false | undefined;
      };

/**
 * A consumer as a `Writable`: chunks that are written to the stream are written to the consumer,
 * unless the consumer has paused it. Each write calls back when the consumer would take the next
 * one.
 *
 * The stream registers as a push producer at once and unregisters once, when it finishes or is
 * destroyed. Destroyed before its end, it first tells a consumer that would take that for the end
 * of the data (an `IFailableConsumer`, as `ProducerReadable` is one). A consumer that stops it
 * destroys it with a {@link ProducerStoppedError}; one that throws, with its error.
 *
 * @typeParam C - The consumer.
 * @see Twisted: `twisted.internet.interfaces.IPushProducer`
 */
export class ConsumerWritable<C extends IConsumer<never> = IConsumer>
  extends Writable
  implements IPushProducer
{
  /** Where everything goes. */
  readonly consumer: C;

  private readonly gate = new ConsumerGate(this);
  private readonly finishes: boolean | undefined;
  private readonly heed = (returned: unknown): void => heedFor(this, returned);
  private readonly registration = new Registration(this.heed);

  /**
   * @param consumer - Takes the chunks. It may be stopped, paused or resumed from inside any of its
   *   methods.
   * @param options - See {@link ConsumerWritableOptions}.
   * @throws InvalidArgTypeError: `consumer` lacks a method of `IConsumer` (or `finish`, where that
   *   is to be called), or an option is misspelt or of the wrong kind.
   * @throws OutOfRangeError: `highWaterMark` is not a whole number of at least 0.
   * @throws ProducerAlreadyRegisteredError: the consumer has a producer; nothing has changed.
   */
  constructor(consumer: C, options: ConsumerWritableOptionsFor<C> = {}) {
    assertConsumer(consumer);
    assertStreamOptions(options, NAMES);
    if (options.finish && !isFinishableConsumer(consumer)) {
      throw new InvalidArgTypeError('consumer', 'one with finish()', consumer);
    }
    const given: ConsumerWritableOptions = options;
    super(optionsOfBase(given, WRITABLE_OPTIONS));
    this.consumer = consumer;
    this.finishes = options.finish;
    this.gate.open(consumer);
    this.registration.begin(consumer, this);
    // Last: a stream that could not register must not hear of an abort.
    if (options.signal) addAbortSignal(options.signal, this);
  }

  /** Called by the consumer: it has enough. Nothing is written to it until it resumes us. */
  pauseProducing(): void {
    this.gate.pauseProducing();
  }

  /** Called by the consumer: it has room again. A chunk that waits goes to it now. */
  resumeProducing(): void {
    this.gate.resumeProducing();
  }

  /** Called by the consumer: it has stopped and forgotten us. Destroys the stream. */
  stopProducing(): void {
    if (this.registration.forget()) this.destroy(new ProducerStoppedError());
  }

  /** @internal */
  override _write(chunk: unknown, _encoding: string, callback: WriteCallback): void {
    this.gate.write(chunk, callback);
  }

  /** @internal */
  override _final(callback: WriteCallback): void {
    const { consumer, gate } = this;
    if (gate.mayReject) {
      gate.mayReject = false;
      setImmediate(() => this.destroyed || this._final(callback));
      return;
    }
    this.registration.end();
    // As the constructor has checked.
    if (this.finishes) this.heed((consumer as IConsumer as IFinishableConsumer).finish());
    callback();
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const reason = error ?? new ConnectionAborted('The stream was destroyed before it finished.');
    this.gate.close(reason); // First: the consumer may resume us as we leave it.
    leaveAndCallBack(() => this.abandon(reason), error, callback);
    this.gate.fail();
  }

  /** Leaves a consumer that has not seen everything. */
  private abandon(reason: Error): void {
    if (!this.registration.stands) return;
    try {
      if (isFailableConsumer(this.consumer)) {
        this.heed(this.consumer.producerFailed(reason));
      }
    } finally {
      this.registration.end();
    }
  }
}

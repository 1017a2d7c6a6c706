/** The contract of a producer and its consumer. */
import { areFunctions, membersOf } from '../../base/members.js';

/**
 * An object that makes data for a consumer.
 *
 * @see Twisted: `twisted.internet.interfaces.IProducer`
 */
export interface IProducer {
  /**
   * The consumer is lost: make no more data. Called at most once by a consumer of this library, and
   * never followed by another call.
   */
  stopProducing(): void;
}

/**
 * A producer that makes data by itself until it is paused. It starts unpaused.
 *
 * @see Twisted: `twisted.internet.interfaces.IPushProducer`
 */
export interface IPushProducer extends IProducer {
  /**
   * The consumer's buffer is full: make no more until `resumeProducing`. The adapters call it once
   * for each time that the buffer fills; a bare `FileDescriptor` again with each write while it is
   * full.
   */
  pauseProducing(): void;
  /** The buffer is empty: go on. Called only to balance a pause. */
  resumeProducing(): void;
}

/**
 * A producer that makes one piece of data each time it is asked.
 *
 * @see Twisted: `twisted.internet.interfaces.IPullProducer`
 */
export interface IPullProducer extends IProducer {
  /**
   * Write once, now or later, or unregister. The consumer asks again once that write has been sent.
   * A bare `FileDescriptor` may also ask again before the answer to its last call.
   */
  resumeProducing(): void;
}

/**
 * An object that takes data from at most one producer at a time.
 *
 * @typeParam Data - The type of the data that it takes: bytes, unless it is for objects.
 * @see Twisted: `twisted.internet.interfaces.IConsumer`
 */
export interface IConsumer<Data = Uint8Array> {
  /**
   * Takes data from `producer` from now on; a pull producer is asked at once.
   *
   * @param producer - Pushes if `streaming`, else pulls.
   * @param streaming - Whether `producer` is an {@link IPushProducer}.
   * @throws ProducerAlreadyRegisteredError: another is registered; nothing has changed.
   */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  /** The same, for a producer that can only be pulled. */
  registerProducer(producer: IPullProducer, streaming: false): void;
  /** The same, for a consumer that passes both on as it was given them. */
  registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  /** Forgets the producer, without calling it. Does not disconnect. */
  unregisterProducer(): void;
  /**
   * Takes bytes, and buffers all that it cannot send yet. It never blocks; it calls the producer's
   * `pauseProducing` when its buffer is full.
   *
   * @param data - Must not change until it has been sent.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   */
  write(data: Data): void;
}

/**
 * A consumer that can be told that the data is complete.
 *
 * @typeParam Data - The type of the data that it takes: bytes, unless it is for objects.
 * @see Twisted: `twisted.internet.interfaces.IFinishableConsumer`
 */
export interface IFinishableConsumer<Data = Uint8Array> extends IConsumer<Data> {
  /** The producer is done; nothing will be written after this. */
  finish(): void;
}

/**
 * A consumer that takes `unregisterProducer` for the end of the data, and so must be told when the
 * data is cut short. Twisted has no such interface: its consumers outlive their producers.
 */
export interface IFailableConsumer extends IConsumer {
  /**
   * The registered producer has failed, and will unregister now: its data is incomplete.
   *
   * @param reason - Why.
   */
  producerFailed(reason: Error): void;
}

/**
 * Recognizes a push producer by its methods.
 *
 * @returns whether `value` has those of an {@link IPushProducer}.
 * @see Twisted: `IPushProducer.providedBy`
 */
export function isPushProducer(value: unknown): value is IPushProducer {
  const { pauseProducing, resumeProducing, stopProducing } = membersOf(value);
  return areFunctions(pauseProducing, resumeProducing, stopProducing);
}

/**
 * Recognizes a pull producer by its methods, which a push producer has too.
 *
 * @returns whether `value` has those of an {@link IPullProducer}.
 * @see Twisted: `IPullProducer.providedBy`
 */
export function isPullProducer(value: unknown): value is IPullProducer {
  const { resumeProducing, stopProducing } = membersOf(value);
  return areFunctions(resumeProducing, stopProducing);
}

/**
 * Recognizes a consumer by its methods.
 *
 * @returns whether `value` has those of an {@link IConsumer}.
 * @see Twisted: `IConsumer.providedBy`
 */
export function isConsumer(value: unknown): value is IConsumer {
  const { registerProducer, unregisterProducer, write } = membersOf(value);
  return areFunctions(registerProducer, unregisterProducer, write);
}

/**
 * Recognizes a consumer that can be told that the data is complete, by its method.
 *
 * @returns whether `consumer` has the method that {@link IFinishableConsumer} adds.
 */
export function isFinishableConsumer(consumer: object): consumer is IFinishableConsumer {
  return typeof (consumer as Partial<IFinishableConsumer>).finish === 'function';
}

/**
 * Recognizes a consumer that must be told of a failure, by its method. Twisted has no such
 * interface.
 *
 * @returns whether `consumer` has the method that {@link IFailableConsumer} adds.
 */
export function isFailableConsumer(consumer: IConsumer): consumer is IFailableConsumer {
  return typeof (consumer as Partial<IFailableConsumer>).producerFailed === 'function';
}

/**
 * Remembers which producer writes to a consumer. It never buffers, pauses or closes: the class that
 * uses the mixin does.
 */
import { tellOfProducer } from '../../base/diagnostics.js';
import { MethodNotImplementedError } from '../../base/errors.js';
import { tellToResume, tellToStop } from './producer-calls.js';
import type { IConsumer, IPullProducer, IPushProducer } from './interfaces.js';
import { alreadyRegistered, assertProducer } from './validate.js';

/** The members that {@link ConsumerMixin} adds to its base. */
export declare abstract class ConsumerMixinMembers implements Omit<IConsumer, 'write'> {
  /** Takes the arguments of the base. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- TS2545 demands it of a mixin.
  constructor(...args: any[]);

  /** Whether bytes can be sent. You set it; the mixin reads it. */
  abstract readonly connected: boolean;
  /** Whether the connection will close once everything is sent. You set it; the mixin reads it. */
  abstract readonly disconnecting: boolean;
  /** Whether the connection is over. You set it; the mixin reads it. */
  abstract readonly disconnected: boolean;

  /** The registered producer, or `null`. */
  producer: IPushProducer | IPullProducer | null;
  /** Whether the producer is owed a `resumeProducing`. */
  producerPaused: boolean;
  /** Whether the producer was registered as a push producer. */
  streamingProducer: boolean;

  /**
   * Asks for a turn to write. Override it: `unregisterProducer` calls it once when the connection
   * is to close, so that the close can happen although nothing is left to send.
   *
   * @throws MethodNotImplementedError unless overridden.
   */
  abstract startWriting(): void;

  /**
   * Takes data from `producer`. A pull producer is asked once before this returns. If the consumer
   * is already disconnected, it only stops the producer.
   *
   * @throws InvalidArgTypeError: `producer` lacks a method; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: nothing has changed.
   * @throws any error that the producer throws.
   */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;

  /** Forgets the producer; a close that waited for this goes on. */
  unregisterProducer(): void;
}

/**
 * Mixes `registerProducer` and `unregisterProducer` into a consumer.
 *
 * @returns an abstract class: give it `connected`, `disconnecting`, `disconnected` and
 *   `startWriting`.
 * @see Twisted: `twisted.internet.abstract._ConsumerMixin`
 */
export function ConsumerMixin(): typeof ConsumerMixinMembers;
/**
 * Mixes them into a class that extends `Base`.
 *
 * @param Base - The class to extend.
 */
export function ConsumerMixin<T extends abstract new (...args: never[]) => object>(
  Base: T,
): T & typeof ConsumerMixinMembers;
export function ConsumerMixin(Base: abstract new (...args: never[]) => object = Object) {
  abstract class Consumer extends Base {
    // Abstract, so that no field is emitted that would hide the subclass's own.
    abstract readonly connected: boolean;
    abstract readonly disconnecting: boolean;
    abstract readonly disconnected: boolean;

    producer: IPushProducer | IPullProducer | null = null;
    producerPaused = false;
    streamingProducer = false;

    startWriting(): void {
      throw new MethodNotImplementedError(this, 'startWriting');
    }

    registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
      assertProducer(producer, streaming);
      takeProducer(this, producer, streaming);
    }

    unregisterProducer(): void {
      const { producer } = this;
      this.producer = null;
      if (producer !== null) tellOfProducer('unregistered', this, producer);
      if (this.connected && this.disconnecting) this.startWriting();
    }
  }
  return Consumer;
}

/**
 * Registers `producer` with `consumer`, once `registerProducer` has checked it.
 *
 * @throws ProducerAlreadyRegisteredError: nothing has changed.
 * @throws any error that the producer throws.
 */
export function takeProducer(
  consumer: ConsumerMixinMembers,
  producer: IPushProducer | IPullProducer,
  streaming: boolean,
): void {
  if (consumer.producer !== null) throw alreadyRegistered(producer, consumer.producer);
  if (consumer.disconnected) {
    tellToStop(consumer, producer);
    return;
  }
  consumer.producer = producer;
  consumer.streamingProducer = streaming;
  consumer.producerPaused = false; // Differs from Twisted: a pause is owed to one producer.
  tellOfProducer('registered', consumer, producer);
  if (streaming) return;
  // Called last, because the producer may call any method of the consumer.
  tellToResume(consumer, producer);
}

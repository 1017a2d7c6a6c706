import { assertBytes, piecesOf } from '../../base/bytes.js';
import {
  type IProtocol,
  type IPullProducer,
  type IPushProducer,
  isPullProducer,
  isPushProducer,
} from '../../twisted/core/index.js';
import { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';
import { ThrottledProducer } from './throttled-producer.js';

/** The events that a {@link ThrottlingProtocol} reports of the bytes that it passes on. */
export interface IBandwidthRegistry extends IWrapperRegistry {
  /** So many bytes were written. */
  registerWritten(length: number): void;
  /** So many bytes were read. */
  registerRead(length: number): void;
}

/**
 * Counts the bytes of a connection, and lets its factory stop and start them.
 *
 * @see Twisted: `twisted.protocols.policies.ThrottlingProtocol`
 */
export class ThrottlingProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  declare readonly factory: IBandwidthRegistry;

  #throttled: ThrottledProducer | null = null;
  #readsThrottled = false;
  #inputPaused = false;

  /**
   * Wraps a protocol and counts its bytes.
   *
   * @param factory - Is told of the bytes, and of everything that {@link ProtocolWrapper} reports.
   * @param wrappedProtocol - The protocol to wrap.
   */
  constructor(factory: IBandwidthRegistry, wrappedProtocol: P) {
    super(factory, wrappedProtocol);
  }

  /** The registered producer, by which writes are throttled, or `null`. */
  get producer(): IPushProducer | IPullProducer | null {
    return this.#throttled?.producer ?? null;
  }

  set producer(producer: IPushProducer | IPullProducer | null) {
    this.#throttled = producer === null ? null : new ThrottledProducer(producer, true);
  }

  override write(data: Uint8Array): void {
    assertBytes(data);
    this.factory.registerWritten(data.length);
    super.write(data);
  }

  override writeSequence(data: Iterable<Uint8Array>): void {
    const pieces = piecesOf(data);
    this.factory.registerWritten(pieces.reduce((sum, piece) => sum + piece.length, 0));
    super.writeSequence(pieces);
  }

  override dataReceived(data: Buffer): void {
    this.factory.registerRead(data.length);
    return super.dataReceived(data);
  }

  override registerProducer(producer: IPushProducer, streaming: boolean): void;
  override registerProducer(producer: IPullProducer, streaming: false): void;
  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void;
  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    const before = this.#throttled;
    const throttled = new ThrottledProducer(producer, streaming);
    const isProducer = streaming ? isPushProducer(producer) : isPullProducer(producer);
    this.#throttled = throttled; // First: a pull producer is asked, and may unregister.
    try {
      // A value that is not a producer goes to the transport as it is, which refuses or takes it.
      super.registerProducer(isProducer ? throttled : producer, streaming);
    } catch (error) {
      if (this.#throttled === throttled) this.#throttled = before;
      throw error;
    }
  }

  override unregisterProducer(): void {
    this.#throttled = null;
    super.unregisterProducer();
  }

  /** Stops reading until `resumeProducing`, throttled or not. */
  override pauseProducing(): void {
    this.#inputPaused = true;
    this.transport?.pauseProducing();
  }

  /** Reads again, as soon as reads are not throttled. */
  override resumeProducing(): void {
    this.#inputPaused = false;
    if (!this.#readsThrottled) this.transport?.resumeProducing();
  }

  /** Stops reading until `unthrottleReads`. */
  throttleReads(): void {
    this.#readsThrottled = true;
    this.transport?.pauseProducing();
  }

  /** Reads again, unless `pauseProducing` was called on this. */
  unthrottleReads(): void {
    if (!this.#readsThrottled) return;
    this.#readsThrottled = false;
    if (!this.#inputPaused) this.transport?.resumeProducing();
  }

  /** Pauses the registered producer, until `unthrottleWrites`. */
  throttleWrites(): void {
    this.#throttled?.throttle();
  }

  /** Resumes the registered producer, unless the transport has paused it. */
  unthrottleWrites(): void {
    this.#throttled?.unthrottle();
  }
}

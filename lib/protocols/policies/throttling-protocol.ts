import { assertBytes, piecesOf } from '../../base/bytes.js';
import { currentContext } from '../../base/context.js';
import {
  heed,
  type IProtocol,
  type IPullProducer,
  type IPushProducer,
  isPullProducer,
  isPushProducer,
} from '../../twisted/core/index.js';
import { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';
import { ThrottledProducer } from './throttled-producer.js';

/** The counts of bytes that a {@link ThrottlingProtocol} reports to its factory. */
export interface IBandwidthRegistry extends IWrapperRegistry {
  /** `length` bytes were written. */
  registerWritten(length: number): void;
  /** `length` bytes were read. */
  registerRead(length: number): void;
}

/**
 * Counts the bytes of a connection, and lets its factory pause and resume them.
 *
 * @see Twisted: `twisted.protocols.policies.ThrottlingProtocol`
 */
export class ThrottlingProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  declare readonly factory: IBandwidthRegistry;

  #throttled: ThrottledProducer | null = null;
  #readsThrottled = false;
  #inputPaused = false;
  readonly #context = currentContext();

  /**
   * Wraps a protocol and counts its bytes.
   *
   * @param factory - The object that is told of the bytes, and of everything that
   *   {@link ProtocolWrapper} reports.
   * @param wrappedProtocol - The protocol to wrap.
   */
  constructor(factory: IBandwidthRegistry, wrappedProtocol: P) {
    super(factory, wrappedProtocol);
  }

  /** The registered producer, which is paused to throttle writes, or `null`. */
  get producer(): IPushProducer | IPullProducer | null {
    return this.#throttled?.producer ?? null;
  }

  set producer(producer: IPushProducer | IPullProducer | null) {
    this.#throttled = producer === null ? null : new ThrottledProducer(producer, true);
  }

  override write(data: Uint8Array): void {
    assertBytes(data);
    this.#heed(this.factory.registerWritten(data.length), 'registerWritten');
    return super.write(data);
  }

  override writeSequence(data: Iterable<Uint8Array>): void {
    const pieces = piecesOf(data);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#heed(this.factory.registerWritten(length), 'registerWritten');
    return super.writeSequence(pieces);
  }

  override dataReceived(data: Buffer): void {
    this.#heed(this.factory.registerRead(data.length), 'registerRead');
    return super.dataReceived(data);
  }

  #heed(returned: unknown, callback: string): void {
    heed(returned, this.factory, callback, this.transport);
  }

  override registerProducer(producer: IPushProducer, streaming: boolean): void;
  override registerProducer(producer: IPullProducer, streaming: false): void;
  override registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  override registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    const before = this.#throttled;
    const throttled = new ThrottledProducer(producer, streaming);
    const isProducer = streaming ? isPushProducer(producer) : isPullProducer(producer);
    this.#throttled = throttled; // First, as a pull producer may unregister at once.
    try {
      // A value that is not a producer goes to the transport unchanged. The transport refuses or
      // takes it.
      return super.registerProducer(isProducer ? throttled : producer, streaming);
    } catch (error) {
      if (this.#throttled === throttled) this.#throttled = before;
      throw error;
    }
  }

  override unregisterProducer(): void {
    this.#throttled = null;
    return super.unregisterProducer();
  }

  override stopConsuming(): void {
    this.#throttled = null; // The transport unregisters its producer.
    return super.stopConsuming();
  }

  /** Stops reading until `resumeProducing`, even if the throttling ends before. */
  override pauseProducing(): void {
    this.#inputPaused = true;
    return this.transport?.pauseProducing();
  }

  /** Reads again, once reads are not throttled. */
  override resumeProducing(): void {
    this.#inputPaused = false;
    if (!this.#readsThrottled) return this.transport?.resumeProducing();
  }

  /** Stops reading until `unthrottleReads`. */
  throttleReads(): void {
    this.#readsThrottled = true;
    return this.#inOwnContext(() => this.transport?.pauseProducing());
  }

  /** Reads again, unless `pauseProducing` was called on this. */
  unthrottleReads(): void {
    if (!this.#readsThrottled) return;
    this.#readsThrottled = false;
    if (!this.#inputPaused) return this.#inOwnContext(() => this.transport?.resumeProducing());
  }

  /**
   * Makes `call` in the context of this connection, because one call of the clock throttles all
   * connections, and a transport delivers its buffered input in the context that resumes it.
   */
  #inOwnContext(call: () => void): void {
    return this.#context.runInAsyncScope(call);
  }

  /** Pauses the registered producer, until `unthrottleWrites`. */
  throttleWrites(): void {
    return this.#throttled?.throttle();
  }

  /** Resumes the registered producer, unless the transport has paused it. */
  unthrottleWrites(): void {
    return this.#throttled?.unthrottle();
  }
}

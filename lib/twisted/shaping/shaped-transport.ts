/** A transport that sends no more than a bucket takes. */
import { Buffer } from 'node:buffer';

import type { Bucket } from './bucket.js';
import { forwardToTransport } from '../../base/forwarding.js';
import { nameOf } from '../../base/name-of.js';
import {
  closedOf,
  type ConsumerState,
  consumerState,
  heed,
  type IAddress,
  type IPushProducer,
  letHandOver,
  isOwnProtocol,
  isPushProducer,
  isUnableToUnregister,
  type ProtocolTransport,
} from '../core/index.js';
import {
  assertCan,
  type ShapableTransport,
  type VersatileTransport,
} from './shapable-transport.js';
import { ShapedConsumer } from './shaped-consumer.js';
import { asBuffer, piecesOf } from '../../base/bytes.js';
import { setImmediate } from '../../base/timers.js';

/** The two ways to close. */
type Closing = 'loseConnection' | 'loseWriteConnection';

/** The members of every transport that a {@link ShapedTransport} passes on: `forwardToTransport` does. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the class beside it has one.
export interface ShapedTransportMembers<T extends ShapableTransport = ProtocolTransport> {
  /** The transport's own. */
  getPeer(): IAddress;
  /** The transport's own. */
  getHost(): IAddress;
}

/** The members that a {@link ShapedTransport} has itself. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above.
export class ShapedTransportMembers<
  T extends ShapableTransport = ProtocolTransport,
> extends ShapedConsumer {
  /** The transport that is shaped. */
  readonly transport: T;

  /** How to close when everything is sent. */
  private closing: Closing | null = null;
  /** Whether the input is paused. */
  private inputPaused = false;
  /** Whether we are asking our producer now. */
  private asking = false;

  /**
   * Registers with `transport`, unless that is closing.
   *
   * @param transport - The transport to shape. Do not write to it directly.
   * @param bucket - The bucket that limits it.
   * @throws InvalidArgTypeError: `transport` is not a consumer, `bucket` is not a bucket, or a
   *   limit of the bucket or of a parent of it is not a number.
   * @throws OutOfRangeError: such a limit is out of range.
   * @throws ProducerAlreadyRegisteredError: `transport` has a producer.
   */
  constructor(transport: T, bucket: Bucket) {
    super(null, bucket);
    this.transport = transport;
    this.attach(transport);
  }

  /** Whether a close was requested. */
  get disconnecting(): boolean {
    return this.closing === 'loseConnection' || this.versatile.disconnecting === true;
  }

  /** The value of the transport. */
  get connected(): boolean {
    return this.versatile.connected === true;
  }

  /** The value of the transport. */
  get disconnected(): boolean {
    return this.versatile.disconnected === true;
  }

  private get versatile(): VersatileTransport {
    return this.transport;
  }

  /**
   * The producer that registers with the transport in our place, because our own `pauseProducing`
   * pauses the input, as that of any transport does.
   */
  protected override asProducer(): IPushProducer {
    const producer = {
      [Symbol.toStringTag]: nameOf(this), // As a literal to return, this would be a member too many.
      pauseProducing: () => super.pauseProducing(),
      resumeProducing: () => super.resumeProducing(),
      stopProducing: () => super.stopProducing(),
    };
    return producer;
  }

  /** As a producer: stops reading. */
  override pauseProducing(): void {
    const { transport } = this;
    if (!isPushProducer(transport)) return super.pauseProducing();
    this.inputPaused = true;
    this.heed(transport.pauseProducing(), 'pauseProducing');
  }

  /**
   * As a producer: reads again. If it was not paused, the call comes from the transport, which asks
   * for data.
   */
  override resumeProducing(): void {
    const { transport, inputPaused } = this;
    if (inputPaused && isPushProducer(transport)) {
      this.inputPaused = false;
      this.heed(transport.resumeProducing(), 'resumeProducing');
    } else if (
      !this.stopped &&
      !(this.asking && (this.producerIsStreaming || this.outstandingPull))
    ) {
      // A producer that is being asked and has yet to answer is not asked again: otherwise two that
      // are each other's producers, perhaps behind other consumers, would ask each other for ever.
      super.resumeProducing();
    }
  }

  protected override resumeOrAskProducer(nothingSent: boolean): void {
    const { asking } = this;
    this.asking = true;
    try {
      super.resumeOrAskProducer(nothingSent);
    } finally {
      this.asking = asking;
    }
    const { producer } = this;
    if (this.closing === null || !this.isOwn(producer)) return;
    setImmediate(() => {
      if (this.producer === producer) this.unregisterOwn(producer);
    });
  }

  /** As a producer: the consumer of its input is lost, so it closes. */
  override stopProducing(): void {
    if (!isPushProducer(this.transport)) return super.stopProducing();
    this.loseConnection();
  }

  /**
   * Writes each of `data`, in order, as one write.
   *
   * @param data - Pieces that must not change until they have been sent.
   * @throws InvalidArgTypeError: `data` is not a sequence, or a piece is not bytes; nothing was
   *   written.
   * @throws the error that `write` throws.
   */
  writeSequence(data: Iterable<Uint8Array>): void {
    const [first, ...others] = piecesOf(data);
    if (first === undefined) return;
    this.write(others.length === 0 ? asBuffer(first) : Buffer.concat([first, ...others]));
  }

  /**
   * Closes once the registered producer has unregistered and everything is sent, at the bucket's
   * pace.
   */
  loseConnection(): void {
    this.closeBy('loseConnection');
  }

  /**
   * Ends the write half once the registered producer has unregistered and everything is sent.
   *
   * @throws MethodNotImplementedError: the transport has no such method.
   */
  loseWriteConnection(): void {
    assertCan(this.versatile, 'loseWriteConnection');
    if (this.closing === null) this.closeBy('loseWriteConnection');
  }

  private closeBy(closing: Closing): void {
    if (this.isOver) {
      this.heed(this.versatile[closing]?.(), closing);
    } else {
      this.closing = closing;
      this.unregisterWhenDone();
      const { waitsForProducer } = this.versatile;
      // A `FileDescriptor` always waits for us, because we are a pull producer. Meanwhile it does
      // not take the end of the input for the end of the connection.
      if (closing === 'loseConnection' && !this.isOver && waitsForProducer !== undefined) {
        this.heed(this.transport.loseConnection(), closing);
      }
    }
  }

  private heed(returned: unknown, method: string): void {
    heed(returned, this.transport, method);
  }

  /** Goes on with a close as soon as it need not wait for a producer. */
  private unregisterWhenDone(): void {
    const { producer } = this;
    if (producer === null || isUnableToUnregister(producer, this)) {
      this.unregisterProducer();
    } else if (this.isOwn(producer)) {
      this.unregisterOwn(producer);
    } else {
      void closedOf(producer)?.then(() => {
        if (this.producer === producer) this.unregisterProducer();
      });
    }
  }

  /**
   * Unregisters our own protocol, unless it may have more to write: because it is paused, or
   * because it is a stream that has yet to hand bytes over.
   */
  private unregisterOwn(producer: object): void {
    if (!this.producerPaused && !letHandOver(producer)) this.unregisterProducer();
  }

  /**
   * Whether `producer` is registered only to be paused and resumed: it asked for the close itself.
   */
  private isOwn(producer: object | null): producer is object {
    return this.producerIsStreaming === true && isOwnProtocol(producer, this.versatile.protocol);
  }

  /** Unregisters the producer and closes, once everything is sent. */
  stopConsuming(): void {
    this.unregisterProducer();
    this.loseConnection();
  }

  /**
   * Speaks TLS from now on. The buffered bytes (at most one full buffer) were written before, so
   * they leave at once and unencrypted, even if the bucket has no room for them.
   *
   * @param options - The options of the transport's `startTLS`.
   * @throws MethodNotImplementedError: the transport has no such method.
   * @throws the error that the transport throws.
   */
  startTLS(options?: object): void {
    assertCan(this.versatile, 'startTLS');
    if (this.bufferedBytes > 0) this.heed(this.transport.write(this.takeBuffer()), 'write');
    this.heed(this.versatile.startTLS?.(options), 'startTLS');
  }

  /**
   * Closes at once, and drops the buffered bytes.
   *
   * @throws MethodNotImplementedError: the transport has no such method.
   */
  abortConnection(): void {
    assertCan(this.versatile, 'abortConnection');
    this.isOver = true;
    this.clearBuffer();
    super.pauseProducing();
    this.heed(this.versatile.abortConnection?.(), 'abortConnection');
  }

  protected override fail(reason: Error): void {
    if (typeof this.versatile.abortConnection === 'function') {
      this.abortConnection();
    } else {
      super.fail(reason);
      this.heed(this.transport.loseConnection(), 'loseConnection');
    }
  }

  protected override leaveConsumer(): void {
    const { closing } = this;
    if (closing === null) {
      // Differs from Twisted (twisted/twisted#4635): another producer may register, or bytes may be
      // written to us.
      if (this.owesFinish) this.leave();
    } else if (closedOf(this.transport)) {
      // Later, because the code that asked for the close, or that awaits the end of its transfer,
      // may still write or register again.
      setImmediate(() => {
        if (!this.isOver && this.producer === null && this.buffer.length === 0) this.leave();
      });
    } else {
      this.leave();
    }
  }

  private leave(): void {
    const { closing } = this;
    this.isOver = true;
    try {
      super.leaveConsumer();
    } finally {
      if (closing !== null) this.heed(this.versatile[closing]?.(), closing);
    }
  }

  /** @internal */
  override [consumerState](): ConsumerState {
    if (this.isOver || this.disconnected) {
      // Only the transport knows what its close waits for, and why it was lost.
      const told = this.versatile[consumerState]?.();
      if (told !== undefined) return told;
    }
    return {
      ...super[consumerState](),
      isReadingPaused: this.inputPaused && !this.disconnected,
    };
  }
}

/**
 * A transport that sends at the pace of a bucket. It passes every other member on to the transport
 * that it shapes: `getPeer`, `setTcpNoDelay` and so on.
 *
 * One producer may follow another: the ShapedTransport stays registered with its transport until it
 * closes, and it closes when the last byte is sent. As a producer it produces its input, as any
 * transport does.
 *
 * @see Twisted: `twisted.protocols.htb.ShapedTransport`
 */
export type ShapedTransport<T extends ShapableTransport = ProtocolTransport> =
  ShapedTransportMembers<T> & Omit<T, keyof ShapedTransportMembers<T> | 'writeSomeData'>;

/** The class of {@link ShapedTransport}. */
export const ShapedTransport = forwarding(ShapedTransportMembers) as unknown as {
  /** See the constructor of ShapedTransportMembers. */
  new <T extends ShapableTransport = ProtocolTransport>(
    transport: T,
    bucket: Bucket,
  ): ShapedTransport<T>;
  /** For `instanceof`. */
  readonly prototype: ShapedConsumer;
};

/** Gives `Members` its public name, and its instances the members of their transport. */
function forwarding(Members: typeof ShapedTransportMembers): typeof Members {
  Object.defineProperty(Members, 'name', { value: 'ShapedTransport' });
  forwardToTransport(Members);
  return Members;
}

/** A transport that sends no more than a bucket takes. */
import { Buffer } from 'node:buffer';

import type { Bucket } from './bucket.js';
import { MethodNotImplementedError } from '../../base/errors.js';
import { forwardToTransport } from '../../base/forwarding.js';
import {
  assertConsumer,
  closedOf,
  type IConsumer,
  type IPushProducer,
  isOwnProtocol,
  isPushProducer,
  isUnableToUnregister,
  type ITransport,
  type ProtocolTransport,
} from '../core/index.js';
import { ShapedConsumer } from './shaped-consumer.js';
import { asBuffer, piecesOf } from '../../base/bytes.js';
import { setImmediate } from '../../base/timers.js';
import { currentTurn } from '../../base/turn.js';

/** A transport with which a producer can register. */
export type ShapableTransport = ITransport & IConsumer;

/** What a transport may be able to do beyond that. */
interface VersatileTransport {
  readonly connected?: boolean;
  readonly disconnecting?: boolean;
  readonly disconnected?: boolean;
  readonly waitsForProducer?: boolean;
  readonly protocol?: unknown;
  loseConnection(): void;
  loseWriteConnection?(): void;
  abortConnection?(): void;
  startTLS?(options?: object): void;
}
type Closing = 'loseConnection' | 'loseWriteConnection';

/** What a {@link ShapedTransport} has of its own. */
export class ShapedTransportMembers<
  T extends ShapableTransport = ProtocolTransport,
> extends ShapedConsumer {
  /** The transport that is shaped. */
  readonly transport: T;

  /** How to close when all is sent. */
  private closing: Closing | null = null;
  /** Whether what comes in is paused. */
  private inputPaused = false;
  /** Whether our producer is being asked. */
  private asking = false;
  /** The turn of the event loop in which a producer has unregistered. */
  private unregisteredIn = -1;

  /**
   * Registers with `transport`, for as long as that is not to close.
   *
   * @param transport - What to shape. Don't write to it besides.
   * @param bucket - What limits it.
   * @throws InvalidArgTypeError: `transport` is no consumer, `bucket` no bucket, or a limit of it or
   *   of a parent of it no number.
   * @throws OutOfRangeError: such a limit is none.
   * @throws ProducerAlreadyRegisteredError: `transport` has a producer.
   */
  constructor(transport: T, bucket: Bucket) {
    assertConsumer(transport);
    super(null, bucket);
    this.transport = transport;
    this.attach(transport);
  }

  /** Whether it is going to close. */
  get disconnecting(): boolean {
    return this.closing === 'loseConnection' || this.versatile.disconnecting === true;
  }

  /** As the transport has it. */
  get connected(): boolean {
    return this.versatile.connected === true;
  }

  /** As the transport has it. */
  get disconnected(): boolean {
    return this.versatile.disconnected === true;
  }

  private get versatile(): VersatileTransport {
    return this.transport;
  }

  /** The transport asks this, and not us: transports, as producers, make what comes in. */
  protected override asProducer(): IPushProducer {
    return {
      pauseProducing: () => super.pauseProducing(),
      resumeProducing: () => super.resumeProducing(),
      stopProducing: () => super.stopProducing(),
    };
  }

  /** As a producer: makes no more of what comes in. */
  override pauseProducing(): void {
    const { transport } = this;
    if (!isPushProducer(transport)) return super.pauseProducing();
    this.inputPaused = true;
    transport.pauseProducing();
  }

  /** As a producer: goes on. If it was not paused, this is taken for the transport's question. */
  override resumeProducing(): void {
    const { transport, inputPaused } = this;
    if (inputPaused && isPushProducer(transport)) {
      this.inputPaused = false;
      transport.resumeProducing();
    } else if (!(this.asking && this.producerIsStreaming)) {
      // Two that feed each other would else ask each other for ever.
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
    if (this.closing === null || producer === null || !this.isOwn(producer)) return;
    setImmediate(() => {
      if (this.producer === producer && !this.producerPaused) this.unregisterProducer();
    });
  }

  /** As a producer: the consumer of what comes in has died, so it closes. */
  override stopProducing(): void {
    if (!isPushProducer(this.transport)) return super.stopProducing();
    this.loseConnection();
  }

  /**
   * Writes each of `data`, in order, as one write.
   *
   * @param data - Pieces that must not change until they have been sent.
   * @throws InvalidArgTypeError: one is not bytes; nothing was written.
   * @throws as `write`.
   */
  writeSequence(data: Iterable<Uint8Array>): void {
    const [first, ...others] = piecesOf(data);
    if (first === undefined) return;
    this.write(others.length === 0 ? asBuffer(first) : Buffer.concat([first, ...others]));
  }

  /** Closes once the registered producer has unregistered and all is sent, at the bucket's pace. */
  loseConnection(): void {
    this.closeBy('loseConnection');
  }

  /**
   * Ends the write half once the registered producer has unregistered and all is sent.
   *
   * @throws MethodNotImplementedError: the transport can't.
   */
  loseWriteConnection(): void {
    this.assertCan('loseWriteConnection');
    if (this.closing === null) this.closeBy('loseWriteConnection');
  }

  private closeBy(closing: Closing): void {
    if (this.isOver) {
      this.versatile[closing]?.();
    } else {
      this.closing = closing;
      this.unregisterWhenDone();
      const { waitsForProducer } = this.versatile;
      // A `FileDescriptor` waits for us, who are pulled, whatever it does with those who push; meanwhile
      // it takes nothing that comes in for the end of the connection.
      if (closing === 'loseConnection' && !this.isOver && waitsForProducer !== undefined) {
        this.transport.loseConnection();
      }
    }
  }

  /** Goes on with a close as soon as nobody has to be waited for. */
  private unregisterWhenDone(): void {
    const { producer } = this;
    if (producer === null || isUnableToUnregister(producer, this)) {
      this.unregisterProducer();
    } else if (this.isOwn(producer)) {
      if (!this.producerPaused) this.unregisterProducer();
    } else {
      void closedOf(producer)?.then(() => {
        if (this.producer === producer && this.closing !== null) this.unregisterProducer();
      });
    }
  }

  /** Whether `producer` registered to hear of pauses: it asked for the close itself. */
  private isOwn(producer: object): boolean {
    return this.producerIsStreaming === true && isOwnProtocol(producer, this.versatile.protocol);
  }

  override unregisterProducer(): void {
    if (this.producer !== null) this.unregisteredIn = currentTurn();
    super.unregisterProducer();
  }

  /** Unregisters the producer and closes, once all is sent. */
  stopConsuming(): void {
    this.unregisterProducer();
    this.loseConnection();
  }

  /**
   * Speaks TLS from now on. What is held was written before, so it leaves at once and in the clear,
   * whatever the bucket says: at most one buffer.
   *
   * @param options - As the transport has them.
   * @throws MethodNotImplementedError: the transport can't.
   * @throws what the transport throws.
   */
  startTLS(options?: object): void {
    this.assertCan('startTLS');
    if (!this.isOver && this.bufferedBytes > 0) this.transport.write(this.takeBuffer());
    this.versatile.startTLS?.(options);
  }

  /**
   * Closes at once, and drops what is held.
   *
   * @throws MethodNotImplementedError: the transport can't.
   */
  abortConnection(): void {
    this.assertCan('abortConnection');
    this.isOver = true;
    this.clearBuffer();
    super.pauseProducing();
    this.versatile.abortConnection?.();
  }

  private assertCan(method: 'loseWriteConnection' | 'abortConnection' | 'startTLS'): void {
    if (typeof this.versatile[method] !== 'function') {
      throw new MethodNotImplementedError(this.transport, method);
    }
  }

  protected override fail(reason: Error): void {
    if (typeof this.versatile.abortConnection === 'function') {
      this.abortConnection();
    } else {
      super.fail(reason);
      this.transport.loseConnection();
    }
  }

  protected override leaveConsumer(): void {
    const { closing } = this;
    // Differs from Twisted (twisted/twisted#4635): another producer may come, or be written to us.
    if (closing === null && !this.finishing) return;
    if (closing !== null && this.unregisteredIn === currentTurn() && closedOf(this.transport)) {
      // On a stream, who awaits the end of its transfer may still write, or register for another one.
      setImmediate(() => this.leaveUnlessUsed());
      return;
    }
    this.isOver = true;
    try {
      super.leaveConsumer();
    } finally {
      if (closing !== null) this.versatile[closing]?.();
    }
  }

  private leaveUnlessUsed(): void {
    if (!this.isOver && this.producer === null && this.buffer.length === 0) this.leaveConsumer();
  }
}

/**
 * A transport that sends at the pace of a bucket. What it doesn't have itself, it has of the transport
 * that it shapes: `getPeer`, `setTcpNoDelay`, whatever there is.
 *
 * Its producers may follow one another: it stays registered with the transport until it closes, and it
 * closes when the last byte is sent. As a producer it makes what comes in, like any transport.
 *
 * @see Twisted: `twisted.protocols.htb.ShapedTransport`
 */
export type ShapedTransport<T extends ShapableTransport = ProtocolTransport> =
  ShapedTransportMembers<T> & Omit<T, keyof ShapedTransportMembers<T>>;

/** The class of {@link ShapedTransport}. */
export const ShapedTransport = forwarding(ShapedTransportMembers) as unknown as {
  /** See the constructor of ShapedTransportMembers. */
  new <T extends ShapableTransport>(transport: T, bucket: Bucket): ShapedTransport<T>;
  /** For `instanceof`. */
  readonly prototype: ShapedConsumer;
};

/** Gives `Members` its public name, and its instances what their transport has. */
function forwarding(Members: typeof ShapedTransportMembers): typeof Members {
  Object.defineProperty(Members, 'name', { value: 'ShapedTransport' });
  forwardToTransport(Members);
  return Members;
}

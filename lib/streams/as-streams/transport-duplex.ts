import { addAbortSignal } from '#stream';

import { InvalidArgTypeError } from '../../base/errors.js';
import {
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  type IHalfCloseableProtocol,
  type IPushProducer,
  isConsumer,
  isPushProducer,
  isTransport,
  type ITCPTransport,
  type ITransport,
  ProducerStoppedError,
} from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { assertBytes } from '../../base/bytes.js';
import { asError } from '../../base/as-error.js';
import { setImmediate } from '../../base/timers.js';
import { assertByteStreamOptions } from './byte-stream-options.js';
import { ConsumerGate, type WriteCallback } from './consumer-gate.js';
import { forgetEnd } from './forget-end.js';
import { SocketLike } from './socket-like.js';

/** What a {@link TransportDuplex} can be told. */
export interface TransportDuplexOptions {
  /** Bytes at which either half is full. Node's default if left out. */
  highWaterMark?: number | undefined;
  /** Of the readable half: received bytes at which the transport is paused. */
  readableHighWaterMark?: number | undefined;
  /** Of the writable half: bytes at which `write` says `false`. */
  writableHighWaterMark?: number | undefined;
  /** Of strings that are written without one; `'utf8'` if left out. */
  defaultEncoding?: BufferEncoding | undefined;
  /**
   * Whether the stream may still be written to when the other end writes no more; `true` if left out.
   * A client of Node's that keeps connections, as `http.Agent` does, expects `false`.
   */
  allowHalfOpen?: boolean | undefined;
  /** Destroys the stream when it aborts. */
  signal?: AbortSignal | undefined;
}

/**
 * A transport as a `Duplex`: give this to the transport as its protocol. What is received can be
 * read, what is written goes to the transport, and each half is slowed down by the other end of it.
 *
 * - Whatever is written before `makeConnection` waits for it.
 * - A slow reader pauses a transport that is a push producer; a transport that is a consumer pauses
 *   the writer.
 * - `end` half-closes a transport that has `loseWriteConnection`, and closes any other. `'finish'`
 *   comes when the transport says that this was done, so all has been sent by then.
 * - A connection that ends cleanly ends both halves; one that ends otherwise destroys the stream
 *   with the reason.
 * - When both halves have ended the connection is closed. Destroyed before that, it is aborted
 *   (closed, where the transport can't abort).
 *
 * @example
 * ```ts
 * const duplex = new TransportDuplex({ allowHalfOpen: false });
 * const transport = new DuplexTransport(net.connect(80, 'example.com'), { protocol: duplex });
 * // A protocol that was never connected isn't told that connecting failed.
 * void transport.closed.then((reason) => duplex.connectionLost(reason));
 * http.get('http://example.com/', { createConnection: () => duplex });
 * ```
 *
 * @typeParam T - The transport, if more is known of it.
 * @see Twisted: `twisted.internet.interfaces.IProtocol`
 */
export class TransportDuplex<T extends ITransport = ITransport>
  extends SocketLike
  implements IHalfCloseableProtocol
{
  /** The way to the other end, from `makeConnection` on; `null` before. */
  transport: T | null = null;

  private readonly gate = new ConsumerGate();
  /** What the transport knows as its producer: the stream's own `pause` is another matter. */
  private readonly writer: IPushProducer = {
    pauseProducing: () => this.gate.pauseProducing(),
    resumeProducing: () => this.gate.resumeProducing(),
    stopProducing: () => this.writerStopped(),
  };
  /** Whether the transport counts on `writer` to unregister. */
  private registered = false;
  /** Whether the transport is owed a `resumeProducing`. */
  private transportPaused = false;
  /** Whether the transport was told to close: it reads no more by itself. */
  private closing = false;
  private inputOver = false;
  private outputOver = false;
  /** Whether the connection is over, or is no concern of ours any more. */
  private over = false;
  /** Whether the connection is over. */
  private lost = false;
  /** Owed to the stream once its write half has ended. */
  private ended: WriteCallback | null = null;

  /**
   * @param options - See {@link TransportDuplexOptions}.
   * @throws InvalidArgTypeError: `options` ask for object mode.
   */
  constructor(options: TransportDuplexOptions = {}) {
    assertByteStreamOptions(options);
    super({
      highWaterMark: options.highWaterMark,
      readableHighWaterMark: options.readableHighWaterMark,
      writableHighWaterMark: options.writableHighWaterMark,
      defaultEncoding: options.defaultEncoding,
      allowHalfOpen: options.allowHalfOpen,
    });
    if (options.signal) addAbortSignal(options.signal, this);
  }

  /**
   * Called by the transport's owner when the connection stands; emits `'connect'`. A stream that
   * was destroyed before aborts it at once.
   *
   * @param transport - Is paused if it is an `IPushProducer`, and given a producer if it is an
   *   `IConsumer`.
   * @throws InvalidArgTypeError: `transport` is none, or there is one already.
   * @throws ProducerAlreadyRegisteredError: the transport has a producer; nothing has changed.
   */
  makeConnection(transport: ITransport): void {
    if (!isTransport(transport)) {
      throw new InvalidArgTypeError(
        'transport',
        'a transport (write, writeSequence, loseConnection)',
        transport,
      );
    }
    if (this.transport !== null) {
      throw new InvalidArgTypeError('transport', 'the only one of this stream', transport);
    }
    this.transport = transport as T;
    if (this.destroyed) {
      this.leave(false);
      return;
    }
    this.register(transport);
    if (this.over) return;
    // Asked now: what waits in the gate may end the stream by itself as it goes through.
    const hasEnded = this.ended !== null;
    this.gate.open(transport);
    if (hasEnded) this.endOutput(transport);
    if (this.over) return;
    this.emit('connect');
    this.emit('ready');
  }

  private register(transport: ITransport): void {
    if (!isConsumer(transport)) return;
    this.registered = true; // First: the transport may pause or stop us at once.
    try {
      transport.registerProducer(this.writer, true);
    } catch (thrown) {
      this.registered = false;
      this.transport = null;
      throw thrown;
    }
  }

  private unregister(transport: ITransport): void {
    if (!this.registered || !isConsumer(transport)) return;
    this.registered = false;
    transport.unregisterProducer();
  }

  /**
   * Called by the transport: `data` can be read.
   *
   * @throws InvalidArgTypeError: `data` is not bytes.
   * @throws what a `'data'` listener throws.
   */
  dataReceived(data: Uint8Array): void {
    assertBytes(data);
    if (this.inputOver || this.destroyed) return;
    this.noticeTraffic();
    if (this.push(data) || this.transportPaused) return;
    const { source } = this;
    if (source === null) return;
    this.transportPaused = true;
    source.pauseProducing();
  }

  /** The transport as long as it may be paused and resumed, if it can be. */
  private get source(): IPushProducer | null {
    if (this.over || this.closing || this.inputOver) return null;
    return isPushProducer(this.transport) ? this.transport : null;
  }

  /** Called by the transport: the other end writes no more. */
  readConnectionLost(): void {
    if (this.inputOver || this.destroyed) return;
    this.inputOver = true;
    this.push(null);
    this.read(0); // As a socket does: an end that nobody is there to read is heard all the same.
  }

  /** Called by the transport: the write half has ended. */
  writeConnectionLost(): void {
    if (this.outputOver || this.destroyed) return;
    this.outputOver = true;
    const { ended } = this;
    if (ended !== null) {
      this.ended = null;
      ended();
    } else {
      // Not our doing: what was sent was sent, what still waits can't be.
      this.gate.finish(new ConnectionLost('The connection ended before everything was written.'));
      this.end();
    }
  }

  /**
   * Called by the transport: the connection is over. After the first time, does nothing.
   *
   * @param reason - `ConnectionDone` ends both halves, anything else destroys the stream.
   */
  connectionLost(reason: Error): void {
    this.lost = true;
    this.registered = false;
    if (this.over) return;
    this.over = true;
    if (reason instanceof ConnectionDone) {
      this.readConnectionLost();
      this.writeConnectionLost();
    } else {
      this.destroy(reason);
    }
  }

  /** The transport wants nothing more of us. As a rule it says why right after. */
  private writerStopped(): void {
    if (!this.registered) return;
    this.registered = false;
    setImmediate(() => {
      if (!this.over) this.destroy(new ProducerStoppedError());
    });
  }

  /** @internal */
  override _read(): void {
    if (!this.transportPaused) return;
    // Node calls this before it takes what it reads from the buffer. A transport that answered at
    // once would fill a full buffer further.
    if (this.readableLength < this.readableHighWaterMark) this.resumeTransport();
    else process.nextTick(() => this.resumeTransport());
  }

  private resumeTransport(): void {
    const { source } = this;
    if (!this.transportPaused || source === null) return;
    this.transportPaused = false;
    try {
      source.resumeProducing();
    } catch (thrown) {
      this.destroy(asError(thrown));
    }
  }

  /** @internal */
  override _write(chunk: Buffer, _encoding: string, callback: WriteCallback): void {
    this.noticeTraffic();
    this.gate.write(chunk, callback);
  }

  /** @internal */
  override _final(callback: WriteCallback): void {
    if (this.outputOver) {
      callback();
      return;
    }
    this.ended = callback;
    if (this.transport !== null) this.endOutput(this.transport);
  }

  private endOutput(transport: ITransport): void {
    this.unregister(transport);
    if (this.over) return;
    const { loseWriteConnection } = transport as Partial<ITCPTransport>;
    if (typeof loseWriteConnection === 'function') {
      loseWriteConnection.call(transport);
    } else {
      this.closing = true;
      transport.loseConnection();
    }
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (error === null) forgetEnd(this);
    this.stopTimer();
    this.ended = null;
    this.gate.close(error ?? new ConnectionAborted()); // First: we may be resumed as we leave.
    let failure: Error | null = null;
    try {
      this.leave(error === null && this.writableFinished);
    } catch (thrown) {
      failure = asError(thrown);
      if (error !== null) log.err(thrown, 'Leaving a transport failed');
    }
    callback(error ?? failure);
    this.gate.fail();
  }

  /**
   * Has nothing more to do with the transport.
   *
   * @param cleanly - Whether what it still holds is to be sent.
   */
  private leave(cleanly: boolean): void {
    const { transport } = this;
    if (transport === null || this.over) return;
    this.over = true;
    this.unregister(transport);
    if (this.lost) return;
    const { abortConnection } = transport as Partial<ITCPTransport>;
    if (!cleanly && typeof abortConnection === 'function') abortConnection.call(transport);
    else transport.loseConnection();
  }
}

/**
 * A Twisted transport, as a Node stream that is read and written.
 *
 * The connection; the half that is read; the half that is written:
 *
 * ```text
 *   awaited ──makeConnection──▶ standing ──endOutput──▶ closing    (a transport that cannot half-close)
 *      └─────────────connectionLost─┴─leave──▶ left ◀─leave─┘
 *                                    └──────▶ lost ◀──connectionLost──┘
 *
 *   flowing ──pauseTransport──▶ paused ──resumeTransport──▶ flowing
 *      └────readConnectionLost────┴────▶ ended
 *
 *   open ──_final──▶ ending ──writeConnectionLost──▶ ended
 *     └──────────────writeConnectionLost───────────────┘
 * ```
 *
 * Writes and an end that come before the connection wait: in the gate, behind it, and as `ending`.
 */
import { addAbortSignal } from '#stream';

import { InvalidStateError } from '../../base/errors.js';
import {
  assertTransport,
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
  handOver,
  type IConsumer,
  type IHalfCloseableProtocol,
  type IPushProducer,
  isConsumer,
  isPushProducer,
  type ITransport,
  ProducerStoppedError,
  standInFor,
} from '../../twisted/core/index.js';
import { assertBytes } from '../../base/bytes.js';
import { asError } from '../../base/as-error.js';
import { nextTick, setImmediate } from '../../base/timers.js';
import type { WriteCallback } from '../any-stream/index.js';
import { ConsumerGate } from './consumer-gate.js';
import {
  destroyFor,
  forgetEnd,
  heedFor,
  isPlainDestroy,
  leaveAndCallBack,
  waitingIn,
} from './destroying.js';
import { Registration } from './registration.js';
import { SocketLike } from './socket-like.js';
import { optionsOfBase } from './stream-options.js';
import { endBy } from './end-by.js';
import {
  assertTransportDuplexOptions,
  DUPLEX_OPTIONS,
  type TransportDuplexOptions,
} from './transport-duplex-options.js';

/**
 * A transport as a `Duplex`: give this to the transport as its protocol. Reading it gives the bytes
 * that were received, writing to it writes to the transport, and each half has backpressure from
 * the other end.
 *
 * - Whatever is written before `makeConnection` waits for it.
 * - A slow reader pauses a transport that is a producer; one that is a consumer pauses the writer.
 * - `end` half-closes a transport that has `loseWriteConnection`, and closes any other. `'finish'`
 *   comes when the transport says that this was done, so all has been sent by then.
 * - A connection that ends cleanly ends both halves; any other destroys the stream with the reason.
 * - When both halves have ended the connection is closed.
 * - Destroyed without an error, as `net.Socket` is, the stream gives the transport all that was
 *   written, and closes it; so do `for await` over the stream, and `break` in it. (From Node 24.21
 *   on, `for await` that comes to the end leaves the write half of a half-open stream as it is:
 *   call `end`.) Destroyed with an error, by an `AbortSignal` or `resetAndDestroy`, it aborts the
 *   transport (closes it, where that can't abort).
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

  private link: 'awaited' | 'standing' | 'closing' | 'left' | 'lost' = 'awaited';
  private input: 'flowing' | 'paused' | 'ended' = 'flowing';
  private output: 'open' | 'ending' | 'ended' = 'open';
  /** Owed to the stream while its write half is ending. */
  private ended: WriteCallback | null = null;

  private readonly gate = new ConsumerGate(this);
  /** The transport's producer, an object apart: the stream's own `pause` does something else. */
  private readonly writer: IPushProducer & { [Symbol.toStringTag]: string } = {
    [Symbol.toStringTag]: 'TransportDuplex',
    pauseProducing: () => this.gate.pauseProducing(),
    resumeProducing: () => this.gate.resumeProducing(),
    stopProducing: () => this.writerStopped(),
  };
  private readonly heed = (returned: unknown): void => heedFor(this, returned);
  private readonly registration = new Registration(this.heed);

  /**
   * @param options - See {@link TransportDuplexOptions}.
   * @throws InvalidArgTypeError: `options` ask for object mode, or have one that is misspelt or of
   *   the wrong kind.
   * @throws OutOfRangeError: a `highWaterMark` is not a whole number of at least 0.
   */
  constructor(options: TransportDuplexOptions = {}) {
    assertTransportDuplexOptions(options);
    super(optionsOfBase(options, DUPLEX_OPTIONS));
    standInFor(this.writer, this);
    if (options.signal) addAbortSignal(options.signal, this);
  }

  /**
   * Called by the transport's owner when the connection stands; emits `'connect'`. A stream that
   * was destroyed before aborts it at once.
   *
   * @param transport - If it is an `IPushProducer`, it is paused while the stream's read buffer is
   *   full; if it is an `IConsumer`, it is given a producer.
   * @throws InvalidArgTypeError: `transport` is not a transport.
   * @throws InvalidStateError: there was one already.
   * @throws ProducerAlreadyRegisteredError: the transport has a producer; nothing has changed.
   */
  makeConnection(transport: ITransport): void {
    assertTransport(transport);
    if (this.link !== 'awaited') {
      throw new InvalidStateError('A TransportDuplex has one transport: make another one');
    }
    this.transport = transport as T;
    this.link = 'standing';
    if (this.destroyed) {
      this.leave('abort');
      return;
    }
    if (isConsumer(transport)) this.register(transport);
    // Read now: a chunk that waits in the gate may end the stream as it goes through.
    const hasEnded = this.output === 'ending';
    this.gate.open(transport);
    if (hasEnded) this.endOutput(transport);
    if (this.isOver) return;
    this.emit('connect');
    this.emit('ready');
  }

  private register(transport: ITransport & IConsumer): void {
    try {
      this.registration.begin(transport, this.writer);
    } catch (thrown) {
      this.transport = null;
      this.link = 'awaited';
      throw thrown;
    }
  }

  /** Whether the connection is lost, or does not matter any more because the stream is over. */
  private get isOver(): boolean {
    return this.link === 'left' || this.link === 'lost';
  }

  /**
   * Called by the transport: `data` can be read.
   *
   * @throws InvalidArgTypeError: `data` is not bytes.
   * @throws the error that a `'data'` listener throws.
   */
  dataReceived(data: Uint8Array): void {
    assertBytes(data);
    if (this.input === 'ended') return;
    this.noticeTraffic();
    // A stream that is destroyed takes no data; its getter `destroyed` would ask both halves.
    if (!this.push(data)) this.pauseTransport();
  }

  /** The transport as long as the connection stands, if it can be paused and resumed. */
  private get source(): IPushProducer | null {
    if (this.link !== 'standing') return null;
    return isPushProducer(this.transport) ? this.transport : null;
  }

  private pauseTransport(): void {
    const { source } = this;
    if (this.input !== 'flowing' || source === null) return;
    this.input = 'paused';
    this.heed(source.pauseProducing());
  }

  private resumeTransport(): void {
    const { source } = this;
    if (this.input !== 'paused' || source === null) return;
    this.input = 'flowing';
    try {
      this.heed(source.resumeProducing());
    } catch (thrown) {
      destroyFor(this, thrown);
    }
  }

  /** Called by the transport: the other end has ended its half. */
  readConnectionLost(): void {
    if (this.destroyed) return;
    this.input = 'ended';
    this.push(null);
    this.read(0); // As a socket does: the end is emitted even if the stream is not read.
  }

  /** Called by the transport: the write half has ended. */
  writeConnectionLost(): void {
    if (this.destroyed) return;
    const { ended } = this;
    this.ended = null;
    this.output = 'ended';
    if (ended !== null) {
      ended();
    } else {
      // The other end or the transport closed it: chunks that still wait cannot be sent.
      this.gate.finish(endedEarly());
      this.end();
    }
  }

  /**
   * Called by the transport: the connection is over. After the first time, does nothing.
   *
   * @param reason - `ConnectionDone` ends both halves, anything else destroys the stream.
   */
  connectionLost(reason: Error): void {
    const wasOver = this.isOver;
    this.link = 'lost';
    this.registration.forget();
    if (this.destroyed) this.gate.closeDestroyed(reason); // A chunk that it is given just now ends here.
    if (wasOver) return;
    if (reason instanceof ConnectionDone) {
      this.readConnectionLost();
      this.writeConnectionLost();
    } else {
      this.destroy(reason);
    }
  }

  /** @internal Other code closes the transport: what was written to the stream comes first. */
  [handOver](): boolean {
    return this.gate.handOver(this);
  }

  /** The transport wants nothing more of us. As a rule it says why right after. */
  private writerStopped(): void {
    if (!this.registration.forget()) return;
    if (this.destroyed) this.gate.closeDestroyed(new ProducerStoppedError());
    setImmediate(() => {
      if (this.output !== 'ended') this.destroy(new ProducerStoppedError());
    });
  }

  /** @internal */
  override _read(): void {
    if (this.input !== 'paused') return;
    // Node calls this before it takes what it reads from the buffer. A transport that answered at
    // once would fill a full buffer further.
    nextTick(() => this.resumeTransport());
  }

  /** @internal */
  override _write(chunk: Buffer, _encoding: string, callback: WriteCallback): void {
    this.noticeTraffic();
    const transport = this.transport as (ITransport & { writeDisconnected?: unknown }) | null;
    if (transport?.writeDisconnected) {
      // Other code has closed it: it would drop the chunk. An abort would drop what went before.
      this.leave('close');
      this.gate.finish(endedEarly());
    }
    this.gate.write(chunk, callback);
  }

  /** @internal */
  override _final(callback: WriteCallback): void {
    if (this.output === 'ended') {
      callback();
      return;
    }
    this.output = 'ending';
    this.ended = callback;
    if (this.transport !== null) this.endOutput(this.transport);
  }

  private endOutput(transport: ITransport): void {
    this.registration.end();
    if (this.isOver) return;
    if (endBy('loseWriteConnection', transport, this.heed)) return;
    this.link = 'closing';
    this.heed(transport.loseConnection());
  }

  /**
   * Destroys the stream and aborts the connection: the other end must not take the bytes that it
   * has for all of them.
   */
  resetAndDestroy(): this {
    try {
      this.abandon(null);
    } finally {
      this.destroy();
    }
    return this;
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    forgetEnd(this);
    this.stopTimer();
    const transport = isPlainDestroy(error) && !this.isOver ? this.transport : null;
    const leave = (): void => {
      if (transport === null) this.abandon(error);
      else this.deliver(transport);
    };
    leaveAndCallBack(leave, error, callback);
    this.gate.fail();
  }

  /** Aborts the connection: chunks that still wait fail with `error`. */
  private abandon(error: Error | null): void {
    this.gate.close(error ?? new ConnectionAborted()); // First: we may be resumed as we leave.
    this.leave('abort');
  }

  /** Closes the connection once all that was written is delivered. */
  private deliver(transport: ITransport): void {
    try {
      this.gate.flush(transport, waitingIn(this));
    } catch (thrown) {
      this.abandon(asError(thrown));
      throw thrown;
    }
    // Chunks that were given to the transport count as written.
    this.gate.finish(new ConnectionAborted('The stream was destroyed.'));
    this.leave('close');
  }

  /** Has nothing more to do with the transport. */
  private leave(how: 'close' | 'abort'): void {
    const { link, transport } = this;
    if (transport === null || this.isOver) return;
    this.link = 'left';
    this.registration.end();
    if ((this.link as string) === 'lost') return; // From inside `unregisterProducer`.
    if (how === 'abort' && endBy('abortConnection', transport, this.heed)) return;
    if (link !== 'closing') this.heed(transport.loseConnection());
  }
}

function endedEarly(): ConnectionLost {
  return new ConnectionLost('The connection ended before everything was written.');
}

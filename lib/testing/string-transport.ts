import { Buffer } from 'node:buffer';

import { InvalidArgTypeError, InvalidStateError } from '../base/errors.js';
import {
  type IAddress,
  type IConsumer,
  type IPushProducer,
  type ITransport,
  ProducerAlreadyRegisteredError,
} from '../twisted/core/index.js';
import { assertBytes, piecesOf } from '../base/bytes.js';

/**
 * A transport that keeps what is written to it and notes what else is asked of it, and does nothing
 * by itself: it never calls the producer or the protocol.
 *
 * The members that are not part of a transport's interfaces (`value`, `clear`, and the fields) are
 * for tests.
 *
 * @see Twisted: `twisted.internet.testing.StringTransport`
 */
export class StringTransport implements ITransport, IConsumer, IPushProducer {
  /** `true` from the beginning. */
  connected = true;
  /** Whether `loseConnection` was called. */
  disconnecting = false;
  /** Whether `abortConnection` was called. */
  disconnected = false;
  /** The registered producer, or `null`. */
  producer: object | null = null;
  /** How the producer was registered, exactly as it was given; `null` without a producer. */
  streaming: unknown = null;
  /** What this transport, as a push producer, was last told to be. */
  producerState: 'producing' | 'paused' | 'stopped' = 'producing';
  /** What `getHost` answers; `null` for a made-up address. */
  hostAddr: IAddress | null;
  /** What `getPeer` answers; `null` for a made-up address. */
  peerAddr: IAddress | null;

  private written: Uint8Array[] = [];

  /**
   * Makes a connected transport; its producer may produce.
   *
   * @param hostAddress - What `getHost` answers.
   * @param peerAddress - What `getPeer` answers.
   * @param lenient - Whether the transport may be paused and resumed after `loseConnection`.
   */
  constructor(
    hostAddress: IAddress | null = null,
    peerAddress: IAddress | null = null,
    private readonly lenient = false,
  ) {
    this.hostAddr = hostAddress;
    this.peerAddr = peerAddress;
  }

  /** All that was written since the last `clear`. */
  value(): Buffer {
    return Buffer.concat(this.written);
  }

  /** Forgets what was written so far. */
  clear(): void {
    this.written = [];
  }

  /**
   * Keeps a copy of `data`, whatever the state of the connection.
   *
   * @throws InvalidArgTypeError: `data` is not bytes.
   */
  write(data: Uint8Array): void {
    assertBytes(data);
    this.written.push(Buffer.from(data));
  }

  /**
   * Keeps a copy of each of `data`.
   *
   * @throws InvalidArgTypeError: one is not bytes, or `data` no sequence; nothing was written.
   */
  writeSequence(data: Iterable<Uint8Array>): void {
    this.written.push(Buffer.concat(piecesOf(data)));
  }

  /** Notes it in `disconnecting`, and nothing else. */
  loseConnection(): void {
    this.disconnecting = true;
  }

  /** Notes it in `disconnected`, then calls `loseConnection`. */
  abortConnection(): void {
    this.disconnected = true;
    this.loseConnection();
  }

  /** The address given as `peerAddress`, or that of 192.168.1.1:54321. */
  getPeer(): IAddress {
    return this.peerAddr ?? { type: 'TCP', family: 'IPv4', host: '192.168.1.1', port: 54321 };
  }

  /** The address given as `hostAddress`, or that of 10.0.0.1:12345. */
  getHost(): IAddress {
    return this.hostAddr ?? { type: 'TCP', family: 'IPv4', host: '10.0.0.1', port: 12345 };
  }

  /**
   * Notes it in `producer` and `streaming`; the producer is not called.
   *
   * @param producer - Any object.
   * @param streaming - Any value.
   * @throws InvalidArgTypeError: `producer` is not an object; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: nothing has changed.
   */
  registerProducer(producer: object, streaming: unknown): void {
    if ((typeof producer !== 'object' && typeof producer !== 'function') || producer === null) {
      throw new InvalidArgTypeError('producer', 'an object', producer);
    }
    if (this.producer !== null) {
      throw new ProducerAlreadyRegisteredError('Cannot register two producers');
    }
    this.producer = producer;
    this.streaming = streaming;
  }

  /** @throws InvalidStateError: there is no producer. */
  unregisterProducer(): void {
    if (this.producer === null) {
      throw new InvalidStateError('Cannot unregister a producer unless one is registered');
    }
    this.producer = null;
    this.streaming = null;
  }

  /** @throws InvalidStateError after `stopProducing` or, unless lenient, `loseConnection`. */
  pauseProducing(): void {
    this.checkState();
    this.producerState = 'paused';
  }

  /** @throws InvalidStateError after `stopProducing` or, unless lenient, `loseConnection`. */
  resumeProducing(): void {
    this.checkState();
    this.producerState = 'producing';
  }

  /** Notes it in `producerState`. */
  stopProducing(): void {
    this.producerState = 'stopped';
  }

  private checkState(): void {
    if (this.disconnecting && !this.lenient) {
      // Twisted's words, for a pause as well.
      throw new InvalidStateError('Cannot resume producing after loseConnection');
    }
    if (this.producerState === 'stopped') {
      throw new InvalidStateError('Cannot resume a stopped producer');
    }
  }
}

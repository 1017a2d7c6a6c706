import { Buffer } from 'node:buffer';

import { InvalidArgTypeError, InvalidStateError } from '../base/errors.js';
import {
  inOneLine,
  type IAddress,
  type IConsumer,
  type IPushProducer,
  type ITransport,
  ProducerAlreadyRegisteredError,
} from '../twisted/core/index.js';
import { assertBytes, piecesOf } from '../base/bytes.js';

/**
 * A transport that keeps the bytes that are written to it, and notes the other calls. It does
 * nothing by itself: it never calls the producer or the protocol.
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
  /** The state of this transport as a push producer, after the last call. */
  producerState: 'producing' | 'paused' | 'stopped' = 'producing';
  /** The address that `getHost` returns; `null` for a made-up address. */
  hostAddr: IAddress | null;
  /** The address that `getPeer` returns; `null` for a made-up address. */
  peerAddr: IAddress | null;

  readonly #lenient: boolean;
  #written: Uint8Array[] = [];

  /**
   * Makes a connected transport; its producer may produce.
   *
   * @param hostAddress - The address that `getHost` returns.
   * @param peerAddress - The address that `getPeer` returns.
   * @param lenient - Whether the transport may be paused and resumed after `loseConnection`.
   */
  constructor(
    hostAddress: IAddress | null = null,
    peerAddress: IAddress | null = null,
    lenient = false,
  ) {
    this.#lenient = lenient;
    this.hostAddr = hostAddress;
    this.peerAddr = peerAddress;
  }

  /** All bytes that were written since the last `clear`. */
  value(): Buffer {
    const all = Buffer.concat(this.#written);
    this.#written = [all]; // A test may ask after each of many writes.
    return Buffer.from(all);
  }

  /** Forgets the bytes that were written so far. */
  clear(): void {
    this.#written = [];
  }

  /**
   * Keeps a copy of `data`, in any state of the connection.
   *
   * @throws InvalidArgTypeError: `data` is not bytes.
   */
  write(data: Uint8Array): void {
    assertBytes(data);
    this.#written.push(Buffer.from(data));
  }

  /**
   * Keeps a copy of each piece of `data`.
   *
   * @throws InvalidArgTypeError: a piece is not bytes, or `data` is not a sequence; nothing was
   *   written.
   */
  writeSequence(data: Iterable<Uint8Array>): void {
    this.#written.push(Buffer.concat(piecesOf(data)));
  }

  /** Sets `disconnecting`, and does nothing else. */
  loseConnection(): void {
    this.disconnecting = true;
  }

  /** Sets `disconnected`, then calls `loseConnection`. */
  abortConnection(): void {
    this.disconnected = true;
    return this.loseConnection(); // Returned: a subclass's own may be an async function.
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
   * Sets `producer` and `streaming`; it does not call the producer.
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
    this.#checkState();
    this.producerState = 'paused';
  }

  /** @throws InvalidStateError after `stopProducing` or, unless lenient, `loseConnection`. */
  resumeProducing(): void {
    this.#checkState();
    this.producerState = 'producing';
  }

  /** Sets `producerState`. */
  stopProducing(): void {
    this.producerState = 'stopped';
  }

  #checkState(): void {
    if (this.disconnecting && !this.#lenient) {
      // Twisted's words, for a pause as well.
      throw new InvalidStateError('Cannot resume producing after loseConnection');
    }
    if (this.producerState === 'stopped') {
      throw new InvalidStateError('Cannot resume a stopped producer');
    }
  }

  /** One short line for `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return inOneLine(this);
  }
}

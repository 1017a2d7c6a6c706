import { Buffer } from 'node:buffer';

import { assertBytes } from '../base/bytes.js';
import {
  type ITransport,
  type IPushProducer,
  Protocol,
  type ProtocolTransport,
} from '../twisted/core/index.js';

/** The method that a factory may have for its protocols to call. */
interface Expectant {
  protocolConnectionMade?: unknown;
}

/**
 * A protocol that keeps the bytes that it receives, and remembers whether it was connected and the
 * reason why it lost the connection.
 *
 * When its connection is made, it calls the function `protocolConnectionMade` of its factory, if
 * there is one, with itself: once, and then sets it to `null`. The function can be one that
 * resolves a promise.
 *
 * @see Twisted: `twisted.internet.testing.AccumulatingProtocol`
 */
export class AccumulatingProtocol<
  T extends ITransport & IPushProducer = ProtocolTransport,
> extends Protocol<T> {
  /** Whether the connection was made. */
  made = false;
  /** Whether the connection was lost. */
  closed = false;
  /** The reason that `connectionLost` got; `null` before. */
  closedReason: Error | null = null;
  /** Resolves when the connection is lost. */
  readonly closedDeferred: Promise<void>;

  #received: Buffer[] = [];
  #resolveClosed = () => {};

  /** Waits for its connection. */
  constructor() {
    super();
    this.closedDeferred = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  /** The bytes received so far. */
  get data(): Buffer {
    const data = Buffer.concat(this.#received);
    this.#received = [data];
    return data;
  }

  set data(data: Uint8Array) {
    assertBytes(data);
    this.#received = [Buffer.from(data)];
  }

  /** Sets `made`, and tells the factory. */
  override connectionMade(): void {
    this.made = true;
    const factory = (this.factory ?? {}) as Expectant;
    const tell = factory.protocolConnectionMade;
    if (typeof tell !== 'function') return;
    factory.protocolConnectionMade = null;
    // Returned: it may be a promise that rejects later.
    return (tell as (protocol: this) => void).call(factory, this);
  }

  /**
   * Keeps a copy of `data`.
   *
   * @throws InvalidArgTypeError: `data` is not bytes.
   */
  override dataReceived(data: Uint8Array): void {
    assertBytes(data);
    this.#received.push(Buffer.from(data));
  }

  /** Keeps the reason, and resolves `closedDeferred`. */
  override connectionLost(reason: Error): void {
    this.closed = true;
    this.closedReason = reason;
    this.#resolveClosed();
  }
}

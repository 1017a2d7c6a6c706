import { asError } from '../../base/as-error.js';
import { assertBytes, piecesOf } from '../../base/bytes.js';
import {
  callbackRejected,
  cleanClose,
  ConnectionAborted,
  type ConsumerState,
  consumerState,
  type IAddress,
  type IConsumer,
  type IProducer,
  type IPushProducer,
  inOneLine,
  type ITransport,
  stateOf,
  tellToStop,
} from '../../twisted/core/index.js';
import { hostOf, peerOf } from '../transports/index.js';

/**
 * The transport of a protocol that a body is delivered to. It only receives: bytes that are written
 * to it go nowhere, and a producer that registers with it is stopped.
 *
 * @see Twisted: `twisted.web._newclient.TransportProxyProducer`
 */
export class BodyTransport implements ITransport, IConsumer, IPushProducer {
  /** Whether the body is still being delivered. */
  connected = true;
  /** Whether the protocol has closed this: nothing more is delivered. */
  disconnecting = false;
  /** Whether the protocol was told that this is over. */
  disconnected = false;
  /** Why it was closed before its end; `null` if it wasn't. */
  closeReason: Error | null = null;

  private isPaused = false;
  private readonly peer: IAddress;
  private readonly host: IAddress;

  /**
   * @param body - The body; a response knows its connection.
   * @param producer - Reads it.
   */
  constructor(
    body: object,
    private readonly producer: IPushProducer,
  ) {
    const { socket } = body as { socket?: object | null };
    this.peer = peerOf(socket ?? body); // Now: a connection that is over has forgotten.
    this.host = hostOf(socket ?? body);
  }

  /** Stops delivering until `resumeProducing`. */
  pauseProducing(): void {
    if (!this.connected) return;
    this.isPaused = true;
    this.producer.pauseProducing();
  }

  /** Goes on after `pauseProducing`. */
  resumeProducing(): void {
    if (!this.connected) return;
    this.isPaused = false;
    this.producer.resumeProducing();
  }

  /** As {@link BodyTransport.loseConnection}. */
  stopProducing(): void {
    this.loseConnection();
  }

  /** Stops delivering, and discards the rest of the body. `connectionLost` follows. */
  loseConnection(): void {
    if (this.connected && !this.disconnecting) this.close(cleanClose());
  }

  /** As {@link BodyTransport.loseConnection}, for another reason. */
  abortConnection(): void {
    if (this.connected && !this.disconnecting) this.close(new ConnectionAborted());
  }

  /** A callback that fails later ends the delivery, as one does that fails now. */
  [callbackRejected](reason: unknown): void {
    if (this.connected && !this.disconnecting) this.close(asError(reason));
  }

  /** Ends the delivery before its time. */
  close(reason: Error): void {
    this.disconnecting = true;
    this.closeReason = reason;
    this.producer.stopProducing();
  }

  /** The delivery is over. */
  over(): void {
    this.connected = false;
    this.disconnecting = false;
    this.disconnected = true;
  }

  /** Where the body comes from. */
  getPeer(): IAddress {
    return this.peer;
  }

  /** Where it arrives. */
  getHost(): IAddress {
    return this.host;
  }

  write(data: Uint8Array): void {
    assertBytes(data);
  }

  writeSequence(data: Iterable<Uint8Array>): void {
    piecesOf(data);
  }

  registerProducer(producer: IProducer): void {
    tellToStop(this, producer); // As a consumer does that is disconnected.
  }

  unregisterProducer(): void {}

  /** @internal The state of this, for `explain`. */
  [consumerState](): ConsumerState {
    const { connected, disconnecting, disconnected, isPaused } = this;
    const state = stateOf({ connected, disconnecting, disconnected });
    return { state, isReadingPaused: isPaused && connected };
  }

  /** One short line for `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return inOneLine(this);
  }
}

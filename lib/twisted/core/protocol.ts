/** The usual base of a protocol: remembers its transport, and hears nothing until overridden. */
import { heed } from './heed.js';
import type {
  IConsumer,
  ILoggingContext,
  IProtocol,
  IProtocolFactory,
  IPushProducer,
  ITLSTransport,
  ITransport,
} from './interfaces.js';

/**
 * What a protocol is usually connected to: a TCP transport, with or without TLS, that is a consumer and
 * a producer.
 */
export interface ProtocolTransport extends ITLSTransport, IConsumer, IPushProducer {
  /** Whether `loseConnection` was called. */
  readonly disconnecting: boolean;
}

/**
 * Extend it, and override `connectionMade`, `dataReceived` and `connectionLost` as need be.
 *
 * @typeParam T - What the transport can do, if it is no {@link ProtocolTransport}.
 * @see Twisted: `twisted.internet.protocol.Protocol`
 */
export class Protocol<T extends ITransport = ProtocolTransport>
  implements IProtocol, ILoggingContext
{
  /** Whether `makeConnection` was called. */
  connected = false;
  /** The way to the other end, from `makeConnection` on; `null` before. */
  transport: T = null as unknown as T; // Typed for the time in which callbacks run.
  /**
   * What built this, set by `Factory#buildProtocol`; else `null`. A subclass that is built by its own
   * factory may say so: `declare factory: MyFactory`.
   */
  declare factory: IProtocolFactory | null;

  static {
    this.prototype.factory = null;
  }

  /**
   * Called by the transport's owner when the connection stands; calls `connectionMade`.
   *
   * @param transport - The way to the other end.
   */
  makeConnection(transport: ITransport): void {
    this.connected = true;
    this.transport = transport as T;
    heed(this.connectionMade(), transport, 'connectionMade');
  }

  /** The connection stands, `transport` is set. Override it to speak first. */
  connectionMade(): void {}

  /** Bytes came from the other end, in whatever pieces. Override it to hear them. */
  dataReceived(_data: Buffer): void {}

  /** The connection is over. Override it to clean up. */
  connectionLost(_reason: Error): void {}

  /** The name of the class. */
  logPrefix(): string {
    return this.constructor.name;
  }
}

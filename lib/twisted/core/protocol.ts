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
 * The usual transport of a protocol: TCP, with or without TLS. It is a consumer and a producer.
 */
export interface ProtocolTransport extends ITLSTransport, IConsumer, IPushProducer {
  /** Whether `loseConnection` was called. */
  readonly disconnecting: boolean;
}

/**
 * Extend it, and override `connectionMade`, `dataReceived` and `connectionLost` as need be.
 *
 * @typeParam T - The type of the transport, if it is not a {@link ProtocolTransport}.
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
   * The factory that built this, set by `Factory#buildProtocol`; else `null`. A subclass with a
   * factory of its own may declare its type: `declare factory: MyFactory`.
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

  /** Bytes came from the other end, in whatever pieces. Override it to receive them. */
  dataReceived(_data: Buffer): void {}

  /** The connection is over. Override it to clean up. */
  connectionLost(_reason: Error): void {}

  /** The name of the class. */
  logPrefix(): string {
    return this.constructor.name;
  }
}

/**
 * The usual base class of a protocol: it remembers its transport. Its callbacks do nothing until
 * you override them.
 */
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
  /** Whether the connection is open: `false` once it is lost. */
  readonly connected: boolean;
  /** Whether `loseConnection` was called. */
  readonly disconnecting: boolean;
}

/**
 * Extend it, and override `connectionMade`, `dataReceived` and `connectionLost` as you need.
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
  transport: T = null as unknown as T; // The type is right while callbacks run.
  /**
   * The factory that built this, set by `Factory#buildProtocol`; else `null`. A subclass with a
   * factory of its own may declare its type: `declare factory: MyFactory`.
   */
  declare factory: IProtocolFactory | null;

  static {
    this.prototype.factory = null;
  }

  /**
   * The owner of the transport calls this when the connection is made; it calls `connectionMade`.
   *
   * @param transport - The way to the other end.
   */
  makeConnection(transport: ITransport): void {
    this.connected = true;
    this.transport = transport as T;
    heed(this.connectionMade(), this, 'connectionMade', transport);
  }

  /** The connection is made, and `transport` is set. Override it to write first. */
  connectionMade(): void {}

  /** Bytes came from the other end, in pieces of any size. Override it to receive them. */
  dataReceived(_data: Buffer): void {}

  /** The connection is over. Override it to clean up. */
  connectionLost(_reason: Error): void {}

  /** The name of the class. */
  logPrefix(): string {
    return this.constructor.name;
  }
}

/** A protocol that stands between a transport and another protocol. */
import { forwardToTransport } from '../../base/forwarding.js';
import {
  assertProtocol,
  type IAddress,
  type IConsumer,
  type IHandshakeListener,
  type IHalfCloseableProtocol,
  type ILoggingContext,
  type IProtocol,
  type IPullProducer,
  type IPushProducer,
  isHalfCloseableProtocol,
  isHandshakeListener,
  type ITransport,
  type ProtocolTransport,
} from '../../twisted/core/index.js';
import { wrappedLogPrefix } from './wrapped-log-prefix.js';

/**
 * What a {@link ProtocolWrapper} tells of itself.
 *
 * @see Twisted: the `factory` of `twisted.protocols.policies.ProtocolWrapper`
 */
export interface IWrapperRegistry {
  /** The wrapper is connected. */
  registerProtocol(wrapper: ProtocolWrapper): void;
  /** The connection of the wrapper is over. */
  unregisterProtocol(wrapper: ProtocolWrapper): void;
}

/** How a transport stands, where it says so. */
interface Standing {
  readonly connected?: unknown;
  readonly disconnecting?: unknown;
  readonly disconnected?: unknown;
  stopConsuming?(): void;
}

/** A method that the wrapped protocol may have; `undefined` where it has not. */
function ofWrapped<P extends IProtocol>(
  has: (protocol: unknown) => protocol is P,
  name: keyof P,
): PropertyDescriptor {
  return {
    configurable: true,
    get(this: ProtocolWrapper): unknown {
      const { wrappedProtocol } = this;
      if (!has(wrappedProtocol)) return undefined;
      return (wrappedProtocol[name] as () => unknown).bind(wrappedProtocol);
    },
  };
}

/** What a wrapper does not have itself, it has of its transport: `forwardToTransport` sees to that. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the class beside it has one.
export interface ProtocolWrapper<P extends IProtocol = IProtocol> extends ProtocolTransport {
  /** The wrapped protocol's, if it has one; else `undefined`. */
  readonly readConnectionLost: IHalfCloseableProtocol['readConnectionLost'] | undefined;
  /** The wrapped protocol's, if it has one; else `undefined`. */
  readonly writeConnectionLost: IHalfCloseableProtocol['writeConnectionLost'] | undefined;
  /** The wrapped protocol's, if it has one; else `undefined`. */
  readonly handshakeCompleted: IHandshakeListener['handshakeCompleted'] | undefined;
}

/**
 * Stands between a transport and a protocol: a protocol to the transport, a transport to the protocol.
 * It passes on all that either says; a subclass overrides what it wants to see or to change.
 *
 * Whatever else its transport has, it has too: `pauseProducing`, `setTcpNoDelay`, `startTLS`. Whether
 * the protocol can go on with half a connection, and wants to hear of a TLS handshake, is for the
 * protocol to say.
 *
 * @example
 * ```ts
 * import { listen } from 'twisted-streams';
 * import { ProtocolWrapper, WrappingFactory } from 'twisted-streams/protocols';
 *
 * class Spewing extends ProtocolWrapper {
 *   override dataReceived(data: Buffer) {
 *     console.log('Received:', data);
 *     return super.dataReceived(data);
 *   }
 * }
 * const factory = new WrappingFactory(echoFactory);
 * factory.protocol = Spewing;
 * await listen(factory, { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.protocols.policies.ProtocolWrapper`
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above.
export class ProtocolWrapper<P extends IProtocol = IProtocol>
  implements IProtocol, ITransport, IConsumer, ILoggingContext
{
  /** The transport of the connection, from `makeConnection` on; `null` before. */
  transport: ProtocolTransport = null as unknown as ProtocolTransport; // As `Protocol` has it.
  /** What is wrapped; `null` once the connection is lost. */
  wrappedProtocol: P | null;
  /** What hears of the connection and its end: usually the factory that made this. */
  readonly factory: IWrapperRegistry;

  private made = false;
  private closing = false;

  static {
    // Found here, so that the transport's own methods of these names are not.
    Object.defineProperties(this.prototype, {
      readConnectionLost: ofWrapped(isHalfCloseableProtocol, 'readConnectionLost'),
      writeConnectionLost: ofWrapped(isHalfCloseableProtocol, 'writeConnectionLost'),
      handshakeCompleted: ofWrapped(isHandshakeListener, 'handshakeCompleted'),
    });
    forwardToTransport(this);
  }

  /**
   * Wraps a protocol for a factory.
   *
   * @param factory - Hears that this is connected, and that the connection is lost.
   * @param wrappedProtocol - The protocol to wrap.
   */
  constructor(factory: IWrapperRegistry, wrappedProtocol: P) {
    this.factory = factory;
    this.wrappedProtocol = wrappedProtocol;
  }

  private get standing(): Standing {
    return this.transport ?? {};
  }

  /** As the transport has it; if it does not say, whether the connection was made and is not lost. */
  get connected(): boolean {
    return Boolean(this.standing.connected ?? (this.made && this.wrappedProtocol !== null));
  }

  /** As the transport has it; also once `loseConnection` was called on this. */
  get disconnecting(): boolean {
    return this.closing || Boolean(this.standing.disconnecting);
  }

  /** As the transport has it; if it does not say, whether the connection is lost. */
  get disconnected(): boolean {
    return Boolean(this.standing.disconnected ?? (this.made && this.wrappedProtocol === null));
  }

  /** For example `Echo (ProtocolWrapper)`. */
  logPrefix(): string {
    return wrappedLogPrefix(this, this.wrappedProtocol);
  }

  // As the protocol of the transport.

  /**
   * Connects the wrapped protocol to this. The factory hears of it first.
   *
   * @param transport - The way to the other end.
   * @throws InvalidArgTypeError: the wrapped value is not a protocol; nothing has changed.
   * @throws what the wrapped protocol throws.
   */
  makeConnection(transport: ITransport | null): void {
    assertProtocol(this.wrappedProtocol);
    this.made = true;
    this.transport = transport as ProtocolTransport;
    this.connectionMade();
    this.factory.registerProtocol(this);
    return this.wrappedProtocol?.makeConnection(this);
  }

  /** The connection stands; the wrapped protocol does not know yet. Override it to do something then. */
  connectionMade(): void {}

  /** Passes `data` on. What the wrapped protocol returns is returned, so that a promise is heard of. */
  dataReceived(data: Buffer): void {
    return this.wrappedProtocol?.dataReceived(data);
  }

  /** Tells the factory, then the wrapped protocol, and forgets that. */
  connectionLost(reason: Error | null): void {
    let told: void;
    try {
      this.factory.unregisterProtocol(this);
    } finally {
      told = this.tellLost(reason);
    }
    return told;
  }

  private tellLost(reason: Error | null): void {
    try {
      return this.wrappedProtocol?.connectionLost(reason as Error);
    } finally {
      this.wrappedProtocol = null;
    }
  }

  // As the transport of the protocol.

  /** As {@link ITransport.write}. */
  write(data: Uint8Array): void {
    this.transport?.write(data);
  }

  /** As {@link ITransport.writeSequence}. */
  writeSequence(data: Iterable<Uint8Array>): void {
    this.transport?.writeSequence(data);
  }

  /** As {@link ITransport.loseConnection}. */
  loseConnection(): void {
    this.closing = true;
    this.transport?.loseConnection();
  }

  /** As {@link ITransport.getPeer}. */
  getPeer(): IAddress {
    return this.transport.getPeer();
  }

  /** As {@link ITransport.getHost}. */
  getHost(): IAddress {
    return this.transport.getHost();
  }

  /** Registers `producer` with the transport, which decides whether it will do. */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.transport.registerProducer(producer as IPushProducer, streaming);
  }

  /** Unregisters the transport's producer. */
  unregisterProducer(): void {
    this.transport?.unregisterProducer();
  }

  /** As the transport has it. */
  stopConsuming(): void {
    this.standing.stopConsuming?.();
  }
}

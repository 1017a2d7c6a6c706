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
 * The events that a {@link ProtocolWrapper} reports of itself.
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

/** The members that a wrapper has of its transport: `forwardToTransport` passes them on. */
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
 * Stands between a transport and a protocol: a protocol to the transport, a transport to the
 * protocol. It passes every call on; a subclass overrides the methods that it wants to see or to
 * change.
 *
 * Every other member of its transport is a member of it too: `pauseProducing`, `setTcpNoDelay`,
 * `startTLS`. It has the methods for a half close and for a TLS handshake if the wrapped protocol
 * has them.
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
  /** The wrapped protocol; `null` once the connection is lost. */
  wrappedProtocol: P | null;
  /** Is told of the connection and its end: usually the factory that made this. */
  readonly factory: IWrapperRegistry;

  #made = false;
  #closing = false;

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
   * @param factory - Is told that this is connected, and that the connection is lost.
   * @param wrappedProtocol - The protocol to wrap.
   */
  constructor(factory: IWrapperRegistry, wrappedProtocol: P) {
    this.factory = factory;
    this.wrappedProtocol = wrappedProtocol;
  }

  get #standing(): Standing {
    return this.transport ?? {};
  }

  /** As the transport has it; if it does not say, whether the connection was made and is not lost. */
  get connected(): boolean {
    return Boolean(this.#standing.connected ?? (this.#made && this.wrappedProtocol !== null));
  }

  /** As the transport has it; also once `loseConnection` was called on this. */
  get disconnecting(): boolean {
    return this.#closing || Boolean(this.#standing.disconnecting);
  }

  /** As the transport has it; if it does not say, whether the connection is lost. */
  get disconnected(): boolean {
    return Boolean(this.#standing.disconnected ?? (this.#made && this.wrappedProtocol === null));
  }

  /** For example `Echo (ProtocolWrapper)`. */
  logPrefix(): string {
    return wrappedLogPrefix(this, this.wrappedProtocol);
  }

  // As the protocol of the transport.

  /**
   * Connects the wrapped protocol to this. The factory is told first.
   *
   * @param transport - The way to the other end.
   * @throws InvalidArgTypeError: the wrapped value is not a protocol; nothing has changed.
   * @throws what the wrapped protocol throws.
   */
  makeConnection(transport: ITransport | null): void {
    assertProtocol(this.wrappedProtocol);
    this.#made = true;
    this.transport = transport as ProtocolTransport;
    this.connectionMade();
    this.factory.registerProtocol(this);
    return this.wrappedProtocol?.makeConnection(this);
  }

  /**
   * The connection stands, and the wrapped protocol has not been told yet. Override it to act then.
   */
  connectionMade(): void {}

  /**
   * Passes `data` on. Returns what the wrapped protocol returns, so that a promise that rejects is
   * noticed.
   */
  dataReceived(data: Buffer): void {
    return this.wrappedProtocol?.dataReceived(data);
  }

  /** Tells the factory, then the wrapped protocol, and forgets that. */
  connectionLost(reason: Error | null): void {
    let told: void;
    try {
      this.factory.unregisterProtocol(this);
    } finally {
      told = this.#tellLost(reason);
    }
    return told;
  }

  #tellLost(reason: Error | null): void {
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
    this.#closing = true;
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
    this.#standing.stopConsuming?.();
  }
}

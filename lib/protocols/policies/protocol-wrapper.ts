/** A protocol that stands between a transport and another protocol. */
import { forwardToTransport } from '../../base/forwarding.js';
import { isThenable, logRejection } from '../../base/rejection.js';
import {
  assertProtocol,
  heed,
  type IAddress,
  type IConsumer,
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
 * The events that a {@link ProtocolWrapper} reports to its factory.
 *
 * @see Twisted: the `factory` of `twisted.protocols.policies.ProtocolWrapper`
 */
export interface IWrapperRegistry {
  /** The wrapper is connected. */
  registerProtocol(wrapper: ProtocolWrapper): void;
  /** The connection of the wrapper is over. */
  unregisterProtocol(wrapper: ProtocolWrapper): void;
}

/** The state of a transport, if it has these fields. */
interface TransportState {
  readonly connected?: unknown;
  readonly disconnecting?: unknown;
  readonly disconnected?: unknown;
  stopConsuming?(): void;
}

/** A method of the wrapped protocol; `undefined` if the protocol does not have it. */
function ofWrapped<P extends IProtocol>(
  has: (protocol: unknown) => protocol is P,
  name: keyof P,
): PropertyDescriptor {
  return {
    get(this: ProtocolWrapper): unknown {
      const { wrappedProtocol } = this;
      if (!has(wrappedProtocol)) return undefined;
      return (wrappedProtocol[name] as () => unknown).bind(wrappedProtocol);
    },
  };
}

/** The members of its transport that a wrapper has too: `forwardToTransport` passes them on. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the class beside it has one.
export interface ProtocolWrapper<P extends IProtocol = IProtocol> extends ProtocolTransport {
  /** The wrapped protocol's method; `undefined` if it has none. */
  readConnectionLost?(): void;
  /** The wrapped protocol's method; `undefined` if it has none. */
  writeConnectionLost?(): void;
  /** The wrapped protocol's method; `undefined` if it has none. */
  handshakeCompleted?(): void;
}

/**
 * Stands between a transport and a protocol: a protocol to the transport, a transport to the
 * protocol. It passes every call on; a subclass overrides methods to see or to change their calls.
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
  transport: ProtocolTransport = null as unknown as ProtocolTransport; // Typed as in `Protocol`.
  /** The wrapped protocol; `null` once the connection is lost. */
  wrappedProtocol: P | null;
  /** The object that is told of the connection and its end: usually the factory that made this. */
  readonly factory: IWrapperRegistry;

  #made = false;
  #closing = false;

  static {
    // Defined here, so that the transport's own methods of these names are not used.
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
   * @param factory - The object that is told when this is connected and when the connection is
   *   lost.
   * @param wrappedProtocol - The protocol to wrap.
   */
  constructor(factory: IWrapperRegistry, wrappedProtocol: P) {
    this.factory = factory;
    this.wrappedProtocol = wrappedProtocol;
  }

  get #state(): TransportState {
    return this.transport ?? {};
  }

  /** The transport's field; if it has none, whether the connection was made and is not lost. */
  get connected(): boolean {
    return Boolean(this.#state.connected ?? (this.#made && this.wrappedProtocol !== null));
  }

  /** The transport's field; also `true` once `loseConnection` was called on this. */
  get disconnecting(): boolean {
    return this.#closing || Boolean(this.#state.disconnecting);
  }

  /** The transport's field; if it has none, whether the connection is lost. */
  get disconnected(): boolean {
    return Boolean(this.#state.disconnected ?? (this.#made && this.wrappedProtocol === null));
  }

  /** For example `Echo (ProtocolWrapper)`. */
  logPrefix(): string {
    return wrappedLogPrefix(this, this.wrappedProtocol);
  }

  // As the protocol of the transport.

  /**
   * Tells the factory, then connects the wrapped protocol to this.
   *
   * @param transport - The way to the other end.
   * @throws InvalidArgTypeError: the wrapped value is not a protocol; nothing has changed.
   * @throws the error that the wrapped protocol throws.
   */
  makeConnection(transport: ITransport | null): void {
    assertProtocol(this.wrappedProtocol);
    this.#made = true;
    this.transport = transport as ProtocolTransport;
    heed(this.connectionMade(), this, 'connectionMade', transport);
    const { factory } = this;
    heed(factory.registerProtocol(this), factory, 'registerProtocol', transport);
    return this.wrappedProtocol?.makeConnection(this);
  }

  /**
   * The connection is made, and the wrapped protocol has not been told yet. Override it to act at
   * this time.
   */
  connectionMade(): void {}

  /**
   * Passes `data` on. If the wrapped protocol returns a promise, returns it, so that the transport
   * can handle a rejection.
   */
  dataReceived(data: Buffer): void {
    const returned: unknown = this.wrappedProtocol?.dataReceived(data);
    // Nothing but a promise, as in Twisted: an `Error` would close the connection.
    if (isThenable(returned)) return returned as never;
  }

  /** Tells the factory, then the wrapped protocol, and lets the wrapped protocol go. */
  connectionLost(reason: Error | null): void {
    let told: void;
    try {
      logRejection(this.factory.unregisterProtocol(this), 'unregisterProtocol rejected');
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

  // As the transport of the protocol. What the transport returns is returned: it may be a promise
  // that rejects later.

  /** As {@link ITransport.write}. */
  write(data: Uint8Array): void {
    return this.transport?.write(data);
  }

  /** As {@link ITransport.writeSequence}. */
  writeSequence(data: Iterable<Uint8Array>): void {
    return this.transport?.writeSequence(data);
  }

  /** As {@link ITransport.loseConnection}. */
  loseConnection(): void {
    this.#closing = true;
    return this.transport?.loseConnection();
  }

  /** As {@link ITransport.getPeer}. */
  getPeer(): IAddress {
    return this.transport.getPeer();
  }

  /** As {@link ITransport.getHost}. */
  getHost(): IAddress {
    return this.transport.getHost();
  }

  /** Registers `producer` with the transport, which checks it. */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    return this.transport.registerProducer(producer as IPushProducer, streaming);
  }

  /** Unregisters the transport's producer. */
  unregisterProducer(): void {
    return this.transport?.unregisterProducer();
  }

  /** As the transport's `stopConsuming`. */
  stopConsuming(): void {
    return this.#state.stopConsuming?.();
  }
}

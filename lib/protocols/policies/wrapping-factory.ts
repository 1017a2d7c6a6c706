/** A factory that wraps the protocols of another factory. */
import { assertBuilder, build, type Builder } from '../../base/build.js';
import {
  assertFactory,
  FactoryBase,
  type IAddress,
  type IClientFactory,
  type IConnector,
  type IProtocol,
  type IProtocolFactory,
  logRejectionOf,
} from '../../twisted/core/index.js';
import { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';
import { wrappedLogPrefix } from './wrapped-log-prefix.js';

/**
 * Makes wrappers: a class, or a function that returns one. It is called with the wrapping factory,
 * the protocol to wrap, and further arguments that the factory's documentation names.
 */
export type WrapperMaker = Builder<[factory: never, wrapped: never, ...more: never[]], IProtocol>;

/**
 * Wraps a factory: each protocol that it builds gets a {@link ProtocolWrapper} around it. You can
 * use it in place of the wrapped factory, to listen or to connect.
 *
 * @example
 * ```ts
 * const factory = new WrappingFactory(echoFactory);
 * const port = await listen(factory, { port: 7000 });
 * console.log(`${factory.protocols.size} connected`);
 * ```
 *
 * @see Twisted: `twisted.protocols.policies.WrappingFactory`
 */
export class WrappingFactory
  extends FactoryBase<WrapperMaker>
  implements IClientFactory, IWrapperRegistry
{
  /** The factory that is wrapped. */
  readonly wrappedFactory: IProtocolFactory;
  /** The wrappers that are connected. */
  readonly protocols = new Set<ProtocolWrapper>();

  static {
    this.prototype.protocol = ProtocolWrapper;
  }

  /**
   * Wraps the protocols that a factory builds.
   *
   * @param wrappedFactory - Builds the protocols to wrap.
   * @throws InvalidArgTypeError: it is a class, or another function.
   */
  constructor(wrappedFactory: IProtocolFactory) {
    super();
    // Others are refused when they are used: a wrapper that is made by hand needs no whole factory.
    if (typeof wrappedFactory === 'function') assertFactory(wrappedFactory);
    this.wrappedFactory = wrappedFactory;
  }

  /** For example `EchoFactory (WrappingFactory)`. */
  override logPrefix(): string {
    return wrappedLogPrefix(this, this.wrappedFactory);
  }

  /**
   * Wraps the protocol that the wrapped factory builds for `address`.
   *
   * @param address - The other end.
   * @returns the wrapper that `protocol` makes; `null` if the wrapped factory builds no protocol.
   * @throws InvalidArgTypeError: the wrapped value is not a factory.
   * @throws the error that the wrapped factory, or `protocol`, throws.
   */
  override buildProtocol(address: IAddress): IProtocol | null {
    assertFactory(this.wrappedFactory);
    const wrapped: IProtocol | null | undefined = this.wrappedFactory.buildProtocol(address);
    // Differs from Twisted, which wraps `None`, and fails when it connects that.
    if (wrapped === null || wrapped === undefined) return null;
    logRejectionOf(this, wrapped, 'buildProtocol');
    return this.wrap(wrapped);
  }

  /**
   * Makes the wrapper of `wrapped`.
   *
   * @param more - Further arguments for `protocol`.
   * @throws InvalidArgTypeError: `protocol` is neither a class nor a function.
   */
  protected wrap(wrapped: IProtocol, ...more: unknown[]): IProtocol | null {
    assertBuilder(this.protocol, 'protocol');
    const maker = this.protocol as Builder<unknown[], IProtocol | null>;
    return build(maker, [this, wrapped, ...more], this);
  }

  /** A wrapper is connected. */
  registerProtocol(wrapper: ProtocolWrapper): void {
    this.protocols.add(wrapper);
  }

  /** The connection of a wrapper is over. */
  unregisterProtocol(wrapper: ProtocolWrapper): void {
    this.protocols.delete(wrapper);
  }

  override doStart(): void {
    assertFactory(this.wrappedFactory);
    logRejectionOf(this, this.wrappedFactory.doStart(), 'doStart');
    try {
      super.doStart();
    } catch (error) {
      logRejectionOf(this, this.wrappedFactory.doStop(), 'doStop');
      throw error;
    }
  }

  override doStop(): void {
    logRejectionOf(this, this.wrappedFactory.doStop(), 'doStop');
    super.doStop();
  }

  /** Tells the wrapped factory, if it makes clients. */
  startedConnecting(connector: IConnector): void {
    return this.#asClient.startedConnecting?.(connector);
  }

  /** Tells the wrapped factory, if it makes clients. */
  clientConnectionFailed(connector: IConnector, reason: Error): void {
    return this.#asClient.clientConnectionFailed?.(connector, reason);
  }

  /** Tells the wrapped factory, if it makes clients. */
  clientConnectionLost(connector: IConnector, reason: Error): void {
    return this.#asClient.clientConnectionLost?.(connector, reason);
  }

  get #asClient(): Partial<IClientFactory> {
    return this.wrappedFactory;
  }
}

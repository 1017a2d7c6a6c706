import { build } from '../../base/build.js';
import {
  Factory,
  type IAddress,
  type IProtocol,
  type ProtocolMaker,
} from '../../twisted/core/index.js';
import { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';

/**
 * Limits the connections at a time. Further ones are closed at once, or get a protocol that says
 * so.
 *
 * @example
 * ```ts
 * class Sorry extends Protocol {
 *   override connectionMade() {
 *     this.transport.write(Buffer.from('Too many users, try again later.\r\n'));
 *     this.transport.loseConnection();
 *   }
 * }
 * const factory = LimitTotalConnectionsFactory.forProtocol(Chat);
 * factory.connectionLimit = 100;
 * factory.overflowProtocol = Sorry;
 * await listen(factory, { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.protocols.policies.LimitTotalConnectionsFactory`
 */
export class LimitTotalConnectionsFactory extends Factory implements IWrapperRegistry {
  /** Connections that were built and are not lost, those of `overflowProtocol` included. */
  connectionCount = 0;
  /** Connections at a time that get a `protocol`; `null`: any number. */
  connectionLimit: number | null = null;
  /** Makes the protocols of further connections; `null`: they are closed at once. */
  overflowProtocol: ProtocolMaker | null = null;

  readonly #counted = new WeakSet<object>();

  /**
   * Makes the protocol of a connection, in a {@link ProtocolWrapper}.
   *
   * @param address - The other end.
   * @returns the wrapper, or `null` to close the connection at once.
   * @throws as {@link Factory.buildProtocol}; nothing was counted.
   */
  override buildProtocol(address: IAddress): IProtocol | null {
    const isOver = this.connectionLimit !== null && this.connectionCount >= this.connectionLimit;
    const wrapped = isOver ? this.#buildOverflow() : super.buildProtocol(address);
    if (wrapped === null) return null;
    const wrapper = new ProtocolWrapper(this, wrapped);
    this.#counted.add(wrapper);
    this.connectionCount += 1;
    return wrapper;
  }

  #buildOverflow(): IProtocol | null {
    if (this.overflowProtocol === null) return null;
    const protocol: IProtocol & { factory?: Factory } = build(this.overflowProtocol, []);
    protocol.factory = this;
    return protocol;
  }

  /** A wrapper is connected: it was counted when it was built. */
  registerProtocol(_wrapper: ProtocolWrapper): void {}

  /** The connection of a wrapper is over. */
  unregisterProtocol(wrapper: ProtocolWrapper): void {
    if (this.#counted.delete(wrapper)) this.connectionCount -= 1;
  }
}

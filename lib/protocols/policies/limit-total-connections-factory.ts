import { assertBuilder, build } from '../../base/build.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import {
  Factory,
  type IAddress,
  type IProtocol,
  logRejectionOf,
  type ProtocolMaker,
} from '../../twisted/core/index.js';
import { isReached } from './is-reached.js';
import { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';

/**
 * Limits the connections that are open at a time. Further connections are closed at once, or get a
 * protocol that tells the other end.
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
  /** The number of connections that are not lost, including those of `overflowProtocol`. */
  connectionCount = 0;
  /** The most connections at a time that get a `protocol`; `null` for any number. */
  connectionLimit: number | null = null;
  /** Makes the protocols of further connections; if it is `null`, these are closed at once. */
  overflowProtocol: ProtocolMaker | null = null;

  readonly #counted = new WeakSet<object>();

  /**
   * Makes a factory without a limit: set its fields.
   *
   * @throws InvalidArgTypeError: there is an argument, such as a factory to wrap.
   */
  constructor(...none: []) {
    super();
    const [given] = none as unknown[];
    if (given === undefined) return; // Other policies wrap a factory; this would seem to, and not limit.
    throw new InvalidArgTypeError(
      'factory',
      'left out: set `protocol` and `connectionLimit`',
      given,
    );
  }

  /**
   * Makes the protocol of a connection, in a {@link ProtocolWrapper}.
   *
   * @param address - The other end.
   * @returns the wrapper, or `null` to close the connection at once.
   * @throws InvalidArgTypeError, OutOfRangeError: `connectionLimit` is not a number,
   *   `overflowProtocol` is neither a class nor a function; or the errors of
   *   {@link Factory.buildProtocol}. Nothing was counted.
   */
  override buildProtocol(address: IAddress): IProtocol | null {
    const { connectionLimit: limit, connectionCount: count } = this;
    const isOver = limit !== null && isReached(limit, 'connectionLimit', count);
    const wrapped = isOver ? this.#buildOverflow() : super.buildProtocol(address);
    if (wrapped === null) return null;
    logRejectionOf(this, wrapped, 'its protocol');
    const wrapper = new ProtocolWrapper(this, wrapped);
    this.#counted.add(wrapper);
    this.connectionCount += 1;
    return wrapper;
  }

  #buildOverflow(): IProtocol | null {
    if (this.overflowProtocol === null) return null;
    assertBuilder(this.overflowProtocol, 'overflowProtocol');
    const protocol: IProtocol & { factory?: Factory } = build(this.overflowProtocol, [], this);
    protocol.factory = this;
    return protocol;
  }

  /** A wrapper is connected. Does nothing, because the wrapper was counted when it was built. */
  registerProtocol(_wrapper: ProtocolWrapper): void {}

  /** The connection of a wrapper is over. */
  unregisterProtocol(wrapper: ProtocolWrapper): void {
    if (this.#counted.delete(wrapper)) this.connectionCount -= 1;
  }
}

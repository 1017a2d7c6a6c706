import type { IAddress, IProtocol } from '../../twisted/core/index.js';
import { isReached } from './is-reached.js';
import type { ProtocolWrapper } from './protocol-wrapper.js';
import { WrappingFactory } from './wrapping-factory.js';

/**
 * Limits the connections that one host has at a time. Further connections are closed at once.
 *
 * @example
 * ```ts
 * const factory = new LimitConnectionsByPeer(chatFactory);
 * factory.maxConnectionsPerPeer = 3;
 * await listen(factory, { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.protocols.policies.LimitConnectionsByPeer`
 */
export class LimitConnectionsByPeer extends WrappingFactory {
  /** The most connections that one host may have at a time. */
  maxConnectionsPerPeer = 5;
  /** How many connections each host has. */
  readonly peerConnections = new Map<string, number>();

  readonly #hosts = new WeakMap<object, string>();

  /**
   * As {@link WrappingFactory.buildProtocol}, but returns `null` for a host that has as many
   * connections as it may have.
   *
   * @returns the wrapper, or `null`.
   * @throws InvalidArgTypeError, OutOfRangeError: `maxConnectionsPerPeer` is not a number; or the
   *   errors of {@link WrappingFactory.buildProtocol}. Nothing was counted.
   */
  override buildProtocol(address: IAddress): IProtocol | null {
    const host = hostOf(address);
    const count = this.peerConnections.get(host) ?? 0;
    if (isReached(this.maxConnectionsPerPeer, 'maxConnectionsPerPeer', count)) return null;
    this.peerConnections.set(host, count + 1);
    let protocol: IProtocol | null = null;
    try {
      protocol = super.buildProtocol(address);
    } finally {
      if (protocol === null) this.#uncount(host);
      else this.#hosts.set(protocol, host);
    }
    return protocol;
  }

  override unregisterProtocol(wrapper: ProtocolWrapper): void {
    super.unregisterProtocol(wrapper);
    const host = this.#hosts.get(wrapper);
    if (host === undefined) return;
    this.#hosts.delete(wrapper);
    this.#uncount(host);
  }

  #uncount(host: string): void {
    const count = this.peerConnections.get(host) ?? 0;
    if (count > 1) this.peerConnections.set(host, count - 1);
    else this.peerConnections.delete(host);
  }
}

/**
 * The key by which connections are counted. All connections over a Unix socket or a pipe have the
 * same key, because they come from this machine.
 */
function hostOf(address: IAddress): string {
  return address.type === 'TCP' ? address.host : '';
}

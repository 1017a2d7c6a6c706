import type { PeerCertificate } from 'node:tls';

import type { IAddress } from '../../twisted/core/index.js';
import type { AnyDuplex } from '../any-stream/index.js';
import { hostOf, peerOf } from './addresses.js';
import { certificateOf, type Trust, trustOf } from './tls-trust.js';
import { WritableConsumer } from './writable-consumer.js';

/**
 * The part of `DuplexTransport` that knows its socket: the addresses, the certificate of the other
 * end and the options of TCP. Where the stream is not a socket, setting an option does nothing.
 */
export abstract class SocketConsumer extends WritableConsumer {
  // Declared only: most connections have no need of these, and thousands may be idle.
  declare private noDelay?: boolean;
  declare private keepAlive?: boolean;
  /** @internal */
  declare protected trust?: Trust;

  /** @internal */
  protected override get stream(): AnyDuplex {
    return super.stream as AnyDuplex;
  }

  /**
   * The certificate of the other end, or `null`: without TLS, before the handshake, or where the
   * other end has shown none.
   *
   * @see Twisted: `ISSLTransport.getPeerCertificate`
   */
  getPeerCertificate(): PeerCertificate | null {
    return certificateOf(this.stream);
  }

  /**
   * Whether the other end has shown a certificate that one of `ca` has signed, or a pre-shared key:
   * `false` also before the handshake is complete, and without TLS. As in Node, which in its newer
   * versions (24.21 and 26, not 22) does not authorize a client by its key where `requestCert` asks
   * for a certificate; but a client that showed no certificate isn't authorized by resuming its
   * session either.
   *
   * @see https://nodejs.org/api/tls.html#tlssocketauthorized
   */
  get authorized(): boolean {
    return (this.trust ?? trustOf(this.stream)).authorized;
  }

  /**
   * Why the other end isn't `authorized`, with Node's `code` for that (`CERT_HAS_EXPIRED`, …);
   * `null` if it is, or was never asked for a certificate.
   *
   * @see https://nodejs.org/api/tls.html#tlssocketauthorizationerror
   */
  get authorizationError(): Error | null {
    return (this.trust ?? trustOf(this.stream)).authorizationError;
  }

  /**
   * The protocol that both ends have agreed on by ALPN (`ALPNProtocols`), as `'h2'`; `null` if
   * there is none, or not yet.
   *
   * @see Twisted: `INegotiated.negotiatedProtocol`
   */
  get negotiatedProtocol(): string | null {
    const { alpnProtocol } = this.stream;
    return typeof alpnProtocol === 'string' ? alpnProtocol : null;
  }

  /** Where the other end is. */
  getPeer(): IAddress {
    return peerOf(this.stream);
  }

  /** Where this end is. */
  getHost(): IAddress {
    return hostOf(this.stream);
  }

  /**
   * Whether `setTcpNoDelay` turned Nagle's algorithm off. Node can't tell whether other code did.
   */
  getTcpNoDelay(): boolean {
    return this.noDelay ?? false;
  }

  /**
   * Turns Nagle's algorithm off (`true`) or on. Does nothing if the stream is not a TCP socket.
   */
  setTcpNoDelay(enabled: boolean): void {
    this.noDelay = enabled;
    this.stream.setNoDelay?.(enabled);
  }

  /** Whether `setTcpKeepAlive` turned probes on. Node can't tell whether other code did. */
  getTcpKeepAlive(): boolean {
    return this.keepAlive ?? false;
  }

  /**
   * Turns probes of an idle connection on or off. Does nothing if the stream is not a TCP socket.
   */
  setTcpKeepAlive(enabled: boolean): void {
    this.keepAlive = enabled;
    this.stream.setKeepAlive?.(enabled);
  }
}

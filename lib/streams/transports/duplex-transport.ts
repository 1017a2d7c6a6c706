/** A Node stream that is read and written, as a Twisted transport. */
import type { PeerCertificate } from 'node:tls';

import {
  assertProtocol,
  cleanClose,
  ConnectionDone,
  type IAddress,
  type IProtocol,
  isHalfCloseableProtocol,
  isHandshakeListener,
  type ITCPTransport,
  logPrefixOf,
} from '../../twisted/core/index.js';
import { InvalidStateError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { hostOf, peerOf, rememberAddresses } from './addresses.js';
import {
  type AnyDuplex,
  assertDuplex,
  type DuplexLike,
  isSocket,
  isUnreadSocket,
} from '../any-stream/index.js';
import { closeGracefully } from './close-gracefully.js';
import {
  completeTLSOptions,
  wasAccepted,
  whenFlushed,
  wrapInTLS,
  type StartTLSOptions,
} from './start-tls.js';
import { fromWebPair, isWebPair, type WebPairLike } from '../web/index.js';
import { StreamInput } from './stream-input.js';
import { WritableConsumer } from './writable-consumer.js';
import {
  assertWritableConsumerOptions,
  type WritableConsumerOptions,
} from './writable-consumer-options.js';

/** Options of {@link DuplexTransport}. */
export interface DuplexTransportOptions extends WritableConsumerOptions {
  /**
   * What talks over the connection. Without one, the readable half is left alone: read it as you
   * like.
   */
  protocol?: IProtocol | undefined;
}

/**
 * Any Node duplex as a transport: a TCP, TLS or Unix socket, an HTTP/2 stream, a pair of pipes.
 *
 * With a protocol it calls `makeConnection` (at once, or when a socket that is still connecting has
 * connected), then `dataReceived`, and `connectionLost` once. A protocol that is an
 * `IHalfCloseableProtocol` hears of each half by itself and may go on with the other; for any other
 * one, the connection is over when the other end hangs up.
 *
 * After `loseConnection`, input is thrown away until the other end has hung up as well (for a
 * second without any, five in all), because unread input turns a close into a reset.
 *
 * @example
 * ```ts
 * class Echo extends Protocol {
 *   override dataReceived(data: Buffer) {
 *     this.transport.write(data);
 *   }
 * }
 * net.createServer((socket) => new DuplexTransport(socket, { protocol: new Echo() })).listen(7);
 * ```
 *
 * @see Twisted: `twisted.internet.tcp.Connection`
 */
export class DuplexTransport extends WritableConsumer implements ITCPTransport {
  /** What talks over the connection; may be replaced by another while it stands. */
  protocol: IProtocol | undefined;

  private input: StreamInput | undefined;
  private protocolConnected = false;
  private noDelay = false;
  private keepAlive = false;

  /**
   * @param given - Any stream that is written to and read from, or a pair of WHATWG streams.
   * @param options - See {@link DuplexTransportOptions}.
   * @throws InvalidArgTypeError: `given` is no duplex stream, or `protocol` no protocol.
   * @throws InvalidStateError: one of a pair of WHATWG streams is locked.
   * @throws OutOfRangeError: `highWaterMark` is no whole number of at least 0.
   */
  constructor(given: DuplexLike | WebPairLike, options: DuplexTransportOptions = {}) {
    assertWritableConsumerOptions(options);
    const { protocol } = options;
    if (protocol !== undefined) assertProtocol(protocol);
    const duplex = isWebPair(given) ? fromWebPair(given) : given;
    assertDuplex(duplex);
    super(duplex, options);
    if (protocol !== undefined) this.start(protocol);
  }

  /**
   * Connects `protocol`, as the constructor does with one that it is given: once for each transport.
   *
   * @internal
   */
  start(protocol: IProtocol): void {
    this.protocol = protocol;
    if (this.disconnected) return;
    const { stream } = this;
    // What a hang-up means is for the protocol to say, not for the socket.
    if ('allowHalfOpen' in stream) stream.allowHalfOpen = true;
    if (stream.connecting === true) {
      const onConnect = () => {
        stream.removeListener('connect', onConnect);
        this.makeConnection();
      };
      stream.on('connect', onConnect);
    } else {
      this.makeConnection();
    }
  }

  protected override get stream(): AnyDuplex {
    return super.stream as AnyDuplex;
  }

  /** Connects the protocol; from then on it hears of everything, its own errors among it. */
  private makeConnection(): void {
    if (this.disconnected) return;
    this.protocolConnected = true;
    const input = new StreamInput(this.reactor);
    this.input = this.reactor.input = input;
    rememberAddresses(this.stream);
    this.reactor.call(() => void this.protocol?.makeConnection(this));
    if (this.disconnected) return;
    if (this.disconnecting) input.discard();
    if (!this.reactor.isHeld) input.open(); // Held, it is for TLS to read, and opened after that.
  }

  override doRead(): Error | undefined {
    const data = this.input?.take();
    if (data !== undefined && data.length > 0) this.protocol?.dataReceived(data);
    return undefined;
  }

  override loseConnection(): void {
    const closing = !this.connected || this.disconnecting;
    super.loseConnection();
    if (closing || this.disconnected) return;
    if (this.input !== undefined) this.input.discard();
    else if (isUnreadSocket(this.stream)) this.stream.resume();
  }

  /** The other end writes no more: half a loss for a protocol that can go on, else all of it. */
  override readConnectionLost(reason: Error): void {
    if (isHalfCloseableProtocol(this.protocol)) this.protocol.readConnectionLost();
    else this.connectionLost(reason);
  }

  protected override writeHalfEnded(): void {
    if (isHalfCloseableProtocol(this.protocol)) this.protocol.writeConnectionLost();
  }

  override connectionLost(reason: Error): void {
    if (this.disconnected) return;
    try {
      super.connectionLost(reason);
    } finally {
      if (this.protocolConnected) this.tellProtocol(reason);
    }
  }

  private tellProtocol(reason: Error): void {
    try {
      this.protocol?.connectionLost(reason);
    } catch (thrown) {
      log.err(thrown, `${this.logPrefix()}: connectionLost threw`);
    }
  }

  protected override release(reason: Error): void {
    const { stream } = this;
    super.release(reason);
    if (reason instanceof ConnectionDone && (this.input !== undefined || isUnreadSocket(stream))) {
      closeGracefully(stream);
    }
    this.input?.close();
  }

  /**
   * Upgrades the connection to TLS, as SMTP's and IMAP's STARTTLS do: what was written before leaves
   * as it is, what is written from now on leaves encrypted, once the handshake is complete. A
   * protocol that has a `handshakeCompleted` method is told of that. A handshake that fails, or a
   * certificate that doesn't verify, loses the connection, with Node's error as the `cause`.
   *
   * Throw away what the protocol has already received after the line that asked for TLS: it wasn't
   * encrypted, so anyone may have put it there.
   *
   * @param options - Those of `node:tls`: `key` and `cert` for a server, `ca` and `servername` for a
   *   client. The end that was accepted is the server, unless `isServer` says otherwise.
   * @throws InvalidStateError: it is under way already; nothing has changed.
   * @throws what `node:tls` throws for options that make no sense; nothing has changed.
   * @see Twisted: `ITLSTransport.startTLS`
   */
  startTLS(options: StartTLSOptions = {}): void {
    if (!this.connected || this.disconnecting || this.writeDisconnected) return;
    const { reactor, stream } = this;
    if (reactor.isHeld) throw new InvalidStateError('startTLS is under way already');
    const complete = completeTLSOptions(options, options.isServer ?? wasAccepted(stream));
    this.input?.suspend();
    reactor.hold();
    const before = this.takeHeld();
    // Not at once: this may be called from inside a write to the stream, which has more to come.
    process.nextTick(() => this.sendThenWrap(before, complete));
  }

  private sendThenWrap(before: readonly unknown[], options: StartTLSOptions): void {
    const { reactor, stream } = this;
    if (this.disconnected || reactor.isDropped) return;
    const error = reactor.send(before, false);
    if (error !== undefined) {
      reactor.lose(error);
      return;
    }
    whenFlushed(stream, () => {
      if (!this.disconnected) reactor.call(() => this.wrap(options));
    });
  }

  private wrap(options: StartTLSOptions): undefined {
    const { reactor, stream } = this;
    if (stream.readableEnded === true) {
      reactor.lose(cleanClose());
      return;
    }
    // TLS reads a socket below its stream, and hears of no end that came before.
    if (isSocket(stream)) stream.on('end', () => reactor.lose(cleanClose()));
    reactor.move(wrapInTLS(stream, options, () => this.handshakeCompleted()));
    this.input?.open();
  }

  private handshakeCompleted(): void {
    this.reactor.call(() => {
      const { protocol } = this;
      if (isHandshakeListener(protocol)) protocol.handshakeCompleted();
      return undefined;
    });
  }

  /**
   * The certificate of the other end, or `null`: without TLS, before the handshake, or where the
   * other end has shown none.
   *
   * @see Twisted: `ISSLTransport.getPeerCertificate`
   */
  getPeerCertificate(): PeerCertificate | null {
    const certificate = this.stream.getPeerCertificate?.();
    return certificate && Object.keys(certificate).length > 0 ? certificate : null;
  }

  /** Where the other end is. */
  getPeer(): IAddress {
    return peerOf(this.stream);
  }

  /** Where this end is. */
  getHost(): IAddress {
    return hostOf(this.stream);
  }

  /** Whether `setTcpNoDelay` turned Nagle's algorithm off. Node can't tell who else did. */
  getTcpNoDelay(): boolean {
    return this.noDelay;
  }

  /** Turns Nagle's algorithm off (`true`) or on. Does nothing to what is no TCP socket. */
  setTcpNoDelay(enabled: boolean): void {
    this.noDelay = enabled;
    this.stream.setNoDelay?.(enabled);
  }

  /** Whether `setTcpKeepAlive` turned probes on. Node can't tell who else did. */
  getTcpKeepAlive(): boolean {
    return this.keepAlive;
  }

  /** Turns probes of an idle connection on or off. Does nothing to what is no TCP socket. */
  setTcpKeepAlive(enabled: boolean): void {
    this.keepAlive = enabled;
    this.stream.setKeepAlive?.(enabled);
  }

  /** The protocol's own name in logs. */
  override logPrefix(): string {
    const { protocol } = this;
    return protocol === undefined ? super.logPrefix() : logPrefixOf(protocol);
  }
}

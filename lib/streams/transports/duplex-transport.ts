/** A Node stream that is read and written, as a Twisted transport. */
import type { TLSSocket } from 'node:tls';

import {
  assertProtocol,
  ConnectionDone,
  heed,
  type IProtocol,
  isHalfCloseableProtocol,
  letHandOver,
  isHandshakeListener,
  isOwnProtocol,
  type ITCPTransport,
  logPrefixOf,
  logRejectionOf,
} from '../../twisted/core/index.js';
import { assertOptions } from '../../base/arguments.js';
import { InvalidStateError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { rememberAddresses, wasAccepted } from './addresses.js';
import {
  assertDuplex,
  assertUnread,
  type DuplexLike,
  isGone,
  isUnreadSocket,
  setHalfOpen,
} from '../any-stream/index.js';
import { closeGracefully } from './close-gracefully.js';
import { fromWebPair, isWebPair, type WebPairLike } from '../web/index.js';
import { SocketConsumer } from './socket-consumer.js';
import { StreamInput } from './stream-input.js';
import type { StartTLSOptions } from './tls-options.js';
import type { Trust } from './tls-trust.js';
import { type TLSSide, tlsSide } from './tls-side.js';
import { TLSUpgrade } from './tls-upgrade.js';
import {
  assertWritableConsumerOptions,
  type WritableConsumerOptions,
} from './writable-consumer-options.js';

/** Options of {@link DuplexTransport}. */
export interface DuplexTransportOptions extends WritableConsumerOptions {
  /**
   * The protocol of the connection. Without one, the readable half is left alone: read it as you
   * like.
   */
  protocol?: IProtocol | undefined;
}

/**
 * Any Node duplex as a transport: a TCP, TLS or Unix socket, an HTTP/2 stream, a pair of pipes.
 *
 * With a protocol it calls `makeConnection` (at once, or when a socket that is still connecting has
 * connected), then `dataReceived`, and `connectionLost` once. A protocol that is an
 * `IHalfCloseableProtocol` is told of each half by itself and may go on with the other; for any
 * other one, the connection is over when the other end hangs up.
 *
 * After `loseConnection`, input is discarded until the other end has hung up as well, or has sent
 * nothing for 1 second; for 30 seconds at most. Unread input would turn the close into a reset.
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
export class DuplexTransport extends SocketConsumer implements ITCPTransport {
  /** The protocol of the connection; may be replaced by another while the connection stands. */
  protocol: IProtocol | undefined;

  /** Reads the stream; `undefined` until the protocol is connected. */
  private input: StreamInput | undefined;
  // These two are only declared: most connections have a protocol, and no TLS.
  declare private upgrade?: TLSUpgrade | undefined;
  /** Whether a close without a protocol discards the input, because no code reads it. */
  declare private discards?: boolean;

  /**
   * @param given - Any stream that is written to and read from, or a pair of WHATWG streams.
   * @param options - See {@link DuplexTransportOptions}.
   * @throws InvalidArgTypeError: `given` is not a duplex stream, `protocol` is not a protocol, or an
   *   option is misspelt or of the wrong kind.
   * @throws InvalidStateError: another adapter writes to it, or with a `protocol`, reads it; or one
   *   of a pair of WHATWG streams is locked.
   * @throws OutOfRangeError: `highWaterMark` is not a whole number of at least 0, or `closeTimeout` is
   *   not a number of at least 0.
   * @throws the reason of the signal: it has aborted already, and the stream was left alone.
   */
  constructor(given: DuplexLike | WebPairLike, options: DuplexTransportOptions = {}) {
    assertWritableConsumerOptions(options);
    const { protocol } = options;
    if (protocol !== undefined) assertProtocol(protocol);
    options.signal?.throwIfAborted(); // First: to wrap a pair is to lock it.
    const duplex = isWebPair(given) ? fromWebPair(given) : given;
    assertDuplex(duplex);
    if (protocol !== undefined) assertUnread(duplex);
    super(duplex, options);
    if (protocol !== undefined) this.start(protocol);
  }

  /**
   * Connects `protocol`, as the constructor does with one that it is given: once for each
   * transport.
   *
   * @internal
   */
  start(protocol: IProtocol): void {
    this.protocol = protocol;
    const { stream } = this;
    // The protocol decides what a hang-up means, not the socket.
    setHalfOpen(stream, true);
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

  /** Connects the protocol; from then on it is told of everything, its own errors included. */
  private makeConnection(): void {
    if (this.disconnected) return;
    const input = new StreamInput(this.reactor);
    this.input = this.reactor.input = input;
    // If that half had ended before, nothing can be sent: writes are dropped, as they are after the
    // close.
    if (this.reactor.writeHalf === 'gone') this.writeDisconnected = true;
    rememberAddresses(this.stream);
    this.reactor.call(() => heed(this.protocol?.makeConnection(this), this, 'makeConnection'));
    if (this.disconnected) return;
    if (this.disconnecting) input.discard();
    if (!this.reactor.isMoving) input.open(); // Else TLS reads it first, and it is opened after that.
    this.goOnClosing();
  }

  /**
   * A protocol whose socket is still connecting writes once that is connected.
   *
   * @internal
   */
  protected override get isYetToBegin(): boolean {
    return (this.protocol !== undefined && this.input === undefined) || super.isYetToBegin;
  }

  override doRead(): Error | undefined {
    const data = this.input?.take();
    if (data === undefined || data.length === 0) return undefined;
    const why: unknown = this.protocol?.dataReceived(data);
    if (why instanceof Error) return why; // As in Twisted, where a `LineReceiver` may return one.
    return heed(why, this, 'dataReceived');
  }

  /**
   * A protocol registers with its own transport only to be paused and resumed, and asks for the
   * close itself. One that is a stream may still buffer bytes: it hands them over now.
   */
  protected override waitFor(producer: object): boolean {
    if (letHandOver(producer)) return true;
    return super.waitFor(producer) && !isOwnProtocol(producer, this.protocol);
  }

  override loseConnection(): void {
    super.loseConnection();
    if (!this.disconnecting) return; // It was over before, or is being aborted.
    const { input, stream } = this;
    if (input !== undefined) {
      input.discard();
    } else if (isUnreadSocket(stream)) {
      this.discards = true;
      stream.resume();
    }
  }

  /**
   * The other end has ended its half: only the read half is lost for a protocol that can go on, and
   * the connection for any other. (A stream may also say so because it is destroyed. The bytes that
   * it still has are dropped then, while they outlive a hang-up.)
   */
  override readConnectionLost(reason: Error): void {
    const { protocol } = this;
    if (isHalfCloseableProtocol(protocol))
      heed(protocol.readConnectionLost(), this, 'readConnectionLost');
    else if (isGone(this.stream) && this.writableLength > 0) this.reactor.settle('close');
    else this.connectionLost(reason);
  }

  /** Our half had ended before we came: whatever the protocol is, it goes on with the other one. */
  override writeConnectionLost(reason: Error): void {
    if (this.input === undefined) super.writeConnectionLost(reason);
    else this.writeHalfEnded();
  }

  protected override writeHalfEnded(): void {
    const { protocol } = this;
    if (!isHalfCloseableProtocol(protocol)) return;
    heed(protocol.writeConnectionLost(), this, 'writeConnectionLost');
  }

  override connectionLost(reason: Error): void {
    if (this.disconnected) return;
    this.upgrade?.stop();
    try {
      super.connectionLost(reason);
    } finally {
      if (this.input !== undefined) this.tellProtocol(reason);
    }
  }

  private tellProtocol(reason: Error): void {
    try {
      const returned: unknown = this.protocol?.connectionLost(reason);
      logRejectionOf(this, returned, 'connectionLost');
    } catch (thrown) {
      log.err(thrown, `${this.logPrefix()}: connectionLost threw`);
    }
  }

  protected override release(reason: Error): void {
    const { stream } = this;
    super.release(reason);
    if (reason instanceof ConnectionDone && (this.input ?? this.discards)) {
      closeGracefully(stream, this.reactor.writeHalf === 'delivered');
    }
    this.input?.close();
  }

  /**
   * Upgrades the connection to TLS, as SMTP's and IMAP's STARTTLS do: bytes that were written
   * before leave unencrypted; bytes that are written from now on leave encrypted, once the
   * handshake is complete. A protocol that has a `handshakeCompleted` method is told of that. A
   * handshake that fails, or a certificate that doesn't verify, loses the connection, with Node's
   * error as the `cause`.
   *
   * Discard the bytes that the protocol has already received after the line that asked for TLS:
   * they were not encrypted, so anyone may have put them there.
   *
   * @param options - Those of `node:tls`: `key` and `cert` for a server, `ca` and `servername` for
   *   a client. The end that was accepted is the server, unless `isServer` says otherwise.
   * @throws InvalidStateError: it is under way already; nothing has changed.
   * @throws InvalidArgTypeError, OutOfRangeError: an option is misspelt, of the wrong kind or out of
   *   range; nothing has changed.
   * @throws the error that `node:tls` throws for options that make no sense; nothing has changed.
   * @see Twisted: `ITLSTransport.startTLS`
   */
  startTLS(options: StartTLSOptions = {}): void {
    if (!this.connected || this.disconnecting || this.writeDisconnected) return;
    if (this.reactor.isMoving) throw new InvalidStateError('startTLS is under way already');
    assertOptions(options);
    this.secure(tlsSide(options, options.isServer ?? wasAccepted(this.stream)));
  }

  /**
   * As `startTLS`, with options that are checked already; also before there is a protocol.
   *
   * @internal
   */
  secure(side: TLSSide): void {
    this.input?.suspend();
    this.reactor.beginMoving();
    this.upgrade = new TLSUpgrade(this.reactor, side, (socket, trust) => {
      this.secured(socket, trust);
    });
    this.upgrade.begin(this.takeHeld());
  }

  private secured(socket: TLSSocket, trust: Trust): void {
    const { reactor } = this;
    this.upgrade = undefined;
    this.trust = trust;
    reactor.move(socket);
    rememberAddresses(socket);
    reactor.call(() => {
      const { protocol } = this;
      if (!isHandshakeListener(protocol) || reactor.isDropped) return undefined;
      return heed(protocol.handshakeCompleted(), this, 'handshakeCompleted');
    });
    // Not before that: the protocol learns that the handshake is complete before it receives bytes.
    if (!this.disconnected && !reactor.isMoving) this.input?.open();
  }

  /** The protocol's own name in logs. */
  override logPrefix(): string {
    const { protocol } = this;
    return protocol === undefined ? super.logPrefix() : logPrefixOf(protocol);
  }
}

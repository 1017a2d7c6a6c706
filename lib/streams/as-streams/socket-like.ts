/**
 * The members of a socket that Node's own clients and servers use, beyond those of every `Duplex`.
 */
import { Duplex } from '#stream';

import { assertFunction, assertNumber } from '../../base/arguments.js';
import { timerDelay } from '../../base/timers.js';
import type { IAddress, ITCPTransport, ITransport, TCPAddress } from '../../twisted/core/index.js';

/**
 * A transport with its optional members, including its addresses: some transports have no full
 * ones.
 */
type AnyTransport = Partial<ITCPTransport> & { ref?(): unknown; unref?(): unknown };

/**
 * A `Duplex` with the manners of a `net.Socket`, so that `http`, `https` and `http2` take it for
 * one. If the transport has no such method, nothing happens.
 */
export abstract class SocketLike extends Duplex {
  /** The way to the other end; `null` until there is one. */
  abstract readonly transport: ITransport | null;

  /** Milliseconds without traffic after which `'timeout'` is emitted, once it was set. */
  timeout: number | undefined;

  private idleTimer: NodeJS.Timeout | undefined;

  private get socket(): AnyTransport | null {
    return this.transport;
  }

  private get remote(): Partial<TCPAddress> {
    return tcpAddressOf(this.socket?.getPeer?.());
  }

  private get local(): Partial<TCPAddress> {
    return tcpAddressOf(this.socket?.getHost?.());
  }

  /** Whether the transport is still to come; `'connect'` says when it has. */
  get connecting(): boolean {
    return this.transport === null && !this.destroyed;
  }

  /** The other end's IP address. */
  get remoteAddress(): string | undefined {
    return this.remote.host;
  }

  /** The other end's port. */
  get remotePort(): number | undefined {
    return this.remote.port;
  }

  /** `'IPv4'` or `'IPv6'`. */
  get remoteFamily(): string | undefined {
    return this.remote.family;
  }

  /** This end's IP address. */
  get localAddress(): string | undefined {
    return this.local.host;
  }

  /** This end's port. */
  get localPort(): number | undefined {
    return this.local.port;
  }

  /** `'IPv4'` or `'IPv6'`. */
  get localFamily(): string | undefined {
    return this.local.family;
  }

  /**
   * Emits `'timeout'` whenever nothing came or went for that long. Nothing else happens by itself.
   *
   * @param milliseconds - 0 turns it off.
   * @param callback - Listens for `'timeout'` once; with 0, no longer does.
   * @throws InvalidArgTypeError: `milliseconds` is not a number, or `callback` is not a function.
   * @throws OutOfRangeError: `milliseconds` is negative or infinite.
   */
  setTimeout(milliseconds: number, callback?: () => void): this {
    const isInRange = (given: number) => given >= 0 && Number.isFinite(given);
    assertNumber(milliseconds, 'milliseconds', 'a finite number of at least 0', isInRange);
    if (callback !== undefined) assertFunction(callback, 'callback');
    this.timeout = milliseconds;
    this.stopTimer();
    if (milliseconds > 0 && !this.destroyed) {
      const onIdle = () => this.emit('timeout');
      this.idleTimer = setTimeout(onIdle, timerDelay(milliseconds)).unref();
    }
    if (callback !== undefined) {
      if (milliseconds > 0) this.once('timeout', callback);
      else this.removeListener('timeout', callback);
    }
    return this;
  }

  /** Something came or went: the time without traffic begins anew. */
  protected noticeTraffic(): void {
    this.idleTimer?.refresh();
  }

  /** Stops emitting `'timeout'`. */
  protected stopTimer(): void {
    clearTimeout(this.idleTimer);
    this.idleTimer = undefined;
  }

  /** Turns Nagle's algorithm off (`true`) or on. */
  setNoDelay(enabled = true): this {
    this.socket?.setTcpNoDelay?.(enabled);
    return this;
  }

  /** Turns probes of an idle connection on or off. */
  setKeepAlive(enabled = false): this {
    this.socket?.setTcpKeepAlive?.(enabled);
    return this;
  }

  /** Keeps the process running while the connection stands, if the transport can. */
  ref(): this {
    this.socket?.ref?.();
    return this;
  }

  /** Lets the process exit although the connection stands, if the transport can. */
  unref(): this {
    this.socket?.unref?.();
    return this;
  }

  /** Ends the stream, and destroys it once everything is written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }
}

/** The parts of `address`, of which another than one of TCP has none. */
function tcpAddressOf(address: IAddress | undefined): Partial<TCPAddress> {
  return address?.type === 'TCP' ? address : {};
}

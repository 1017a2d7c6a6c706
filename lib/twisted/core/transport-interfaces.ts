/** The contract of a transport and its protocol, and the addresses of the ends of a connection. */
import { areFunctions, membersOf } from '../../base/members.js';

/**
 * The address of an end of a TCP connection.
 *
 * @see Twisted: `twisted.internet.address.IPv4Address`, `IPv6Address`
 */
export interface TCPAddress {
  /** Tells the kinds of address apart. */
  readonly type: 'TCP';
  /** The kind of the IP address `host`. */
  readonly family: 'IPv4' | 'IPv6';
  /** The IP address, not a name. `'0.0.0.0'` or `'::'`, with port 0, if Node does not know it. */
  readonly host: string;
  /** The port, from 0 to 65535. */
  readonly port: number;
}

/**
 * The address of an end of a Unix socket.
 *
 * @see Twisted: `twisted.internet.address.UNIXAddress`
 */
export interface UNIXAddress {
  /** Tells the kinds of address apart. */
  readonly type: 'UNIX';
  /** Its path; `null` for an end that has none, or whose path Node doesn't tell. */
  readonly name: string | null;
}

/**
 * An end that is not a socket: a pipe, a stream in memory.
 *
 * @see Twisted: `twisted.internet._posixstdio.PipeAddress`
 */
export interface PipeAddress {
  /** Tells the kinds of address apart. */
  readonly type: 'PIPE';
}

/**
 * The address of an end of a connection, as `getPeer` and `getHost` return it; its `type` tells the
 * kind.
 *
 * @see Twisted: `twisted.internet.interfaces.IAddress`
 */
export type IAddress = TCPAddress | UNIXAddress | PipeAddress;

/**
 * The way to the other end of a connection, as a protocol sees it.
 *
 * @see Twisted: `twisted.internet.interfaces.ITransport`
 */
export interface ITransport {
  /** As `IConsumer`'s `write`. Does nothing once the connection is over. */
  write(data: Uint8Array): void;
  /**
   * Writes each piece of `data`, in order.
   *
   * @throws InvalidArgTypeError: `data` is not a sequence, or a piece is not bytes; nothing was
   *   written.
   */
  writeSequence(data: Iterable<Uint8Array>): void;
  /**
   * Closes the connection once everything has been sent that was written so far, or that the
   * registered producer writes until it unregisters. Bytes that are written after this call and
   * before the close may still be sent.
   */
  loseConnection(): void;
  /** The address of the other end. */
  getPeer(): IAddress;
  /** The address of this end. */
  getHost(): IAddress;
}

/**
 * A transport over TCP.
 *
 * @see Twisted: `twisted.internet.interfaces.ITCPTransport`
 */
export interface ITCPTransport extends ITransport {
  /** Ends only the write half, at the time at which `loseConnection` would close. */
  loseWriteConnection(): void;
  /** Closes at once, and drops the buffered bytes. */
  abortConnection(): void;
  /** Whether small writes leave at once (Nagle's algorithm off). */
  getTcpNoDelay(): boolean;
  /** Turns Nagle's algorithm off (`true`) or on. */
  setTcpNoDelay(enabled: boolean): void;
  /** Whether TCP keep-alive is on: the system probes an idle connection. */
  getTcpKeepAlive(): boolean;
  /** Turns probes of an idle connection on or off. */
  setTcpKeepAlive(enabled: boolean): void;
}

/**
 * A transport that can be upgraded to TLS while it is connected.
 *
 * @see Twisted: `twisted.internet.interfaces.ITLSTransport`
 */
export interface ITLSTransport extends ITCPTransport {
  /**
   * Bytes that are written from now on leave encrypted. The options are those of the transport's
   * TLS.
   */
  startTLS(options?: object): void;
}

/**
 * Recognizes a transport by the methods that every transport needs.
 *
 * @returns whether `value` has `write`, `writeSequence` and `loseConnection`.
 * @see Twisted: `ITransport.providedBy`
 */
export function isTransport(value: unknown): value is ITransport {
  const { write, writeSequence, loseConnection } = membersOf(value);
  return areFunctions(write, writeSequence, loseConnection);
}

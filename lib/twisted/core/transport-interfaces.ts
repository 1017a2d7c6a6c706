/** What a transport promises its protocol, and where the ends of a connection are. */
import { areFunctions, membersOf } from '../../base/members.js';

/**
 * Where an end of a TCP connection is.
 *
 * @see Twisted: `twisted.internet.address.IPv4Address`, `IPv6Address`
 */
export interface TCPAddress {
  /** Tells the kinds of address apart. */
  readonly type: 'TCP';
  /** What kind of IP address `host` is. */
  readonly family: 'IPv4' | 'IPv6';
  /** The IP address, not a name. */
  readonly host: string;
  /** The port, from 0 to 65535. */
  readonly port: number;
}

/**
 * Where an end of a Unix socket is.
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
 * Where an end of a connection is, as `getPeer` and `getHost` tell; its `type` says of which kind.
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
  /** As `IConsumer`'s `write`. After the connection is over: does nothing. */
  write(data: Uint8Array): void;
  /** Writes each of `data`, in order. All are checked before the first is written. */
  writeSequence(data: Iterable<Uint8Array>): void;
  /**
   * Closes the connection once everything written so far, and everything that the registered
   * producer still has to say until it unregisters, has been sent. What is written after this,
   * before the close, may still be sent.
   */
  loseConnection(): void;
  /** Where the other end is. */
  getPeer(): IAddress;
  /** Where this end is. */
  getHost(): IAddress;
}

/**
 * A transport over TCP.
 *
 * @see Twisted: `twisted.internet.interfaces.ITCPTransport`
 */
export interface ITCPTransport extends ITransport {
  /** Ends the write half only, when `loseConnection` would close. */
  loseWriteConnection(): void;
  /** Closes now, whatever is still buffered. */
  abortConnection(): void;
  /** Whether small writes leave at once (Nagle's algorithm off). */
  getTcpNoDelay(): boolean;
  /** Turns Nagle's algorithm off (`true`) or on. */
  setTcpNoDelay(enabled: boolean): void;
  /** Whether an idle connection is probed. */
  getTcpKeepAlive(): boolean;
  /** Turns probes of an idle connection on or off. */
  setTcpKeepAlive(enabled: boolean): void;
}

/**
 * A transport that can be upgraded to TLS while it stands.
 *
 * @see Twisted: `twisted.internet.interfaces.ITLSTransport`
 */
export interface ITLSTransport extends ITCPTransport {
  /** What is written from now on leaves encrypted. The options are those of the transport's TLS. */
  startTLS(options?: object): void;
}

/**
 * Tells a transport by the methods that every one needs.
 *
 * @returns whether `value` has `write`, `writeSequence` and `loseConnection`.
 * @see Twisted: `ITransport.providedBy`
 */
export function isTransport(value: unknown): value is ITransport {
  const { write, writeSequence, loseConnection } = membersOf(value);
  return areFunctions(write, writeSequence, loseConnection);
}

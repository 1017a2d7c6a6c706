/** The contract of a protocol, the factory that makes it and the connector of a client. */
import { areFunctions, membersOf } from '../../base/members.js';
import type { IAddress, ITransport } from './transport-interfaces.js';

/**
 * An object that talks over a transport. Calls come in this order: `makeConnection` once,
 * `dataReceived` any number of times, `connectionLost` once.
 *
 * @see Twisted: `twisted.internet.interfaces.IProtocol`
 */
export interface IProtocol {
  /** The connection is made; `transport` is the way to the other end. */
  makeConnection(transport: ITransport): void;
  /** Bytes came from the other end, in pieces of any size. */
  dataReceived(data: Buffer): void;
  /** The connection is over. `reason` is `ConnectionDone` if it was closed cleanly. */
  connectionLost(reason: Error): void;
}

/**
 * A protocol that can go on when one half of its connection is over.
 *
 * @see Twisted: `twisted.internet.interfaces.IHalfCloseableProtocol`
 */
export interface IHalfCloseableProtocol extends IProtocol {
  /** The other end writes no more; this end still may. */
  readConnectionLost(): void;
  /** The write half has ended as `loseWriteConnection` asked. */
  writeConnectionLost(): void;
}

/**
 * A protocol that is told when the TLS handshake of its connection is complete, so that the
 * certificate of the other end is known.
 *
 * @see Twisted: `twisted.internet.interfaces.IHandshakeListener`
 */
export interface IHandshakeListener extends IProtocol {
  /** From now on, `getPeerCertificate` of the transport has an answer. */
  handshakeCompleted(): void;
}

/**
 * An object that names itself in logs.
 *
 * @see Twisted: `twisted.internet.interfaces.ILoggingContext`
 */
export interface ILoggingContext {
  /** The text in front of a line about this object. */
  logPrefix(): string;
}

/**
 * Makes the protocol of each connection.
 *
 * @see Twisted: `twisted.internet.interfaces.IProtocolFactory`
 */
export interface IProtocolFactory {
  /** Makes the protocol of a connection to `address`; `null` closes the connection. */
  buildProtocol(address: IAddress): IProtocol | null;
  /** A port or connector uses this from now on. */
  doStart(): void;
  /** A port or connector has stopped using this. */
  doStop(): void;
}

/**
 * Makes one connection, and makes it again when it is asked to.
 *
 * @see Twisted: `twisted.internet.interfaces.IConnector`
 */
export interface IConnector {
  /** Whether there is a connection, or an attempt to make one. */
  readonly state: 'disconnected' | 'connecting' | 'connected';
  /** Once this signal has aborted, no attempt can succeed; `undefined` if there is no signal. */
  readonly signal?: AbortSignal | undefined;
  /** Begins an attempt, and tells the factory its result. */
  connect(): void;
  /** Gives up the attempt that is under way. */
  stopConnecting(): void;
  /** Gives up the attempt, or closes the connection. */
  disconnect(): void;
  /** The address to which this connects. */
  getDestination(): IAddress;
}

/**
 * Makes the protocol of a client's connection, and is told when an attempt fails or the connection
 * is lost.
 *
 * @see Twisted: `twisted.internet.protocol.ClientFactory`
 */
export interface IClientFactory extends IProtocolFactory {
  /** An attempt has begun. Call `connector.stopConnecting()` here to give it up. */
  startedConnecting(connector: IConnector): void;
  /** An attempt has failed. Call `connector.connect()` here to try again. */
  clientConnectionFailed(connector: IConnector, reason: Error): void;
  /**
   * A connection that was made is over; its protocol has been told. Call `connector.connect()` here
   * to make it again.
   */
  clientConnectionLost(connector: IConnector, reason: Error): void;
}

/**
 * Recognizes a protocol by its methods.
 *
 * @returns whether `value` has those of an {@link IProtocol}.
 * @see Twisted: `IProtocol.providedBy`
 */
export function isProtocol(value: unknown): value is IProtocol {
  const { makeConnection, dataReceived, connectionLost } = membersOf(value);
  return areFunctions(makeConnection, dataReceived, connectionLost);
}

/**
 * Recognizes a protocol that can go on with half a connection, by its methods.
 *
 * @returns whether `value` has the two methods that {@link IHalfCloseableProtocol} adds.
 * @see Twisted: `IHalfCloseableProtocol.providedBy`
 */
export function isHalfCloseableProtocol(value: unknown): value is IHalfCloseableProtocol {
  const { readConnectionLost, writeConnectionLost } = membersOf(value);
  return areFunctions(readConnectionLost, writeConnectionLost);
}

/**
 * Recognizes a protocol that is told of the TLS handshake, by its method.
 *
 * @returns whether `value` has the method that {@link IHandshakeListener} adds.
 * @see Twisted: `IHandshakeListener.providedBy`
 */
export function isHandshakeListener(value: unknown): value is IHandshakeListener {
  const { handshakeCompleted } = membersOf(value);
  return areFunctions(handshakeCompleted);
}

/**
 * Recognizes an object that names itself in logs, by its method.
 *
 * @returns whether `value` has that of an {@link ILoggingContext}.
 * @see Twisted: `ILoggingContext.providedBy`
 */
export function isLoggingContext(value: unknown): value is ILoggingContext {
  const { logPrefix } = membersOf(value);
  return areFunctions(logPrefix);
}

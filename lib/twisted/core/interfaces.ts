/**
 * What producers, consumers, transports and protocols promise each other, and the guards that tell
 * them apart at run time. Nothing here holds state.
 *
 * Unless a method says otherwise, it may be called from inside any other (a consumer's `write` from
 * a producer's `resumeProducing`, `loseConnection` from `pauseProducing`, and so on), and its caller
 * has put its own state right before it calls.
 */
import { areFunctions, membersOf } from '../../base/members.js';

/**
 * Something that makes data for a consumer.
 *
 * @see Twisted: `twisted.internet.interfaces.IProducer`
 */
export interface IProducer {
  /**
   * The consumer has died: make no more data, for good. Called at most once by a consumer of this
   * library, and never followed by another call.
   */
  stopProducing(): void;
}

/**
 * A producer that makes data by itself until it is paused. It starts unpaused.
 *
 * @see Twisted: `twisted.internet.interfaces.IPushProducer`
 */
export interface IPushProducer extends IProducer {
  /**
   * The consumer's buffer is full: make no more until `resumeProducing`. The adapters call it once for
   * each time that the buffer fills; a bare `FileDescriptor` again with each write while it is full.
   */
  pauseProducing(): void;
  /** The buffer is empty: go on. Called only to balance a pause. */
  resumeProducing(): void;
}

/**
 * A producer that makes one piece of data each time it is asked.
 *
 * @see Twisted: `twisted.internet.interfaces.IPullProducer`
 */
export interface IPullProducer extends IProducer {
  /**
   * Write once, now or later, or unregister. Asked again once that has been sent; a bare
   * `FileDescriptor` may also ask again before the answer to the last call was written.
   */
  resumeProducing(): void;
}

/**
 * Something that takes data from at most one producer at a time.
 *
 * @typeParam Data - What it takes: bytes, unless it is for objects.
 * @see Twisted: `twisted.internet.interfaces.IConsumer`
 */
export interface IConsumer<Data = Uint8Array> {
  /**
   * Takes data from `producer` from now on; a pull producer is asked at once.
   *
   * @param producer - Pushes if `streaming`, else pulls.
   * @param streaming - Whether `producer` is an {@link IPushProducer}.
   * @throws ProducerAlreadyRegisteredError: another is registered; nothing has changed.
   */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  /** The same, for a producer that can only be pulled. */
  registerProducer(producer: IPullProducer, streaming: false): void;
  /** Forgets the producer, without calling it. Does not disconnect. */
  unregisterProducer(): void;
  /**
   * Takes bytes, buffering as much as need be. Never blocks; calls the producer's `pauseProducing`
   * when it has enough.
   *
   * @param data - Must not change until it has been sent.
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   */
  write(data: Data): void;
}

/**
 * A consumer that can be told that the data is complete.
 *
 * @typeParam Data - What it takes: bytes, unless it is for objects.
 * @see Twisted: `twisted.internet.interfaces.IFinishableConsumer`
 */
export interface IFinishableConsumer<Data = Uint8Array> extends IConsumer<Data> {
  /** The producer is done; nothing will be written after this. */
  finish(): void;
}

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
  /** As {@link IConsumer.write}. After the connection is over: does nothing. */
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
 * Hears that one half of its connection is over.
 *
 * @see Twisted: `twisted.internet.interfaces.IHalfCloseableDescriptor`
 */
export interface IHalfCloseableDescriptor {
  /** The other end writes no more. */
  readConnectionLost(reason: Error): void;
  /** Nothing can be written any more. */
  writeConnectionLost(reason: Error): void;
}

/**
 * What an {@link IReactorFDSet} calls when there is something to read.
 *
 * @see Twisted: `twisted.internet.interfaces.IReadDescriptor`
 */
export interface IReadDescriptor {
  /**
   * There is something to read.
   *
   * @returns an error if that ended the connection.
   */
  doRead(): Error | undefined;
  /** The connection is over; called once. */
  connectionLost(reason: Error): void;
}

/**
 * What an {@link IReactorFDSet} calls when there is room to write.
 *
 * @see Twisted: `twisted.internet.interfaces.IWriteDescriptor`
 */
export interface IWriteDescriptor {
  /**
   * There is room to write.
   *
   * @returns an error if that ended the connection.
   */
  doWrite(): Error | undefined;
  /** The connection is over; called once. */
  connectionLost(reason: Error): void;
}

/**
 * What an {@link IReactorFDSet} calls for both.
 *
 * @see Twisted: `twisted.internet.interfaces.IReadWriteDescriptor`
 */
export interface IReadWriteDescriptor extends IReadDescriptor, IWriteDescriptor {}

/**
 * Calls `doRead` and `doWrite` of the descriptors that asked for it. Adding one that is there, or
 * removing one that is not, does nothing.
 *
 * @see Twisted: `twisted.internet.interfaces.IReactorFDSet`
 */
export interface IReactorFDSet {
  /** From now on, calls `reader.doRead` whenever there is something to read. */
  addReader(reader: IReadDescriptor): void;
  /** Calls `reader.doRead` no more. */
  removeReader(reader: IReadDescriptor): void;
  /** From now on, calls `writer.doWrite` whenever there is room to write. */
  addWriter(writer: IWriteDescriptor): void;
  /** Calls `writer.doWrite` no more. */
  removeWriter(writer: IWriteDescriptor): void;
}

/**
 * Makes one connection, and makes it again when it is asked to.
 *
 * @see Twisted: `twisted.internet.interfaces.IConnector`
 */
export interface IConnector {
  /** Whether there is a connection, or an attempt to make one. */
  readonly state: 'disconnected' | 'connecting' | 'connected';
  /** Once it has aborted, no attempt can succeed; `undefined` where there is none. */
  readonly signal?: AbortSignal | undefined;
  /** Begins an attempt. The factory is told what becomes of it. */
  connect(): void;
  /** Gives up the attempt that is under way. */
  stopConnecting(): void;
  /** Gives up the attempt, or closes the connection. */
  disconnect(): void;
  /** Where this connects to. */
  getDestination(): IAddress;
}

/**
 * Makes the protocol of each connection.
 *
 * @see Twisted: `twisted.internet.interfaces.IProtocolFactory`
 */
export interface IProtocolFactory {
  /** Makes the protocol of a connection to `address`; `null` to have it closed. */
  buildProtocol(address: IAddress): IProtocol | null;
  /** A port or connector uses this from now on. */
  doStart(): void;
  /** A port or connector has stopped using this. */
  doStop(): void;
}

/**
 * Makes the protocol of a client's connection, and is notified of what becomes of it.
 *
 * @see Twisted: `twisted.internet.protocol.ClientFactory`
 */
export interface IClientFactory extends IProtocolFactory {
  /** An attempt has begun. It may be stopped here. */
  startedConnecting(connector: IConnector): void;
  /** An attempt has failed. It may be made again here. */
  clientConnectionFailed(connector: IConnector, reason: Error): void;
  /** A connection that stood is over; its protocol has been told. It may be made again here. */
  clientConnectionLost(connector: IConnector, reason: Error): void;
}

/**
 * What talks over a transport. Calls come in this order: `makeConnection` once, `dataReceived` any
 * number of times, `connectionLost` once.
 *
 * @see Twisted: `twisted.internet.interfaces.IProtocol`
 */
export interface IProtocol {
  /** The connection stands; `transport` is the way to the other end. */
  makeConnection(transport: ITransport): void;
  /** Bytes from the other end, in whatever pieces they came. */
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
 * Hears that the TLS handshake of its connection is complete, and who the other end is known.
 *
 * @see Twisted: `twisted.internet.interfaces.IHandshakeListener`
 */
export interface IHandshakeListener extends IProtocol {
  /** From now on, `getPeerCertificate` of the transport has an answer. */
  handshakeCompleted(): void;
}

/**
 * Names itself in logs.
 *
 * @see Twisted: `twisted.internet.interfaces.ILoggingContext`
 */
export interface ILoggingContext {
  /** What to put in front of a line about this object. */
  logPrefix(): string;
}

/**
 * Tells a push producer by its methods.
 *
 * @returns whether `value` has those of an {@link IPushProducer}.
 * @see Twisted: `IPushProducer.providedBy`
 */
export function isPushProducer(value: unknown): value is IPushProducer {
  const { pauseProducing, resumeProducing, stopProducing } = membersOf(value);
  return areFunctions(pauseProducing, resumeProducing, stopProducing);
}

/**
 * Tells a pull producer by its methods, which a push producer has too.
 *
 * @returns whether `value` has those of an {@link IPullProducer}.
 * @see Twisted: `IPullProducer.providedBy`
 */
export function isPullProducer(value: unknown): value is IPullProducer {
  const { resumeProducing, stopProducing } = membersOf(value);
  return areFunctions(resumeProducing, stopProducing);
}

/**
 * Tells a consumer by its methods.
 *
 * @returns whether `value` has those of an {@link IConsumer}.
 * @see Twisted: `IConsumer.providedBy`
 */
export function isConsumer(value: unknown): value is IConsumer {
  const { registerProducer, unregisterProducer, write } = membersOf(value);
  return areFunctions(registerProducer, unregisterProducer, write);
}

/**
 * Tells a protocol by its methods.
 *
 * @returns whether `value` has those of an {@link IProtocol}.
 * @see Twisted: `IProtocol.providedBy`
 */
export function isProtocol(value: unknown): value is IProtocol {
  const { makeConnection, dataReceived, connectionLost } = membersOf(value);
  return areFunctions(makeConnection, dataReceived, connectionLost);
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

/**
 * Tells a protocol that can go on with half a connection by its methods.
 *
 * @returns whether `value` has the two that {@link IHalfCloseableProtocol} adds.
 * @see Twisted: `IHalfCloseableProtocol.providedBy`
 */
export function isHalfCloseableProtocol(value: unknown): value is IHalfCloseableProtocol {
  const { readConnectionLost, writeConnectionLost } = membersOf(value);
  return areFunctions(readConnectionLost, writeConnectionLost);
}

/**
 * Tells what names itself in logs by its method.
 *
 * @returns whether `value` has that of an {@link ILoggingContext}.
 * @see Twisted: `ILoggingContext.providedBy`
 */
export function isLoggingContext(value: unknown): value is ILoggingContext {
  const { logPrefix } = membersOf(value);
  return areFunctions(logPrefix);
}

/**
 * Tells a protocol that hears of the TLS handshake by its method.
 *
 * @returns whether `value` has the one that {@link IHandshakeListener} adds.
 * @see Twisted: `IHandshakeListener.providedBy`
 */
export function isHandshakeListener(value: unknown): value is IHandshakeListener {
  const { handshakeCompleted } = membersOf(value);
  return areFunctions(handshakeCompleted);
}

/** Clients: makes one connection, and makes it again when `connect` is called. */
import { builtIn } from '../../base/built-in.js';
import { addAbortListener, removeAbortListener } from '../../base/abort-signal.js';
import type net from 'node:net';

import {
  type ClientTLSOptions,
  type DuplexTransport,
  peerOf,
  type TLSSide,
  type WritableConsumerOptions,
} from '../../streams/transports/index.js';
import { InvalidStateError } from '../../base/errors.js';
import { nextTick } from '../../base/timers.js';
import {
  ClientFactory,
  type IClientFactory,
  type IAddress,
  type IConnector,
  type IProtocol,
  logPrefixOf,
  logRejectionOf,
  protocolOf,
} from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { startOrClose, transportFor } from './connection.js';
import { connectErrorFor, ConnectError, TimeoutError, UserError } from './errors.js';
import { addressOf, assertPlace, pathTooLong, type Place, shortFormOf } from './place.js';
import { isLocked } from './socket-lock.js';

/** Options of `connect`: a `port` or a `path`, and others. */
export type ConnectOptions = Place &
  WritableConsumerOptions & {
    /** Seconds that an attempt may take, or `null` for no limit. 30 unless given. */
    timeout?: number | null | undefined;
    /** The IP address of this machine to connect from, for a `port`. */
    localAddress?: string | undefined;
    /**
     * Speaks TLS, with these options. The certificate must be for `host`, unless `servername` names
     * another. The protocol is connected before the handshake, as in Twisted. If it has a
     * `handshakeCompleted` method, that is called after the handshake.
     */
    tls?: ClientTLSOptions | undefined;
    /**
     * Whether to connect to a `path` only if a server has its lock, `PATH.lock`. `false` unless
     * given.
     */
    lockfile?: boolean | undefined;
    /** When it aborts, the attempt is given up, or the connection is aborted. */
    signal?: AbortSignal | undefined;
  };

/** Seconds. */
const TIMEOUT = 30;

/**
 * Makes a connection, and makes it again when `connect` is called in its factory's
 * `clientConnectionFailed` or `clientConnectionLost`.
 *
 * @see Twisted: `twisted.internet.interfaces.IConnector`
 */
export class Connector implements IConnector {
  /** Whether there is a connection, or an attempt to make one. Not for users to set. */
  state: 'disconnected' | 'connecting' | 'connected' = 'disconnected';
  /** The connection, from before its protocol's `connectionMade` until it is lost; else `null`. */
  transport: DuplexTransport | null = null;

  private factoryStarted = false;
  /** Gives up the attempt that is under way, if there is one. */
  private giveUp: ((reason: Error) => void) | undefined;
  private disposal: Promise<void> | undefined;
  private onOver: (() => void) | undefined;

  /** @internal Use `connect`. */
  constructor(
    private readonly factory: IClientFactory,
    private options: ConnectOptions,
    private readonly tls: TLSSide | undefined,
  ) {}

  /** The signal of its options. */
  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  /**
   * The host of the next attempts; `undefined` for a `path`. A factory that goes on to another server
   * sets this and `port` before it calls `connect` or `retry`. A certificate must still be for the
   * first host, unless `tls` has a `servername`.
   *
   * @throws InvalidArgTypeError, when it is set: it is not a string, or there is a `path`.
   */
  get host(): string | undefined {
    const { host = 'localhost', path } = this.options;
    return path === undefined ? host : undefined;
  }

  set host(host: string | undefined) {
    this.move({ host });
  }

  /**
   * The port of the next attempts; `undefined` for a `path`.
   *
   * @throws InvalidArgTypeError, OutOfRangeError, when it is set: it is not a whole number from 0 to
   *   65535, or there is a `path`.
   */
  get port(): number | undefined {
    return this.options.port;
  }

  set port(port: number | undefined) {
    this.move({ port });
  }

  private move(change: object): void {
    const options = { ...this.options, ...change };
    assertPlace(options, Object.keys(options)); // The other options have been checked.
    this.options = options;
  }

  /**
   * Begins another attempt. The factory is told of its result. Does nothing once this was disposed
   * of, or once its signal has aborted.
   *
   * @throws InvalidStateError: it is connecting or connected.
   * @throws any error that the factory's `startFactory` throws: there is no attempt.
   */
  connect(): void {
    // A factory that connects again at once would do so for ever.
    if (this.disposal === undefined && this.signal?.aborted !== true) this.begin();
  }

  /**
   * Begins an attempt. If the signal has aborted, the attempt fails, so that the factory is told.
   *
   * @internal For the first attempt.
   * @throws the errors that `connect` throws.
   */
  begin(): void {
    if (this.state !== 'disconnected') {
      throw new InvalidStateError(`Can't connect: the connector is ${this.state} already`);
    }
    this.state = 'connecting';
    let givenUp: Error | undefined;
    this.giveUp = (reason) => (givenUp = reason); // From inside `startFactory`: too early to fail.
    this.startFactory();
    const fail = this.attempt();
    this.heed(this.factory.startedConnecting(this));
    if (givenUp !== undefined) fail(givenUp);
  }

  private startFactory(): void {
    if (this.factoryStarted) return;
    try {
      this.heed(this.factory.doStart());
      this.factoryStarted = true;
    } catch (thrown) {
      this.state = 'disconnected'; // Differs from Twisted, where it stays 'connecting' for ever.
      throw thrown;
    }
  }

  /**
   * Gives up the attempt: the factory's `clientConnectionFailed` is called with a `UserError`.
   *
   * @throws InvalidStateError: it isn't connecting.
   */
  stopConnecting(): void {
    if (this.state !== 'connecting') throw new InvalidStateError('Not trying to connect');
    this.giveUp?.(new UserError());
  }

  /** Gives up the attempt, or calls `loseConnection` of the connection. */
  disconnect(): void {
    if (this.state === 'connecting') this.stopConnecting();
    else this.transport?.loseConnection();
  }

  /**
   * As `disconnect`, for good: the connector does not connect again, even if the factory calls
   * `connect`.
   *
   * @returns a promise that resolves once the connection is over and the factory has been told.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.disposal ??= new Promise((resolve) => (this.onOver = resolve));
    this.disconnect();
    if (this.state === 'disconnected') this.onOver?.();
    return this.disposal;
  }

  /** The address to which this connects. */
  getDestination(): IAddress {
    return addressOf(this.options);
  }

  /** One short line for `util.inspect`, without the keys of TLS. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Connector <${this.state}: ${shortFormOf(this.getDestination())}>`;
  }

  /** @returns a function that ends the attempt with an error; it does nothing once that is over. */
  private attempt(): (reason: Error) => void {
    const { options } = this; // Those of this moment, as in Twisted, also if `host` is set later.
    const { signal } = options;
    let socket: net.Socket | undefined;
    const timer = this.startTimeout();
    const settle = () => {
      this.giveUp = undefined;
      clearTimeout(timer);
    };
    const fail = (reason: Error) => {
      if (this.giveUp !== fail) return; // This belongs to an attempt that is over.
      settle();
      socket?.destroy();
      if (!(reason instanceof UserError) || reason instanceof TimeoutError) {
        this.reportFailure(reason);
      }
      this.failed(reason);
    };
    this.giveUp = fail;
    addAbortListener(signal, this.onAbort);
    // As in Twisted, the other end does not hear of an attempt that is given up at once.
    nextTick(() => {
      if (this.giveUp !== fail) return;
      if (signal?.aborted) {
        this.onAbort();
        return;
      }
      socket = this.open(options, fail, (connected) => {
        settle();
        this.connected(connected);
      });
    });
    return fail;
  }

  /** Begins to connect a socket. At most one of the callbacks is called, and not before this returns. */
  private open(
    { port, host, path, localAddress }: ConnectOptions,
    fail: (reason: Error) => void,
    succeed: (socket: net.Socket) => void,
  ): net.Socket {
    const { connect, isIP, Socket } = builtIn('node:net');
    const refused = path === undefined ? undefined : this.refusalOf(path);
    // An address of the other family could not be reached from there.
    const family = isIP(localAddress ?? ''); // Of either family if it is 0.
    const options = {
      ...(path === undefined ? { port, host, localAddress, family } : { path }),
      allowHalfOpen: true,
    } as net.NetConnectOpts;
    const socket = refused === undefined ? connect(options) : new Socket().destroy(refused);
    socket.on('error', (cause) => fail(connectErrorFor(cause)));
    socket.once('connect', () => succeed(socket));
    return socket;
  }

  /** The reason not to connect to the socket at `path`, if there is one. */
  private refusalOf(path: string): Error | undefined {
    const tooLong = pathTooLong(path);
    if (tooLong !== undefined) return tooLong; // It would connect to another path.
    try {
      if (this.options.lockfile !== true || isLocked(path)) return undefined;
      return new ConnectError(`No server holds the lock '${path}.lock'`);
    } catch (thrown) {
      return thrown as Error; // Node could not read the lock.
    }
  }

  private startTimeout(): NodeJS.Timeout | undefined {
    const { timeout = TIMEOUT } = this.options;
    if (timeout === null) return undefined;
    return setTimeout(() => this.giveUp?.(new TimeoutError()), timeout * 1000);
  }

  private readonly onAbort = () => {
    const cause: unknown = this.options.signal?.reason;
    if (this.giveUp !== undefined) this.giveUp(new UserError(undefined, { cause }));
    else this.transport?.abortConnection();
  };

  private connected(socket: net.Socket): void {
    const { factory, options } = this;
    this.state = 'connected';
    let protocol: IProtocol | null;
    let transport: DuplexTransport;
    // Node does not report the name of a Unix socket.
    const known = options.path === undefined ? {} : { getPeer: () => this.getDestination() };
    try {
      protocol = protocolOf(factory, known.getPeer?.() ?? peerOf(socket));
      transport = transportFor(socket, options, known);
    } catch (thrown) {
      socket.destroy();
      const message = `${logPrefixOf(factory)}: no protocol for the connection; it is closed`;
      log.err(thrown, message);
      this.failed(new ConnectError(message, { cause: thrown }));
      return;
    }
    this.transport = transport;
    void transport.closed.then((reason) => this.lost(reason));
    startOrClose(transport, protocol, this.tls);
    // Either may have happened in `buildProtocol`.
    if (options.signal?.aborted) transport.abortConnection();
    else if (this.disposal !== undefined) transport.loseConnection();
  }

  private failed(reason: Error): void {
    this.finish(() => this.factory.clientConnectionFailed(this, reason));
  }

  /**
   * Logs the failure if the factory does not override the method, because the method itself does
   * nothing.
   */
  private reportFailure(reason: Error): void {
    const { factory } = this;
    if (factory.clientConnectionFailed !== ClientFactory.prototype.clientConnectionFailed) return;
    log.err(
      reason,
      `${logPrefixOf(factory)}: no connection (override clientConnectionFailed to hear of it)`,
    );
  }

  private lost(reason: Error): void {
    this.transport = null;
    this.finish(() => this.factory.clientConnectionLost(this, reason));
  }

  /** Tells the factory, which may connect again. If it does not, the factory is stopped. */
  private finish(tell: () => void): void {
    this.state = 'disconnected';
    removeAbortListener(this.options.signal, this.onAbort);
    this.guard(tell);
    if (this.isOver()) {
      this.factoryStarted = false;
      this.guard(() => this.factory.doStop());
    }
    this.onOver?.();
  }

  private heed(returned: unknown): void {
    logRejectionOf(this.factory, returned, 'a callback');
  }

  /** Calls the factory from the event loop, where no caller could catch its error. */
  private guard(callback: () => unknown): void {
    try {
      this.heed(callback());
    } catch (thrown) {
      log.err(thrown, `${logPrefixOf(this.factory)}: a callback threw`);
    }
  }

  /**
   * Whether the factory has not connected again. Differs from Twisted: if the factory has begun
   * another attempt and given it up, it was stopped then, and is not stopped a second time.
   */
  private isOver(): boolean {
    return this.state === 'disconnected' && this.factoryStarted;
  }
}

/** Clients: one connection, and again if it is asked to. */
import type net from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import type { DuplexTransport } from '../streams/duplex-transport.js';
import { peerOf } from '../streams/addresses.js';
import { wrapInTLS } from '../streams/start-tls.js';
import type { WritableConsumerOptions } from '../streams/writable-consumer-options.js';
import { InvalidStateError } from '../twisted/errors.js';
import type { IAddress } from '../twisted/interfaces.js';
import { log } from '../twisted/log.js';
import { connectProtocol } from './connect-protocol.js';
import { connectErrorFor, ConnectError, TimeoutError, UserError } from './errors.js';
import type { ClientFactory } from './factory.js';
import { addressOf, type Place } from './place.js';

/** Options of `connect`: a `port` or a `path`, and the rest. */
export type ConnectOptions = Place &
  WritableConsumerOptions & {
    /** Seconds that an attempt may take, or `null` for as long as it takes. 30 unless given. */
    timeout?: number | null | undefined;
    /** The address of this machine to connect from. */
    localAddress?: string | undefined;
    /** Speak TLS with these options of `node:tls`. */
    tls?: ConnectionOptions | undefined;
    /** Gives up an attempt, or aborts the connection, when it aborts. */
    signal?: AbortSignal | undefined;
  };

const TIMEOUT = 30;

/**
 * Makes a connection, and makes it again when `connect` is called in its factory's
 * `clientConnectionFailed` or `clientConnectionLost`.
 *
 * @see Twisted: `twisted.internet.interfaces.IConnector`
 */
export class Connector {
  /** What this is about. */
  state: 'disconnected' | 'connecting' | 'connected' = 'disconnected';
  /** The connection, while it stands. */
  transport: DuplexTransport | null = null;

  private factoryStarted = false;
  private giveUp: ((reason: Error) => void) | undefined;

  /** @internal Use `connect`. */
  constructor(
    private readonly factory: ClientFactory,
    private readonly options: ConnectOptions,
  ) {}

  /**
   * Begins an attempt. What becomes of it, the factory is told.
   *
   * @throws InvalidStateError: it is connecting or connected.
   */
  connect(): void {
    if (this.state !== 'disconnected') throw new InvalidStateError("Can't connect in this state");
    this.state = 'connecting';
    if (!this.factoryStarted) {
      this.factoryStarted = true;
      this.factory.doStart();
    }
    this.attempt();
    this.factory.startedConnecting(this);
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

  /** Gives up the attempt, or calls `loseConnection` of the connection that stands. */
  disconnect(): void {
    if (this.state === 'connecting') this.stopConnecting();
    else this.transport?.loseConnection();
  }

  /** Where this connects to. */
  getDestination(): IAddress {
    return addressOf(this.options);
  }

  private attempt(): void {
    const { port, host, path, localAddress, signal } = this.options;
    const { connect } = process.getBuiltinModule('node:net');
    const socket = connect({
      ...(path === undefined ? { port, host, localAddress } : { path }),
      allowHalfOpen: true,
    } as net.NetConnectOpts);

    const timer = this.startTimeout();
    const onAbort = () => this.abort();
    signal?.addEventListener('abort', onAbort);
    const settle = () => {
      this.giveUp = undefined;
      clearTimeout(timer);
      socket.removeListener('connect', onConnect);
    };
    const fail = (reason: Error) => {
      if (this.giveUp !== fail) return; // Of an attempt that is over.
      settle();
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      this.failed(reason);
    };
    const onConnect = () => {
      settle();
      this.connected(socket);
      if (this.transport === null) {
        signal?.removeEventListener('abort', onAbort);
        return;
      }
      void this.transport.closed.then((reason) => {
        signal?.removeEventListener('abort', onAbort);
        this.lost(reason);
      });
    };
    this.giveUp = fail;
    socket.on('error', (cause) => fail(connectErrorFor(cause)));
    socket.on('connect', onConnect);
    if (signal?.aborted) process.nextTick(onAbort);
  }

  private startTimeout(): NodeJS.Timeout | undefined {
    const { timeout = TIMEOUT } = this.options;
    if (timeout === null) return undefined;
    return setTimeout(
      () => this.giveUp?.(new TimeoutError('Connecting took too long')),
      timeout * 1000,
    );
  }

  private abort(): void {
    const cause: unknown = this.options.signal?.reason;
    if (this.giveUp !== undefined) this.giveUp(new UserError(undefined, { cause }));
    else this.transport?.abortConnection();
  }

  private connected(socket: net.Socket): void {
    const { tls } = this.options;
    this.state = 'connected';
    try {
      const protocol = this.factory.buildProtocol(peerOf(socket));
      const secure = tls && { servername: this.options.host, ...tls, isServer: false };
      const stream = secure === undefined ? socket : wrapInTLS(socket, secure, () => {});
      this.transport = connectProtocol(protocol, stream, this.options);
    } catch (thrown) {
      socket.destroy();
      const message = `${this.factory.logPrefix()}: no protocol for the connection; it is closed`;
      log.err(thrown, message);
      this.failed(new ConnectError(message, { cause: thrown }));
      return;
    }
    // Twisted leaves such a connector 'connected' for ever.
    if (this.transport === null) this.finish(() => {});
  }

  private failed(reason: Error): void {
    this.finish(() => this.factory.clientConnectionFailed(this, reason));
  }

  private lost(reason: Error): void {
    this.transport = null;
    this.finish(() => this.factory.clientConnectionLost(this, reason));
  }

  /** Tells the factory, which may connect again; else it is done with. */
  private finish(tell: () => void): void {
    this.state = 'disconnected';
    try {
      tell();
    } catch (thrown) {
      log.err(thrown, `${this.factory.logPrefix()}: a callback threw`);
    }
    if (this.hasConnectedAgain()) return;
    this.factoryStarted = false;
    this.factory.doStop();
  }

  private hasConnectedAgain(): boolean {
    return this.state !== 'disconnected';
  }
}

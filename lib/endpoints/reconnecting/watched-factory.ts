/**
 * Watches a factory and its protocols, because an object that connects again must be told when a
 * connection is lost.
 */
import {
  heed,
  type IAddress,
  type IHalfCloseableProtocol,
  type IHandshakeListener,
  type IProtocol,
  type IProtocolFactory,
  isHalfCloseableProtocol,
  isHandshakeListener,
  type ITransport,
  logPrefixOf,
  protocolOf,
} from '../../twisted/core/index.js';

/**
 * An object that is told of the connections of a factory's protocols, after the protocols
 * themselves.
 */
export interface ConnectionWatcher {
  /** Whether no connection is needed any more. */
  readonly isOver: boolean;
  /** `protocol` was connected. */
  made(protocol: WatchedProtocol): void;
  /** The connection of `protocol` was lost. */
  lost(protocol: WatchedProtocol, reason: Error): void;
}

/** @see Twisted: `twisted.application.internet._DisconnectFactory` */
export class WatchedFactory implements IProtocolFactory {
  constructor(
    private readonly factory: IProtocolFactory,
    private readonly watcher: ConnectionWatcher,
  ) {}

  buildProtocol(address: IAddress): WatchedProtocol | null {
    if (this.watcher.isOver) return null; // The attempt was cancelled.
    const protocol = protocolOf(this.factory, address);
    return protocol === null ? null : new WatchedProtocol(protocol, this.watcher);
  }

  doStart(): void {
    return this.factory.doStart();
  }

  doStop(): void {
    return this.factory.doStop();
  }

  logPrefix(): string {
    return logPrefixOf(this.factory);
  }
}

/** @see Twisted: `twisted.application.internet._ReconnectingProtocolProxy` */
export class WatchedProtocol implements IProtocol {
  /** The transport to which it is connected. */
  transport: ITransport | null = null;

  // It has these methods only if the wrapped protocol has them, because a transport checks for
  // them.
  declare readConnectionLost?: IHalfCloseableProtocol['readConnectionLost'];
  declare writeConnectionLost?: IHalfCloseableProtocol['writeConnectionLost'];
  declare handshakeCompleted?: IHandshakeListener['handshakeCompleted'];

  /** @param wrappedProtocol - The application's own protocol. */
  constructor(
    readonly wrappedProtocol: IProtocol,
    private readonly watcher: ConnectionWatcher,
  ) {
    if (isHalfCloseableProtocol(wrappedProtocol)) {
      this.readConnectionLost = () => wrappedProtocol.readConnectionLost();
      this.writeConnectionLost = () => wrappedProtocol.writeConnectionLost();
    }
    if (isHandshakeListener(wrappedProtocol)) {
      this.handshakeCompleted = () => wrappedProtocol.handshakeCompleted();
    }
  }

  makeConnection(transport: ITransport): void {
    this.transport = transport;
    this.watcher.made(this);
    const { wrappedProtocol } = this;
    heed(wrappedProtocol.makeConnection(transport), wrappedProtocol, 'makeConnection', transport);
    if (this.watcher.isOver) transport.loseConnection(); // The attempt was cancelled meanwhile.
  }

  dataReceived(data: Buffer): void {
    // Returned: a callback may be asynchronous, and fail later.
    return this.wrappedProtocol.dataReceived(data);
  }

  connectionLost(reason: Error): void {
    try {
      return this.wrappedProtocol.connectionLost(reason);
    } finally {
      this.watcher.lost(this, reason);
    }
  }

  logPrefix(): string {
    return logPrefixOf(this.wrappedProtocol);
  }
}

import { InvalidStateError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { logRejection } from '../../base/rejection.js';
import type { IProtocolFactory } from '../../twisted/core/index.js';
import type { IStreamClientEndpoint } from '../described/index.js';
import { CancelledError } from './errors.js';
import { type ConnectionWatcher, WatchedFactory, type WatchedProtocol } from './watched-factory.js';

/**
 * An object that is told the outcome of an {@link Attempt}: ready or failed; and later the loss of
 * its connection.
 */
export interface AttemptListener {
  /** The connection is made and prepared. */
  ready(attempt: Attempt): void;
  /** There is no connection, or it could not be prepared. */
  failed(attempt: Attempt, reason: unknown): void;
  /** The connection that was made is over. */
  lost(attempt: Attempt, reason: Error): void;
}

const FAILED = 'A ClientService failed to close its connection';

/** One attempt to connect, and its connection. */
export class Attempt implements ConnectionWatcher {
  private readonly controller = new AbortController();
  private watched: WatchedProtocol | null = null;
  private closing = false;

  constructor(private readonly listener: AttemptListener) {}

  /** The protocol that is connected or being connected; `null` if there is none. */
  get protocol(): WatchedProtocol | null {
    return this.watched;
  }

  /** Whether it was cancelled. */
  get isOver(): boolean {
    return this.controller.signal.aborted;
  }

  /** Connects to `endpoint`, and prepares the connection. */
  begin(
    endpoint: IStreamClientEndpoint,
    factory: IProtocolFactory,
    prepare: ((protocol: never) => unknown) | undefined,
  ): void {
    this.run(endpoint, new WatchedFactory(factory, this), prepare).then(
      () => this.listener.ready(this),
      (reason: unknown) => this.listener.failed(this, reason),
    );
  }

  private async run(
    endpoint: IStreamClientEndpoint,
    factory: WatchedFactory,
    prepare: ((protocol: never) => unknown) | undefined,
  ): Promise<void> {
    await endpoint.connect(factory, { signal: this.controller.signal });
    if (this.watched === null) {
      throw new InvalidStateError(
        'The endpoint has connected another protocol than the one that the factory built',
      );
    }
    if (this.isOver || this.closing) return; // `connectionMade` may have stopped the service.
    await prepare?.(this.watched.wrappedProtocol as never);
  }

  /** Cancels it. If a connection is made nevertheless, it is closed at once. */
  cancel(): void {
    this.controller.abort(new CancelledError('The service was stopped'));
  }

  /** Closes the connection, if there is one. */
  close(): void {
    this.closing = true;
    try {
      logRejection(this.watched?.transport?.loseConnection(), FAILED);
    } catch (thrown) {
      log.err(thrown, FAILED);
    }
  }

  made(protocol: WatchedProtocol): void {
    this.watched = protocol;
  }

  lost(protocol: WatchedProtocol, reason: Error): void {
    if (this.watched !== protocol) return;
    this.watched = null;
    this.listener.lost(this, reason);
  }
}

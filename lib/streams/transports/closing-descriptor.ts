import {
  cleanClose,
  closedOf,
  ConnectionAborted,
  ConnectionDone,
  ConnectionLost,
} from '../../twisted/core/index.js';
import { tellOfConnection } from '../../base/diagnostics.js';
import { nextTick, setImmediate } from '../../base/timers.js';
import { currentTurn } from '../../base/turn-number.js';
import {
  type AnyWritable,
  bytesBelow,
  destroyStream,
  endAndDestroyStream,
  isHandshaking,
  resetStream,
} from '../any-stream/index.js';
import { CloseTimer } from './close-timer.js';
import { ObjectDescriptor } from './object-descriptor.js';
import type { StreamReactor } from './stream-reactor.js';

/**
 * The rules of a `WritableConsumer` about closing: which producers it waits for and for how long,
 * how it lets the stream go, and how the end is told.
 */
export abstract class ClosingDescriptor<Data> extends ObjectDescriptor<Data> {
  /** @internal */
  declare readonly reactor: StreamReactor;
  /**
   * Milliseconds that a close waits while no byte moves: for a registered producer once the other
   * end has hung up, and for the handshake of a TLS socket that the program made itself; 30,000 by
   * default. Then the producer is stopped, and the connection is lost.
   */
  declare closeTimeout: number;

  static {
    this.prototype.closeTimeout = 30_000; // Not a field: thousands may be idle.
  }

  /** @internal Whether something was written since a pull producer was last asked. */
  protected hasAnswered = false;
  // Declared only: most open connections have no need of these, and thousands may be idle.
  /**
   * The reason that `connectionLost` was given.
   *
   * @internal
   */
  declare protected reason?: Error;
  /** The promise that `closed` gave, once it was asked for. */
  declare private whenClosed?: { promise: Promise<Error>; resolve: (reason: Error) => void };
  /** The producer for whose loss a close listens already. */
  declare private watched?: object;
  /** The turn of the event loop in which a producer has unregistered. */
  declare private unregisteredIn?: number;
  /** Whether a close has let settled promises go first. */
  declare private promisesWent?: boolean;
  /** @internal */
  declare protected closeTimer?: CloseTimer | undefined;

  /**
   * The stream.
   *
   * @internal
   */
  protected get stream(): AnyWritable {
    return this.reactor.stream;
  }

  /**
   * Resolves with the reason that `connectionLost` was given: `ConnectionDone` after a clean close.
   * Never rejects.
   */
  get closed(): Promise<Error> {
    if (this.whenClosed === undefined) {
      let resolve!: (reason: Error) => void;
      const promise = new Promise<Error>((fulfil) => (resolve = fulfil));
      this.whenClosed = { promise, resolve };
      if (this.reason !== undefined) resolve(this.reason);
    }
    return this.whenClosed.promise;
  }

  protected override sendBufferEmptied(): Error | undefined {
    if (this.isClosing) return this.closeStep();
    // A pull producer that has yet to answer isn't asked again.
    if (this.producer !== null && !this.streamingProducer && !this.hasAnswered) {
      this.stopWriting();
      return undefined;
    }
    this.hasAnswered = false;
    return super.sendBufferEmptied();
  }

  /**
   * Everything is sent, and a close or a half close was asked for: goes on with it as far as it can
   * now.
   */
  private closeStep(): Error | undefined {
    if (this.isYetToBegin) {
      this.stopWriting();
      return undefined;
    }
    const { producer } = this;
    if (producer === null && this.isInTurnOfUnregistering()) return this.writeNextTurn();
    // Such a producer is resumed or asked first, and the close comes later.
    const isAsked = producer !== null && (this.producerPaused || !this.streamingProducer);
    if (!isAsked && !this.promisesWent) return this.letPromisesGo();
    if (producer === null || this.isBeyondUnregistering(producer)) {
      return super.sendBufferEmptied();
    }
    this.watchProducer(producer);
    if (!this.streamingProducer && !this.hasAnswered) {
      // The close waits until the pull producer is done.
      this.stopWriting();
      return undefined;
    }
    this.hasAnswered = false;
    const wasPaused = this.producerPaused;
    const error = super.sendBufferEmptied();
    // A producer that was resumed may write until the event loop has turned; the close waits no
    // longer for it.
    if (wasPaused && this.producer === producer && !this.waitFor(producer)) {
      this.writeNextTurn();
    }
    return error;
  }

  /**
   * Whether a close has to wait for the connection to stand: something may be written then,
   * although no producer is registered yet. An end before the TLS handshake is done would cut that
   * off, so the other end would not get a clean one.
   *
   * @internal
   */
  protected get isYetToBegin(): boolean {
    return isHandshaking(this.stream);
  }

  /** @internal The connection stands. */
  protected goOnClosing(): void {
    if (!this.connected || !this.isClosing) return;
    this.stopCloseTimer();
    this.limitClose();
    this.startWriting();
  }

  /**
   * Whether a producer has unregistered in this turn of the event loop: code that awaits the end of
   * its transfer may write a trailer, or register for another one, before it is over.
   */
  private isInTurnOfUnregistering(): boolean {
    return this.unregisteredIn !== undefined && this.unregisteredIn === currentTurn();
  }

  /**
   * Closes once the code has run that awaits a settled promise: where a `Deferred` has fired, that
   * code runs in place, so what it writes comes before the close.
   */
  private letPromisesGo(): undefined {
    this.stopWriting();
    const go = (): void => {
      this.promisesWent = true;
      startWriting(this);
    };
    // Then `doWrite` has a tick of its own: after all microtasks, also those that microtasks make.
    void Promise.resolve().then(go);
  }

  /** Writes on when the event loop has turned. */
  private writeNextTurn(): undefined {
    this.stopWriting();
    setImmediate(startWriting, this as ClosingDescriptor<unknown>);
  }

  override unregisterProducer(): void {
    this.unregisteredIn = currentTurn();
    this.stopCloseTimer();
    super.unregisterProducer();
    this.limitClose();
  }

  /** A close that waits for a transport goes on when that is lost: it can't unregister then. */
  private watchProducer(producer: object): void {
    if (producer === this.watched) return;
    this.watched = producer;
    void closedOf(producer)?.then(() => {
      if (this.connected && this.producer === producer) this.startWriting();
    });
  }

  /**
   * Closes once everything is sent and the registered producer has unregistered. Input is no longer
   * read. Bytes that are written before the close may still be sent. If the connection is being
   * aborted, only sets `disconnecting`.
   */
  override loseConnection(): void {
    if (!this.connected) return;
    if (this.reactor.isDropped) {
      this.disconnecting = true;
    } else if (this.disconnecting) {
      // The close may have waited for a transport that has since been lost, or closes as well.
      if (this.producer !== null) this.startWriting();
    } else if (this.reactor.writeHalf === 'ending') {
      // The half close is under way: the close waits for the bytes that it still has to deliver.
      tellOfConnection('closing', this);
      this.disconnecting = true;
      this.stopReading();
    } else {
      super.loseConnection();
      this.limitClose();
    }
  }

  override loseWriteConnection(): void {
    super.loseWriteConnection();
    this.limitClose();
  }

  protected override postLoseConnection(): Error | undefined {
    this.writeDisconnected = true; // Later writes would come after the end.
    return this.endStream();
  }

  protected override closeWriteConnection(): Error | undefined {
    return this.endStream();
  }

  private endStream(): Error | undefined {
    return this.reactor.end(() => {
      if (this.disconnecting) this.connectionLost(cleanClose());
      else this.writeHalfEnded();
    });
  }

  /** The write half has ended as `loseWriteConnection` asked, and everything was delivered. */
  protected writeHalfEnded(): void {}

  /**
   * Closes at once: drops what is buffered, resets a TCP connection (also below TLS), destroys any
   * other stream, and stops the producer. `connectionLost(ConnectionAborted)` follows, not from
   * inside this call. Called again, or after the connection is over, does nothing.
   *
   * @see Twisted: `ITCPTransport.abortConnection`
   */
  abortConnection(): void {
    if (this.disconnected || this.reactor.isDropped) return;
    tellOfConnection('closing', this);
    this.reactor.drop();
    this.stopReading();
    nextTick(() => this.reactor.settle('abort'));
  }

  /**
   * Closes as `loseConnection` does, and waits for the end: `await using` closes a connection so.
   *
   * @returns a promise that resolves once the connection is over, however it ended. It waits for
   *   the registered producer too.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.loseConnection();
    await this.closed;
  }

  /**
   * The connection is over. Called once by the stream's events; calls after that do nothing.
   *
   * @param reason - Why.
   */
  override connectionLost(reason: Error): void {
    if (this.disconnected) return;
    this.stopCloseTimer();
    this.stopWriting(); // First, or a producer that is stopped may still write to spare room.
    try {
      super.connectionLost(reason);
    } finally {
      this.reactor.detach();
      this.release(reason);
      this.tellClosed(reason);
    }
  }

  /** @internal The connection is over: `closed` resolves with `reason`. */
  protected tellClosed(reason: Error): void {
    this.reason = reason;
    this.whenClosed?.resolve(reason);
  }

  /** Lets go of the stream: ends it after a clean close, destroys it after any other. */
  protected release(reason: Error): void {
    const { stream } = this;
    if (reason instanceof ConnectionAborted) resetStream(stream, reason);
    else if (reason instanceof ConnectionDone) this.reactor.finish(this.takeHeld());
    // A socket that TLS has wrapped has an end that is not the connection's.
    else if (this.reactor.isMoving) destroyStream(stream, reason);
    // If only the half that is not ours is left, other code may still read it.
    else if (this.reactor.mayDestroy) endAndDestroyStream(stream, reason);
  }

  /** Takes out the buffered bytes, in order. */
  protected abstract takeHeld(): unknown[];

  /**
   * Sees to it that a close does not wait for ever: for a handshake, or for the producer that is
   * registered.
   */
  protected limitClose(): void {
    if (!this.isClosing || !this.connected || this.closeTimer !== undefined) return;
    const { closeTimeout, reactor, stream } = this;
    // The handshake that `startTLS` begins has a limit of its own, and so has an attempt to connect.
    const canShake = bytesBelow(stream) !== undefined && stream.connecting !== true;
    const awaitsHandshake = canShake && this.isYetToBegin;
    if (!awaitsHandshake && !this.isWaiting) return;
    const isDue = awaitsHandshake || reactor.hasHungUp;
    this.closeTimer = new CloseTimer(stream, isDue, closeTimeout, () => {
      if (!awaitsHandshake && !this.isWaiting) return;
      const quiet = `for ${closeTimeout} ms no byte moved`;
      const why = awaitsHandshake
        ? `The TLS handshake was not complete; ${quiet}.`
        : `The other end hung up; then ${quiet} and the producer did not unregister.`;
      reactor.lose(new ConnectionLost(why));
    });
  }

  /** Whether the close or the half close that was requested waits for a producer. */
  private get isWaiting(): boolean {
    return !this.writeDisconnected && this.producer !== null;
  }

  /**
   * Lets the close wait again: what it waited for has come.
   *
   * @internal
   */
  protected stopCloseTimer(): void {
    this.closeTimer?.stop();
    this.closeTimer = undefined;
  }
}

function startWriting(descriptor: ClosingDescriptor<unknown>): void {
  if (descriptor.connected) descriptor.startWriting();
}

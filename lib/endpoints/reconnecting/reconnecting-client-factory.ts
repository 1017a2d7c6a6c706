import { addAbortListener, removeAbortListener } from '../../base/abort-signal.js';
import { InvalidStateError } from '../../base/errors.js';
import { logRejection } from '../../base/rejection.js';
import { normalVariate } from './normal-variate.js';
import { heedClock, type IReactorTime, reactor } from '../../twisted/cooperation/index.js';
import { ClientFactory, type IConnector } from '../../twisted/core/index.js';

/**
 * A factory that connects again when its connection is lost, or couldn't be made: each time after a
 * longer wait. Call `resetDelay` when a connection has proved good, for example in `buildProtocol`.
 *
 * A connector whose signal has aborted isn't connected again.
 *
 * @example
 * ```ts
 * class Steady extends ReconnectingClientFactory {
 *   override buildProtocol(address: IAddress) {
 *     this.resetDelay();
 *     return super.buildProtocol(address);
 *   }
 * }
 * const factory = Steady.forProtocol(Chat);
 * connect(factory, { port: 7000, host: 'example.com' });
 * ```
 *
 * @see Twisted: `twisted.internet.protocol.ReconnectingClientFactory`
 */
export class ReconnectingClientFactory extends ClientFactory {
  /** Seconds to which the waits grow, before `jitter` is applied; 3600 unless set. */
  declare maxDelay: number;
  /**
   * Seconds that `resetDelay` sets `delay` back to; 1 unless set. The wait after that is the first.
   */
  declare initialDelay: number;
  /** The factor by which each wait is longer than the last; Euler's number e unless set. */
  declare factor: number;
  /**
   * How much of a wait is random: the standard deviation, as a part of the wait. About 0.12 unless
   * set; with `null` or 0, no part is random.
   */
  declare jitter: number | null;
  /** The last wait, in seconds; the next is `factor` times as long. */
  declare delay: number;
  /** How often it was retried since `resetDelay`, attempts that were given up included. */
  declare retries: number;
  /**
   * How often to retry until `resetDelay` is called; `null`, the default, for any number of times.
   */
  declare maxRetries: number | null;
  /** Whether to connect again: `stopTrying` clears it, `resetDelay` sets it. */
  declare continueTrying: boolean;
  /** The clock that times the waits; `reactor` from the first retry on, unless set before. */
  declare clock: IReactorTime | null;
  /** The connector to connect again; `null` before a connection was lost or failed. */
  declare connector: IConnector | null;

  static {
    // On the prototype, so that a subclass's getter or field, or a value set on an instance, wins.
    const { prototype } = this;
    prototype.maxDelay = 3600;
    prototype.initialDelay = 1;
    prototype.factor = Math.E;
    prototype.jitter = 0.119626565582;
    prototype.delay = 1;
    prototype.retries = 0;
    prototype.maxRetries = null;
    prototype.continueTrying = true;
    prototype.clock = null;
    prototype.connector = null;
  }

  /** For each wait that is under way, a function that ends it. */
  readonly #waits = new Set<() => void>();

  override clientConnectionFailed(connector: IConnector, _reason: Error): void {
    this.#retryUnlessStopped(connector);
  }

  override clientConnectionLost(connector: IConnector, _reason: Error): void {
    this.#retryUnlessStopped(connector);
  }

  #retryUnlessStopped(connector: IConnector): void {
    if (!this.continueTrying) return;
    this.connector = connector;
    this.retry();
  }

  /**
   * Has `connector` connect again, after a wait. Does nothing after `stopTrying`, once it was
   * retried `maxRetries` times, or if the signal of the connector has aborted.
   *
   * @param connector - The last connector unless given.
   * @throws InvalidStateError: there is no connector yet; nothing has changed.
   * @throws the error that `clock.callLater` throws for a delay that is not a number of seconds.
   */
  retry(connector: IConnector | null = null): void {
    if (!this.continueTrying) return;
    const target = connector ?? this.connector;
    if (target === null) throw new InvalidStateError('There is no connector to retry');
    if (target.signal?.aborted) return;
    this.retries += 1;
    if (this.maxRetries !== null && this.retries > this.maxRetries) return;
    this.delay = Math.min(this.delay * this.factor, this.maxDelay);
    if (this.jitter) this.delay = normalVariate(this.delay, this.delay * this.jitter);
    this.#waitFor(target);
  }

  #waitFor(connector: IConnector): void {
    const { signal } = connector;
    this.clock ??= reactor;
    const end = () => {
      this.#waits.delete(end);
      removeAbortListener(signal, end);
      if (call.active()) heedClock(call.cancel());
    };
    // Differs from Twisted, where a very large jitter can give a time before now.
    const call = this.clock.callLater(Math.max(0, this.delay), () => {
      end();
      return connector.connect();
    });
    heedClock(call);
    this.#waits.add(end);
    addAbortListener(signal, end);
  }

  /**
   * Connects no more: gives up the wait, or the attempt, that is under way. A connection that is
   * made is left alone.
   *
   * @throws any error of the connector's `stopConnecting`, except that it isn't connecting.
   */
  stopTrying(): void {
    // Differs from Twisted, which overlooks a wait in which `resetDelay` was called.
    for (const end of [...this.#waits]) end();
    this.continueTrying = false;
    try {
      logRejection(this.connector?.stopConnecting(), 'stopConnecting rejected');
    } catch (thrown) {
      if (!(thrown instanceof InvalidStateError)) throw thrown;
    }
  }

  /**
   * Call it when the connection has proved good: the next wait is short again, and the retries are
   * counted from 0.
   */
  resetDelay(): void {
    this.delay = this.initialDelay;
    this.retries = 0;
    this.continueTrying = true;
  }
}

import { assertNotNegative } from '../../base/seconds.js';
import { heedClock, type IDelayedCall } from '../../twisted/cooperation/index.js';
import type { IProtocol } from '../../twisted/core/index.js';
import { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';

/** The other members that a {@link TimeoutProtocol} needs of its factory. */
export interface ITimeoutRegistry extends IWrapperRegistry {
  /** Calls `f` after `period` seconds. */
  callLater(period: number, f: () => unknown): IDelayedCall;
}

/**
 * Closes its connection when no byte was read or written for a set time.
 *
 * @see Twisted: `twisted.protocols.policies.TimeoutProtocol`
 */
export class TimeoutProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  declare readonly factory: ITimeoutRegistry;

  /** The delayed call of the timeout; `null` if there is no timeout. */
  timeoutCall: IDelayedCall | null = null;
  /** Seconds of idle time after which the connection is closed; `null` for no timeout. */
  timeoutPeriod: number | null = null;

  /**
   * Wraps a protocol and starts its timeout.
   *
   * @param factory - The object that makes delayed calls, and is told of the connection.
   * @param wrappedProtocol - The protocol to wrap.
   * @param timeoutPeriod - In seconds; `null` for no timeout. It begins at once.
   * @throws InvalidArgTypeError, OutOfRangeError: `timeoutPeriod` is neither `null` nor a number of
   *   0 or more.
   */
  constructor(factory: ITimeoutRegistry, wrappedProtocol: P, timeoutPeriod: number | null) {
    super(factory, wrappedProtocol);
    this.setTimeout(timeoutPeriod);
  }

  /**
   * Starts the timeout again.
   *
   * @param timeoutPeriod - In seconds; `null` for no timeout; unchanged if left out.
   * @throws InvalidArgTypeError, OutOfRangeError: it is neither `null` nor a number of 0 or more;
   *   nothing has changed.
   */
  setTimeout(timeoutPeriod: number | null = this.timeoutPeriod): void {
    if (timeoutPeriod !== null) assertNotNegative(timeoutPeriod, 'timeoutPeriod');
    this.cancelTimeout();
    this.timeoutPeriod = timeoutPeriod;
    if (timeoutPeriod === null) return;
    const onTimeout = () => {
      // Differs from Twisted, where a write after this tries to delay a call that was already made.
      this.timeoutCall = null;
      return this.timeoutFunc();
    };
    this.timeoutCall = heedClock(this.factory.callLater(timeoutPeriod, onTimeout));
  }

  /** Cancels the timeout, if there is one. */
  cancelTimeout(): void {
    const { timeoutCall } = this;
    this.timeoutPeriod = null;
    this.timeoutCall = null;
    if (timeoutCall?.active()) heedClock(timeoutCall.cancel());
  }

  /** Counts the timeout from now, because bytes were read or written. */
  resetTimeout(): void {
    if (this.timeoutCall?.active() && this.timeoutPeriod !== null) {
      heedClock(this.timeoutCall.reset(this.timeoutPeriod));
    }
  }

  override write(data: Uint8Array): void {
    this.resetTimeout();
    return super.write(data);
  }

  override writeSequence(data: Iterable<Uint8Array>): void {
    this.resetTimeout();
    return super.writeSequence(data);
  }

  override dataReceived(data: Buffer): void {
    this.resetTimeout();
    return super.dataReceived(data);
  }

  override connectionLost(reason: Error | null): void {
    this.cancelTimeout();
    return super.connectionLost(reason);
  }

  /** The connection has been idle for too long: closes it. Override it to act in another way. */
  timeoutFunc(): void {
    return this.loseConnection();
  }
}

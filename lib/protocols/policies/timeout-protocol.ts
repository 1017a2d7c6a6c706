import { assertNotNegative } from '../../base/seconds.js';
import type { IDelayedCall } from '../../twisted/cooperation/index.js';
import type { IProtocol } from '../../twisted/core/index.js';
import { type IWrapperRegistry, ProtocolWrapper } from './protocol-wrapper.js';

/** The other members that a {@link TimeoutProtocol} needs of its factory. */
export interface ITimeoutRegistry extends IWrapperRegistry {
  /** Calls `f` after `period` seconds. */
  callLater(period: number, f: () => unknown): IDelayedCall;
}

/**
 * Closes its connection when nothing was read or written for a while.
 *
 * @see Twisted: `twisted.protocols.policies.TimeoutProtocol`
 */
export class TimeoutProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  declare readonly factory: ITimeoutRegistry;

  /** The call that will be made when it has been idle; `null` if there is no timeout. */
  timeoutCall: IDelayedCall | null = null;
  /** Seconds of idleness after which the connection is closed; `null`: never. */
  timeoutPeriod: number | null = null;

  /**
   * Wraps a protocol and starts its timeout.
   *
   * @param factory - Makes delayed calls, and is told of the connection.
   * @param wrappedProtocol - The protocol to wrap.
   * @param timeoutPeriod - In seconds; `null`: never. It begins at once.
   * @throws InvalidArgTypeError, OutOfRangeError: `timeoutPeriod` is neither `null` nor 0 or more.
   */
  constructor(factory: ITimeoutRegistry, wrappedProtocol: P, timeoutPeriod: number | null) {
    super(factory, wrappedProtocol);
    this.setTimeout(timeoutPeriod);
  }

  /**
   * Begins the timeout anew.
   *
   * @param timeoutPeriod - In seconds; `null`: never; unchanged if left out.
   * @throws InvalidArgTypeError, OutOfRangeError: it is neither; nothing has changed.
   */
  setTimeout(timeoutPeriod: number | null = this.timeoutPeriod): void {
    if (timeoutPeriod !== null) assertNotNegative('timeoutPeriod', timeoutPeriod);
    this.cancelTimeout();
    this.timeoutPeriod = timeoutPeriod;
    if (timeoutPeriod === null) return;
    this.timeoutCall = this.factory.callLater(timeoutPeriod, () => {
      // Differs from Twisted, where a write after this tries to put off a call that was made.
      this.timeoutCall = null;
      return this.timeoutFunc();
    });
  }

  /** Cancels the timeout, if there is one. */
  cancelTimeout(): void {
    const { timeoutCall } = this;
    this.timeoutPeriod = null;
    this.timeoutCall = null;
    if (timeoutCall?.active()) timeoutCall.cancel();
  }

  /** Counts the timeout from now, because something has happened. */
  resetTimeout(): void {
    if (this.timeoutCall?.active() && this.timeoutPeriod !== null) {
      this.timeoutCall.reset(this.timeoutPeriod);
    }
  }

  override write(data: Uint8Array): void {
    this.resetTimeout();
    super.write(data);
  }

  override writeSequence(data: Iterable<Uint8Array>): void {
    this.resetTimeout();
    super.writeSequence(data);
  }

  override dataReceived(data: Buffer): void {
    this.resetTimeout();
    return super.dataReceived(data);
  }

  override connectionLost(reason: Error | null): void {
    this.cancelTimeout();
    return super.connectionLost(reason);
  }

  /** It has been idle for too long: closes the connection. Override it to do something else. */
  timeoutFunc(): void {
    this.loseConnection();
  }
}

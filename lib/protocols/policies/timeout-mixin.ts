import { assertNotExtended } from '../../base/build.js';
import { logRejection } from '../../base/rejection.js';
import { assertNotNegative } from '../../base/seconds.js';
import { heedClock, type IDelayedCall, reactor } from '../../twisted/cooperation/index.js';

/** The members that {@link TimeoutMixin} adds to its base. */
export declare class TimeoutMixinMembers {
  /** Takes the arguments of the base. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- TS2545 demands it of a mixin.
  constructor(...args: any[]);

  /**
   * The timeout in seconds, or `null`. To set this field does not start the timeout: call
   * `setTimeout`.
   */
  timeOut: number | null;

  /** Calls `f` after `period` seconds, by the `reactor`. Override it to use another clock. */
  callLater(period: number, f: () => unknown): IDelayedCall;

  /**
   * Counts the timeout from now. Does nothing if there is no timeout, or if it has passed. Call it
   * when data came that shows that the other end is alive.
   */
  resetTimeout(): void;

  /**
   * Starts the timeout, or starts it again with another period.
   *
   * @param period - In seconds; `null` cancels it.
   * @returns the previous period.
   * @throws InvalidArgTypeError, OutOfRangeError: `period` is neither `null` nor a number of 0 or
   *   more; nothing has changed.
   */
  setTimeout(period: number | null): number | null;

  /** The time is over: closes the connection. Override it to act in another way. */
  timeoutConnection(): void;
}

/**
 * Gives a protocol one timeout. Cancel it in `connectionLost`, with `setTimeout(null)`.
 *
 * @example
 * ```ts
 * import { Protocol } from 'twisted-streams';
 * import { TimeoutMixin } from 'twisted-streams/protocols';
 *
 * class Impatient extends TimeoutMixin(Protocol) {
 *   override connectionMade() {
 *     this.setTimeout(30);
 *   }
 *   override dataReceived(data: Buffer) {
 *     this.resetTimeout();
 *     this.transport.write(data);
 *   }
 *   override connectionLost() {
 *     this.setTimeout(null);
 *   }
 * }
 * ```
 *
 * @returns a class, to mix into a protocol's class or any class with a `transport`.
 * @see Twisted: `twisted.protocols.policies.TimeoutMixin`
 */
export function TimeoutMixin(): typeof TimeoutMixinMembers;
/**
 * Mixes them into a class that extends `Base`.
 *
 * @param Base - The class to extend: a protocol's class, or any class with a `transport`.
 */
export function TimeoutMixin<T extends abstract new (...args: never[]) => object>(
  Base: T,
): T & typeof TimeoutMixinMembers;
export function TimeoutMixin(Base: abstract new (...args: never[]) => object = Object) {
  assertNotExtended(new.target, 'TimeoutMixin');
  // Abstract if `Base` is abstract, as the overload says.
  class Timed extends (Base as new () => object) implements TimeoutMixinMembers {
    timeOut: number | null = null;
    #timeoutCall: IDelayedCall | null = null;

    callLater(period: number, f: () => unknown): IDelayedCall {
      return reactor.callLater(period, f);
    }

    resetTimeout(): void {
      const { timeOut } = this;
      if (timeOut !== null && this.#timeoutCall?.active())
        heedClock(this.#timeoutCall.reset(timeOut));
    }

    setTimeout(period: number | null): number | null {
      if (period !== null) assertNotNegative(period, 'period');
      const { timeOut: before } = this;
      this.timeOut = period;
      const call = this.#timeoutCall;
      const isActive = call !== null && call.active();
      if (period === null) {
        this.#timeoutCall = null;
        if (isActive) heedClock(call.cancel());
      } else if (isActive) {
        heedClock(call.reset(period));
      } else {
        const onTimeout = () => {
          this.#timeoutCall = null;
          logRejection(this.timeoutConnection(), 'timeoutConnection rejected');
        };
        this.#timeoutCall = heedClock(this.callLater(period, onTimeout));
      }
      return before;
    }

    timeoutConnection(): void {
      const { transport } = this as { transport?: { loseConnection(): void } | null };
      return transport?.loseConnection();
    }
  }
  return Timed;
}

import { assertNotNegative } from '../../base/seconds.js';
import { type IDelayedCall, reactor } from '../../twisted/cooperation/index.js';
import type { IProtocol, IProtocolFactory } from '../../twisted/core/index.js';
import { type ITimeoutRegistry, TimeoutProtocol } from './timeout-protocol.js';
import { WrappingFactory } from './wrapping-factory.js';

/** Half an hour, in seconds. */
const DEFAULT_PERIOD = 30 * 60;

/**
 * Closes connections on which no byte was read or written for a set time.
 *
 * @example
 * ```ts
 * const factory = new TimeoutFactory(chatFactory, 300); // Five minutes.
 * await listen(factory, { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.protocols.policies.TimeoutFactory`
 */
export class TimeoutFactory extends WrappingFactory implements ITimeoutRegistry {
  static {
    this.prototype.protocol = TimeoutProtocol;
  }

  /**
   * Gives each protocol of a factory a timeout.
   *
   * @param wrappedFactory - Builds the protocols.
   * @param timeoutPeriod - In seconds; `null` for no timeout. `protocol` gets it as its third
   *   argument.
   * @throws InvalidArgTypeError, OutOfRangeError: `timeoutPeriod` is neither `null` nor a number of
   *   0 or more.
   */
  constructor(
    wrappedFactory: IProtocolFactory,
    /** The timeout of each connection, in seconds; `null` for none. */
    readonly timeoutPeriod: number | null = DEFAULT_PERIOD,
  ) {
    if (timeoutPeriod !== null) assertNotNegative(timeoutPeriod, 'timeoutPeriod');
    super(wrappedFactory);
  }

  protected override wrap(wrapped: IProtocol): IProtocol | null {
    return super.wrap(wrapped, this.timeoutPeriod);
  }

  /** Calls `f` after `period` seconds, by the `reactor`. Override it to use another clock. */
  callLater(period: number, f: () => unknown): IDelayedCall {
    return reactor.callLater(period, f);
  }
}

import { type IDelayedCall, reactor } from '../../twisted/cooperation/index.js';
import type { IProtocol, IProtocolFactory } from '../../twisted/core/index.js';
import { type ITimeoutRegistry, TimeoutProtocol } from './timeout-protocol.js';
import { WrappingFactory } from './wrapping-factory.js';

/** Half an hour, in seconds. */
const DEFAULT_PERIOD = 30 * 60;

/**
 * Closes connections on which nothing was read or written for a while.
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
   * @param timeoutPeriod - In seconds; `null`: never. `protocol` gets it as third argument.
   */
  constructor(
    wrappedFactory: IProtocolFactory,
    readonly timeoutPeriod: number | null = DEFAULT_PERIOD,
  ) {
    super(wrappedFactory);
  }

  protected override wrap(wrapped: IProtocol): IProtocol | null {
    return super.wrap(wrapped, this.timeoutPeriod);
  }

  /** Calls `f` after `period` seconds, by the `reactor`. Override it to have another clock do so. */
  callLater(period: number, f: () => unknown): IDelayedCall {
    return reactor.callLater(period, f);
  }
}

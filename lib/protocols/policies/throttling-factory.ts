import { assertNumber } from '../../base/arguments.js';
import { log } from '../../base/log.js';
import { heedClock, type IDelayedCall, reactor } from '../../twisted/cooperation/index.js';
import {
  endOwner,
  heed,
  type IAddress,
  type IProtocol,
  type IProtocolFactory,
} from '../../twisted/core/index.js';
import type { ProtocolWrapper } from './protocol-wrapper.js';
import { type IBandwidthRegistry, ThrottlingProtocol } from './throttling-protocol.js';
import { WrappingFactory } from './wrapping-factory.js';

/** In seconds: the time after which a new count begins. */
const PERIOD = 1;

/**
 * Limits the bytes that all connections together may read or write in a second, and the number of
 * connections. After a second with too many bytes, all connections are throttled until the average
 * is within the limit again. Writing is throttled only if a producer is registered.
 *
 * @example
 * ```ts
 * import { listen } from 'twisted-streams';
 * import { ThrottlingFactory } from 'twisted-streams/protocols';
 *
 * // 100 connections, 64 KiB in and 1 MiB out in a second.
 * const factory = new ThrottlingFactory(fileServer, 100, 65536, 1048576);
 * await listen(factory, { port: 7000 });
 * ```
 *
 * @see Twisted: `twisted.protocols.policies.ThrottlingFactory`
 */
export class ThrottlingFactory extends WrappingFactory implements IBandwidthRegistry {
  /** The number of connections that are not lost. */
  connectionCount = 0;
  /** Bytes that were read since the last check. */
  readThisSecond = 0;
  /** Bytes that were written since the last check. */
  writtenThisSecond = 0;

  /** The call that ends the throttling of reads; `null` if they are not throttled. */
  unthrottleReadsID: IDelayedCall | null = null;
  /** The next check of the bytes that were read; `null` if there is none. */
  checkReadBandwidthID: IDelayedCall | null = null;
  /** The call that ends the throttling of writes; `null` if they are not throttled. */
  unthrottleWritesID: IDelayedCall | null = null;
  /** The next check of the bytes that were written; `null` if there is none. */
  checkWriteBandwidthID: IDelayedCall | null = null;

  readonly #counted = new WeakSet<object>();

  static {
    this.prototype.protocol = ThrottlingProtocol;
  }

  /**
   * Limits the bytes that the protocols of a factory read and write.
   *
   * @param wrappedFactory - Builds the protocols.
   * @param maxConnectionCount - The most connections at a time; any number if left out.
   * @param readLimit - The most bytes to read in a second; `null` for any number.
   * @param writeLimit - The most bytes to write in a second; `null` for any number.
   * @throws InvalidArgTypeError, OutOfRangeError: a limit is not a number, or is not above 0.
   */
  constructor(
    wrappedFactory: IProtocolFactory,
    /** The most connections at a time. */
    readonly maxConnectionCount = Infinity,
    /** The most bytes to read in a second; `null` for any number. */
    readonly readLimit: number | null = null,
    /** The most bytes to write in a second; `null` for any number. */
    readonly writeLimit: number | null = null,
  ) {
    const isCount = (given: number) => given >= 0;
    assertNumber(maxConnectionCount, 'maxConnectionCount', 'a number of at least 0', isCount);
    if (readLimit !== null) assertLimit(readLimit, 'readLimit');
    if (writeLimit !== null) assertLimit(writeLimit, 'writeLimit');
    super(wrappedFactory);
  }

  /** Calls `f` after `period` seconds, by the `reactor`. Override it to use another clock. */
  callLater(period: number, f: () => unknown): IDelayedCall {
    return reactor.callLater(period, f);
  }

  /** Called by a protocol: `length` bytes were written. */
  registerWritten(length: number): void {
    this.writtenThisSecond += length;
  }

  /** Called by a protocol: `length` bytes were read. */
  registerRead(length: number): void {
    this.readThisSecond += length;
  }

  /**
   * Checks the bytes that were read since the last check, and throttles reads if there were too
   * many.
   */
  checkReadBandwidth(): void {
    this.checkReadBandwidthID = null;
    if (this.readLimit !== null && this.readThisSecond > this.readLimit) {
      this.throttleReads();
      if (this.#isOverOrAnew('checkReadBandwidthID')) return;
      const rest = restAfter(this.readThisSecond, this.readLimit);
      const end = heedClock(this.callLater(rest, () => this.unthrottleReads()));
      this.unthrottleReadsID = laterOf(this.unthrottleReadsID, end);
    }
    this.readThisSecond = 0;
    const again = this.callLater(PERIOD, () => this.checkReadBandwidth());
    this.checkReadBandwidthID = heedClock(again);
  }

  /**
   * Checks the bytes that were written since the last check, and throttles writes if there were too
   * many.
   */
  checkWriteBandwidth(): void {
    this.checkWriteBandwidthID = null;
    if (this.writeLimit !== null && this.writtenThisSecond > this.writeLimit) {
      this.throttleWrites();
      if (this.#isOverOrAnew('checkWriteBandwidthID')) return;
      const rest = restAfter(this.writtenThisSecond, this.writeLimit);
      const end = heedClock(this.callLater(rest, () => this.unthrottleWrites()));
      this.unthrottleWritesID = laterOf(this.unthrottleWritesID, end);
    }
    this.writtenThisSecond = 0;
    const again = this.callLater(PERIOD, () => this.checkWriteBandwidth());
    this.checkWriteBandwidthID = heedClock(again);
  }

  /** Whether the throttling has lost the last connection, and perhaps a new connection was made. */
  #isOverOrAnew(check: 'checkReadBandwidthID' | 'checkWriteBandwidthID'): boolean {
    return this.connectionCount === 0 || this[check] !== null;
  }

  /** Throttles reads on all connections. */
  throttleReads(): void {
    this.#forEach((protocol) => protocol.throttleReads());
  }

  /** Ends the throttling of reads. */
  unthrottleReads(): void {
    this.unthrottleReadsID = null;
    this.#forEach((protocol) => protocol.unthrottleReads());
  }

  /** Throttles writes on all connections that have a producer. */
  throttleWrites(): void {
    this.#forEach((protocol) => protocol.throttleWrites());
  }

  /** Ends the throttling of writes. */
  unthrottleWrites(): void {
    this.unthrottleWritesID = null;
    this.#forEach((protocol) => protocol.unthrottleWrites());
  }

  /**
   * Calls `act` for each connection. If a producer throws, its connection is aborted, and the loop
   * goes on.
   */
  #forEach(act: (protocol: ThrottlingProtocol) => void): void {
    for (const protocol of [...this.protocols] as ThrottlingProtocol[]) {
      if (!this.protocols.has(protocol)) continue;
      try {
        heed(act(protocol), protocol, 'throttling');
      } catch (error) {
        log.err(error, `${protocol.logPrefix()}: throttling failed`);
        endOwner(protocol, error);
      }
    }
  }

  /**
   * As {@link WrappingFactory.buildProtocol}, but returns `null` while there are as many
   * connections as allowed.
   *
   * @returns the wrapper, or `null`.
   */
  override buildProtocol(address: IAddress): IProtocol | null {
    if (this.connectionCount >= this.maxConnectionCount) return null;
    if (this.connectionCount === 0) this.#startCounting();
    this.connectionCount += 1;
    let protocol: IProtocol | null = null;
    try {
      protocol = super.buildProtocol(address);
    } finally {
      if (protocol === null) this.#uncount();
      else this.#counted.add(protocol);
    }
    return protocol;
  }

  override unregisterProtocol(wrapper: ProtocolWrapper): void {
    super.unregisterProtocol(wrapper);
    if (this.#counted.delete(wrapper)) this.#uncount();
  }

  #startCounting(): void {
    this.readThisSecond = 0;
    this.writtenThisSecond = 0;
    if (this.readLimit !== null) this.checkReadBandwidth();
    if (this.writeLimit !== null) this.checkWriteBandwidth();
  }

  #uncount(): void {
    this.connectionCount -= 1;
    if (this.connectionCount > 0) return;
    for (const name of CALLS) {
      const call = this[name];
      this[name] = null;
      if (call?.active()) heedClock(call.cancel());
    }
  }
}

const CALLS = [
  'unthrottleReadsID',
  'checkReadBandwidthID',
  'unthrottleWritesID',
  'checkWriteBandwidthID',
] as const;

/** Seconds to throttle after `bytes` bytes in a second. */
function restAfter(bytes: number, limit: number): number {
  return bytes / limit - 1;
}

/**
 * Keeps the later of two calls that end a throttling, and cancels the other. Differs from Twisted,
 * where the earlier ends both.
 */
function laterOf(before: IDelayedCall | null, end: IDelayedCall): IDelayedCall {
  if (!before?.active()) return end;
  const [early, late] = before.getTime() > end.getTime() ? [end, before] : [before, end];
  heedClock(early.cancel());
  return late;
}

function assertLimit(limit: unknown, name: string): void {
  assertNumber(limit, name, 'a number above 0, or null', (given) => given > 0);
}

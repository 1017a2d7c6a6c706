/** Counts bytes against a rate. It knows neither the senders of the bytes nor the waiters. */
import type { ICancellable } from '../cooperation/index.js';
import { assertNumber } from '../../base/arguments.js';
import { InvalidArgTypeError, OutOfRangeError } from '../../base/errors.js';
import { logRejection } from '../../base/rejection.js';

/**
 * A byte counts as drained if no more than this part of it is missing, because the clock rounds. It
 * is less than a thousandth: at a rate of 1 byte a second or more, at least that drains in a
 * millisecond.
 */
const ROUNDING = 0.0005;

const isAmount = (given: number) => given >= 0 && given < Infinity;
const isMaxburst = (given: number) => given >= 1;
const isRate = (given: number) => given > 0;

/**
 * A token bucket, in which a token is a byte: it has room for `maxburst` bytes, and `rate` bytes a
 * second drain from it. It takes and drains whole bytes only.
 *
 * Extend it and give `maxburst` and `rate` as fields, or set them on an instance; they may change
 * at any time.
 *
 * @example
 * ```ts
 * class Slow extends Bucket {
 *   override maxburst = 10_000; // Bytes at once.
 *   override rate = 1_000; // Bytes a second from then on.
 * }
 * ```
 *
 * @see Twisted: `twisted.protocols.htb.Bucket`
 */
export class Bucket {
  /** The most bytes that it has room for; `null`, the default, for no limit. */
  declare maxburst: number | null;
  /** The bytes that drain from it each second; `null`, the default, if all drain at once. */
  declare rate: number | null;

  static {
    // On the prototype, so that a subclass's getter or field, or a value set on an instance, wins.
    this.prototype.maxburst = null;
    this.prototype.rate = null;
  }

  /** Bytes in it when it last dripped. */
  content = 0;
  /** When it last dripped, in seconds by its own `now()`; `null` before it first does. */
  lastDrip: number | null = null;
  /** Shaped consumers that use it. */
  refcount = 0;
  /** The bucket that also takes every byte that is added to this one; `null` if there is none. */
  parentBucket: Bucket | null;

  /**
   * Buckets below this one that a filter keeps.
   *
   * @internal
   */
  children = 0;

  /** Since when it has drained at the same rate without ever being empty. */
  #since = 0;
  #rateSince: number | null = null;
  /**
   * Bytes that have drained since then. They are counted from there, so that rounding errors don't
   * add up.
   */
  #drainedSince = 0;
  /** The part of a byte, from 0 to 1, that had drained before that, at another rate. */
  #part = 0;

  /**
   * @param parentBucket - A bucket that limits this bucket too.
   * @throws InvalidArgTypeError: `parentBucket` is not a bucket.
   */
  constructor(parentBucket: Bucket | null = null) {
    if (parentBucket !== null) assertBucket(parentBucket, 'parentBucket');
    this.parentBucket = parentBucket;
  }

  /**
   * The time in seconds, from any beginning. Override it to use another clock than `Date`'s. Time
   * that goes back counts as 0 seconds.
   */
  now(): number {
    return Date.now() / 1000;
  }

  /**
   * Calls `f` once, later. It wakes the consumers that wait for this bucket. Override it together
   * with `now`. It uses the global `setTimeout` of the time at which it is called.
   *
   * @param delay - In seconds.
   * @returns the call, which can be cancelled until `f` is called.
   */
  callLater(delay: number, f: () => void): ICancellable {
    const { setTimeout, clearTimeout } = globalThis;
    // Rounded up, because `setTimeout` would round down, to before there is room. A thousandth of a
    // millisecond is a rounding error of `delay`.
    const timer = setTimeout(f, Math.ceil(delay * 1000 - 1e-3));
    return { cancel: () => clearTimeout(timer) };
  }

  /**
   * Adds as many bytes as there is room for, here and in the parents.
   *
   * @param amount - The bytes to add.
   * @returns the bytes that were added, a whole number.
   * @throws InvalidArgTypeError, OutOfRangeError: `amount`, or a `maxburst` or `rate`, is not
   *   valid; nothing was added.
   */
  add(amount: number): number {
    assertNumber(amount, 'amount', 'a number of bytes', isAmount);
    letDrip(this);
    let allowable = Math.min(Math.floor(amount), this.#room);
    if (this.parentBucket !== null) allowable = bytesTakenBy(this.parentBucket, allowable);
    this.content += allowable;
    return allowable;
  }

  /** The bytes for which there is room. */
  get #room(): number {
    const { maxburst } = this;
    if (isUnlimited(maxburst)) return Infinity;
    return Math.max(0, Math.floor(maxburst) - this.content);
  }

  /**
   * Removes the bytes that have drained since it last dripped, here and in the parents.
   *
   * @returns whether it is empty now.
   * @throws InvalidArgTypeError, OutOfRangeError: a `maxburst` or `rate` is not valid.
   */
  drip(): boolean {
    this.#assertLimits();
    if (this.parentBucket !== null) letDrip(this.parentBucket);
    const now = this.now();
    assertAnswer('now()', 'a number of seconds', now, Number.isFinite(now));
    if (isUnlimited(this.rate)) this.content = 0;
    else this.#drain(now, this.rate);
    this.lastDrip = now;
    return this.content === 0;
  }

  /** Checks the limits of this bucket only. */
  #assertLimits(): void {
    const { maxburst, rate } = this;
    if (!isUnlimited(maxburst)) {
      assertNumber(maxburst, 'maxburst', 'a number of at least 1, or null', isMaxburst);
    }
    if (!isUnlimited(rate)) {
      assertNumber(rate, 'rate', 'a number above 0, or null', isRate);
    }
  }

  #drain(now: number, rate: number): void {
    const { lastDrip } = this;
    if (lastDrip === null) this.#drainFrom(now, rate, 0);
    else if (now < lastDrip) this.#drainFrom(now, rate, this.#partOfAByte(lastDrip));
    else if (rate !== this.#rateSince) this.#drainFrom(lastDrip, rate, this.#partOfAByte(lastDrip));
    const rounding = Math.min(Math.abs(now) * Number.EPSILON * rate, ROUNDING);
    const drained =
      Math.floor(this.#part + (now - this.#since) * rate + rounding) - this.#drainedSince;
    this.#drainedSince += drained;
    this.content = Math.max(0, this.content - drained);
    if (this.content === 0) this.#drainFrom(now, rate, 0);
  }

  #drainFrom(since: number, rate: number, part: number): void {
    this.#since = since;
    this.#rateSince = rate;
    this.#drainedSince = 0;
    this.#part = part;
  }

  /** The part of a byte that had drained at `time`, beyond whole bytes. */
  #partOfAByte(time: number): number {
    const drained = this.#part + (time - this.#since) * (this.#rateSince ?? 0);
    return Math.min(Math.max(drained - this.#drainedSince, 0), 1);
  }

  /**
   * Seconds, from when it last dripped, in which `bytes` will drain.
   *
   * @internal
   */
  secondsToDrain(bytes: number): number {
    const { rate, lastDrip } = this;
    if (isUnlimited(rate) || lastDrip === null) return 0;
    return (this.#drainedSince + bytes - this.#part) / rate - (lastDrip - this.#since);
  }
}

/** Whether `limit`, a bucket's `maxburst` or `rate`, sets no limit. */
export function isUnlimited(limit: number | null | undefined): limit is null | undefined {
  return limit === null || limit === undefined || limit === Infinity;
}

/** @throws InvalidArgTypeError: `bucket` is not a {@link Bucket}. */
export function assertBucket(bucket: unknown, name = 'bucket'): asserts bucket is Bucket {
  if (bucket instanceof Bucket) return;
  logRejection(bucket, `${name} rejected`);
  throw new InvalidArgTypeError(name, 'a Bucket, of the same copy of the library', bucket);
}

/** Calls `drip` of `bucket`, which may be a user's own. It is not waited for. */
export function letDrip(bucket: Bucket): unknown {
  const returned: unknown = bucket.drip();
  logRejection(returned, 'drip() rejected');
  return returned;
}

/**
 * Adds `amount` bytes to `bucket`, whose `add` may be a user's own.
 *
 * @returns how many it took.
 * @throws OutOfRangeError: it returns anything but a whole number of bytes that it was given.
 */
export function bytesTakenBy(bucket: Bucket, amount: number): number {
  const taken = bucket.add(amount);
  const isRight = Number.isInteger(taken) && taken >= 0 && taken <= amount;
  assertAnswer('add()', `a whole number of bytes, at most ${amount}`, taken, isRight);
  return taken;
}

/** @throws OutOfRangeError: the value that a user's method returned is not right. */
export function assertAnswer(
  name: string,
  expected: string,
  answer: unknown,
  isRight: boolean,
): void {
  if (isRight) return;
  logRejection(answer, `${name} rejected`);
  throw new OutOfRangeError(name, expected, answer);
}

/** Chooses a bucket for a connection, and keeps it for others like it. */
import { assertAnswer, assertBucket, Bucket, letDrip } from './bucket.js';
import { assertBuilder, build, type Builder } from '../../base/build.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { isThenable, logRejection } from '../../base/rejection.js';
import { assertNotNegative } from '../../base/seconds.js';

/**
 * Chooses buckets.
 *
 * @typeParam Args - The arguments by which it chooses: usually a transport.
 * @see Twisted: `twisted.protocols.htb.IBucketFilter`
 */
export interface IBucketFilter<in Args extends unknown[] = unknown[]> {
  /** The bucket for `args`. */
  getBucketFor(...args: Args): Bucket;
}

/**
 * Sorts connections by a key, and has a bucket for each key. With a parent filter, each of its
 * buckets is below a bucket of the parent filter.
 *
 * Extend it and override `getBucketKey`; give it `bucketFactory`, and `sweepInterval`, as fields or
 * set them on an instance. A bucket may also be put into `buckets` by hand.
 *
 * @example
 * ```ts
 * const server = new HierarchicalBucketFilter();
 * server.buckets.set(null, Object.assign(new Bucket(), { maxburst: 20_000, rate: 20_000 }));
 * const hosts = new FilterByHost(server); // Each host, and all of them together.
 * hosts.bucketFactory = HostBucket;
 * ```
 *
 * @see Twisted: `twisted.protocols.htb.HierarchicalBucketFilter`
 */
export class HierarchicalBucketFilter<
  Args extends unknown[] = unknown[],
> implements IBucketFilter<Args> {
  /**
   * Makes a bucket, given its parent or `null`: a class, or a function. {@link Bucket} by default.
   */
  declare bucketFactory: Builder<[parentBucket: Bucket | null], Bucket>;
  /**
   * Seconds after which buckets that are empty and unused are forgotten; `null`, the default, for
   * never.
   */
  declare sweepInterval: number | null;

  static {
    // On the prototype, so that a subclass's getter or field, or a value set on an instance, wins.
    this.prototype.bucketFactory = Bucket;
    this.prototype.sweepInterval = null;
  }

  /** The buckets, by key. */
  readonly buckets = new Map<unknown, Bucket>();
  /** The filter that has the parents of our buckets; `null` if they have no parents. */
  readonly parentFilter: IBucketFilter<Args> | null;
  /** When buckets were last swept, in seconds by `now()`; `null` before one was first asked for. */
  lastSweep: number | null = null;

  /** The buckets that their parents count. A bucket that was put in by hand is not counted. */
  readonly #counted = new WeakSet<Bucket>();

  /**
   * @param parentFilter - Chooses the parents of our buckets, by the same arguments.
   * @throws InvalidArgTypeError: `parentFilter` has no `getBucketFor`.
   */
  constructor(parentFilter: IBucketFilter<Args> | null = null) {
    if (parentFilter !== null) assertBucketFilter(parentFilter, 'parentFilter');
    this.parentFilter = parentFilter;
  }

  /** The time in seconds, from any beginning. Override it to use another clock than `Date`'s. */
  now(): number {
    return Date.now() / 1000;
  }

  /**
   * Finds the bucket for `args`, or makes it; sweeps first when it is time.
   *
   * @throws InvalidArgTypeError: the parent filter, or `bucketFactory`, returns a value that is not a
   *   bucket, `sweepInterval` is neither a number nor `null`, or `getBucketKey` returns a promise; no
   *   bucket was made. A promise is not waited for; if it rejects, the error goes to `log.err`.
   * @throws OutOfRangeError: `sweepInterval` is below 0, or `now` returns a value that is not a finite
   *   number; no bucket was made.
   * @throws the error that `getBucketKey`, the parent filter, `bucketFactory` or the `drip` of a
   *   bucket throws.
   */
  getBucketFor(...args: Args): Bucket {
    this.#sweepInTime();
    // Differs from Twisted, which passes this filter as well, so that a FilterByHost as a parent
    // fails.
    const parentBucket = this.parentFilter?.getBucketFor(...args) ?? null;
    if (parentBucket !== null) assertBucket(parentBucket, 'parentFilter.getBucketFor()');
    const key = this.getBucketKey(...args);
    assertKey(key);
    return this.buckets.get(key) ?? this.#makeBucket(key, parentBucket);
  }

  #makeBucket(key: unknown, parentBucket: Bucket | null): Bucket {
    assertBuilder(this.bucketFactory, 'bucketFactory');
    const bucket = build(this.bucketFactory, [parentBucket], this);
    assertBucket(bucket, 'bucketFactory()');
    this.buckets.set(key, bucket);
    if (bucket.parentBucket !== null) {
      bucket.parentBucket.children += 1;
      this.#counted.add(bucket);
    }
    return bucket;
  }

  /**
   * The key of the bucket for `_args`; compared as by a `Map`. Override it.
   *
   * @returns `null`: one bucket for all.
   */
  getBucketKey(..._args: Args): unknown {
    return null;
  }

  #sweepInTime(): void {
    const { sweepInterval } = this;
    if (sweepInterval === null || sweepInterval === undefined) return;
    assertNotNegative(sweepInterval, 'sweepInterval');
    this.lastSweep ??= this.#time();
    if (this.#time() - this.lastSweep > sweepInterval) this.sweep();
  }

  /**
   * Forgets buckets that are empty and that nothing uses: no shaped consumer, and no bucket below.
   *
   * @throws the error that the `drip` of a bucket throws.
   * @throws OutOfRangeError: `now` returns a value that is not a finite number.
   */
  sweep(): void {
    for (const [key, bucket] of this.buckets) {
      const empty = letDrip(bucket);
      // Differs from Twisted, which forgets a parent in use, and then makes a second one.
      if (empty !== true || bucket.refcount !== 0 || bucket.children !== 0) continue;
      this.buckets.delete(key);
      if (bucket.parentBucket !== null && this.#counted.delete(bucket)) {
        bucket.parentBucket.children -= 1;
      }
    }
    this.lastSweep = this.#time();
  }

  /** @throws OutOfRangeError: `now` returns a value that is not a finite number. */
  #time(): number {
    const now = this.now();
    assertAnswer('now()', 'a number of seconds', now, Number.isFinite(now));
    return now;
  }
}

/** @throws InvalidArgTypeError: `key` is a promise, of which each is another key. */
function assertKey(key: unknown): void {
  if (!isThenable(key)) return;
  logRejection(key, 'getBucketKey rejected');
  throw new InvalidArgTypeError('getBucketKey()', 'a key, and no promise', key);
}

/** @throws InvalidArgTypeError: `filter` has no `getBucketFor`. */
export function assertBucketFilter(
  filter: unknown,
  name: string,
): asserts filter is IBucketFilter<never> {
  const { getBucketFor } = (filter ?? {}) as Partial<IBucketFilter>;
  if (typeof getBucketFor !== 'function') {
    throw new InvalidArgTypeError(name, 'a bucket filter (with getBucketFor)', filter);
  }
}

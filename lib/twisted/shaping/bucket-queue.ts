/**
 * Keeps the waiters for room in a bucket, and decides which waiter is next and when to look again.
 */
import { Bucket, letDrip } from './bucket.js';
import { type Context, currentContext } from '../../base/context.js';
import { heedClock, type ICancellable } from '../cooperation/index.js';
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import { quantumOf, secondsUntil } from './pace.js';

/** An object that has bytes to send, and waits for room in a bucket and all its parents. */
export interface Waiter {
  readonly bucket: Bucket;
  /** The number of bytes that it has to send. */
  waitingBytes(): number;
  /**
   * Sends. After that it does not wait, unless it asks again.
   *
   * @param limit - The most bytes to send, because others wait too.
   * @returns the bytes sent.
   */
  takeTurn(limit: number): number;
  /** Called when its turn has thrown an error that no caller can catch. It leaves the queue. */
  turnFailed(error: unknown): void;
}

/** Why a waiter can't send yet. */
interface Obstacle {
  /** The bucket without room; if there are several, the lowest. */
  readonly bucket: Bucket;
  /** The bucket that takes longest to have room, and how long it takes. */
  readonly slowest: Bucket;
  readonly seconds: number;
}

/** Seconds after which to look again in any case: a `rate` may have been changed. */
const LONGEST = 1;
/** Seconds after which to look again if there was room, and yet nothing was sent. */
const AGAIN = 0.01;

const queues = new WeakMap<Bucket, BucketQueue>();

/**
 * The waiters of a tree of buckets.
 *
 * Each bucket has a line. In it stand the waiters for this bucket, and each child bucket that has
 * waiters in its own line. The first in the line has a turn and then goes to the end, so all in a
 * line get equal shares. While the first waits for the bucket of the line, no other passes it;
 * while it waits for a bucket further below, others do.
 *
 * There is one timer, and only while there is a waiter.
 */
export class BucketQueue {
  private readonly lines = new Map<Bucket, Set<Waiter | Bucket>>();
  /** The context in which each waiter has asked. Its turn comes on the stack of another's. */
  private readonly contexts = new WeakMap<Waiter, Context>();
  private timer: ICancellable | null = null;
  private running = false;

  /** In this round: the buckets without room, and the obstacle that goes away first. */
  private readonly closed = new Set<Bucket>();
  private soonest: Obstacle | null = null;

  private constructor(private readonly root: Bucket) {}

  /** The queue of the tree that `bucket` is part of. */
  static of(bucket: Bucket): BucketQueue {
    let root = bucket;
    while (root.parentBucket !== null) root = root.parentBucket;
    let queue = queues.get(root);
    if (queue === undefined) {
      queue = new BucketQueue(root);
      queues.set(root, queue);
    }
    return queue;
  }

  /**
   * Whether `waiter` may send `bytes`, or part of them, at once.
   *
   * @throws the error that `Bucket.drip` throws.
   */
  admits(waiter: Waiter, bytes: number): boolean {
    if (this.lines.size > 0 && this.shareOf(waiter) < Infinity) return false;
    return findObstacle(waiter.bucket, bytes) === null;
  }

  /**
   * Puts `waiter` at the end of its line unless it is in the line; then gives a turn to each waiter
   * that can have one, perhaps to this one.
   *
   * @throws the error that `Bucket.drip`, or the turn of `waiter`, throws.
   */
  ask(waiter: Waiter): void {
    this.contexts.set(waiter, currentContext());
    for (const [bucket, entry] of placesOf(waiter)) {
      const line = this.lines.get(bucket);
      if (line === undefined) this.lines.set(bucket, new Set([entry]));
      else line.add(entry);
    }
    this.run(waiter);
  }

  /** Whether `waiter` stands in its line. */
  has(waiter: Waiter): boolean {
    return this.lines.get(waiter.bucket)?.has(waiter) === true;
  }

  /** Takes `waiter` out of its line. Does nothing if it is in no line. */
  leave(waiter: Waiter): void {
    if (this.lines.size === 0) return;
    for (const [bucket, entry] of placesOf(waiter)) {
      const line = this.lines.get(bucket);
      line?.delete(entry);
      if (line === undefined || line.size > 0) return;
      this.lines.delete(bucket);
    }
    this.cancelTimer(); // That was the last waiter.
  }

  /**
   * @param asker - The waiter that makes this call. If its own turn throws, this call throws that
   * error.
   */
  private run(asker: Waiter | null): void {
    if (this.running) return; // We are inside a waiter's turn: there will be another round.
    this.running = true;
    try {
      this.cancelTimer();
      do {
        this.closed.clear();
        this.soonest = null;
      } while (this.giveTurn(this.root, asker));
    } finally {
      this.running = false;
      this.setTimer();
    }
  }

  private cancelTimer(): void {
    const { timer } = this;
    this.timer = null;
    heedClock(timer?.cancel());
  }

  private setTimer(): void {
    if (this.lines.size === 0) return;
    const { slowest = this.root, seconds = AGAIN } = this.soonest ?? {};
    const timer = slowest.callLater(Math.min(seconds, LONGEST), () => {
      this.timer = null;
      try {
        this.run(null);
      } catch (error) {
        this.failAll(error);
      }
    });
    this.timer = timer;
    whenRejected(timer, (error) => {
      if (this.timer === timer) this.timer = null;
      this.failAll(error);
    });
  }

  /** The clock of a bucket has failed, so no waiter would ever have a turn: tells each of them. */
  private failAll(error: unknown): void {
    const waiters = [...this.lines.values()].flatMap((line) => [...line]);
    if (waiters.length === 0) log.err(error, 'A Bucket failed when nothing waited for it');
    for (const waiter of waiters) {
      // The end of another waiter may have ended this one too.
      if (!(waiter instanceof Bucket) && this.has(waiter)) this.fail(waiter, error);
    }
  }

  /**
   * Gives a turn to the first in the line of `bucket` that can have one.
   *
   * @returns whether a waiter could have one.
   */
  private giveTurn(bucket: Bucket, asker: Waiter | null): boolean {
    for (const entry of this.lines.get(bucket) ?? []) {
      if (this.closed.has(bucket)) return false;
      const isGiven =
        entry instanceof Bucket ? this.giveTurn(entry, asker) : this.offerTurn(entry, asker);
      if (isGiven) {
        const line = this.lines.get(bucket);
        if (line?.delete(entry) === true) line.add(entry);
        return true;
      }
    }
    return false;
  }

  private offerTurn(waiter: Waiter, asker: Waiter | null): boolean {
    for (const [bucket] of placesOf(waiter)) {
      if (this.closed.has(bucket)) return false;
    }
    try {
      return this.tryTurn(waiter);
    } catch (error) {
      if (waiter === asker) throw error;
      this.fail(waiter, error);
      return true;
    }
  }

  private fail(waiter: Waiter, error: unknown): void {
    this.contexts.get(waiter)!.runInAsyncScope(() => waiter.turnFailed(error));
  }

  /** @throws the error that `Bucket.drip`, or the turn, throws. */
  private tryTurn(waiter: Waiter): boolean {
    let obstacle = findObstacle(waiter.bucket, waiter.waitingBytes());
    if (obstacle === null) {
      const share = this.shareOf(waiter);
      this.leave(waiter);
      const context = this.contexts.get(waiter)!;
      if (context.runInAsyncScope(() => waiter.takeTurn(share)) > 0) return true;
      // A bucket with an `add` of its own may take nothing. Then the waiter waits, so that the next
      // round does not try it again at once.
      obstacle = { bucket: waiter.bucket, slowest: waiter.bucket, seconds: AGAIN };
    }
    this.closed.add(obstacle.bucket);
    if (this.soonest === null || obstacle.seconds < this.soonest.seconds) this.soonest = obstacle;
    return false;
  }

  /**
   * The bytes that `waiter` may send in a turn: all its bytes, unless other waiters are in a line
   * with it.
   */
  private shareOf(waiter: Waiter): number {
    let share = Infinity;
    for (const [bucket, entry] of placesOf(waiter)) {
      const line = this.lines.get(bucket);
      const others = line === undefined ? 0 : line.size - (line.has(entry) ? 1 : 0);
      if (others > 0) share = Math.min(share, quantumOf(bucket));
    }
    return share;
  }
}

/**
 * From below: each bucket that `waiter` waits for, and the member of that bucket's line that
 * represents it.
 */
function* placesOf(waiter: Waiter): Generator<[Bucket, Waiter | Bucket], void, undefined> {
  let entry: Waiter | Bucket = waiter;
  for (let bucket: Bucket | null = waiter.bucket; bucket !== null; bucket = bucket.parentBucket) {
    yield [bucket, entry];
    entry = bucket;
  }
}

/** Why `bytes` can't be sent through `from` and its parents yet; `null` if they can. */
function findObstacle(from: Bucket, bytes: number): Obstacle | null {
  letDrip(from);
  let lowest: Bucket | null = null;
  let slowest = from;
  let longest = 0;
  for (let bucket: Bucket | null = from; bucket !== null; bucket = bucket.parentBucket) {
    const seconds = secondsUntil(bucket, bytes);
    if (seconds > 0) lowest ??= bucket;
    if (seconds > longest) [slowest, longest] = [bucket, seconds];
  }
  return lowest === null ? null : { bucket: lowest, slowest, seconds: longest };
}

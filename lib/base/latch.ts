/**
 * The reasons why an object may not go on: a set in one number, so that the hot path makes one
 * comparison. Code that holds the latch for a reason releases it for the same reason. When the last
 * reason is gone, the object may go on.
 */

/**
 * The reasons are a `const enum` whose members are powers of two: the compiler leaves only the
 * numbers.
 *
 * @example
 * ```ts
 * const enum Why {
 *   paused = 1,
 *   resting = 2,
 * }
 * const latch = new Latch<Why>();
 * latch.hold(Why.paused);
 * latch.release(Why.paused);
 * if (latch.isFree) goOn();
 * ```
 */
export class Latch<Reason extends number> {
  /** @param held - The reason that it is held for to begin with; none if left out. */
  constructor(private held: Reason | 0 = 0) {}

  /** Whether nothing holds it. */
  get isFree(): boolean {
    return this.held === 0;
  }

  /** Holds it for `reason`. Does nothing if it is held for that already. */
  hold(reason: Reason): void {
    (this.held as number) |= reason;
  }

  /** Stops holding it for `reason`. Does nothing if it was not held for that. */
  release(reason: Reason): void {
    (this.held as number) &= ~reason;
  }

  /** @param reasons - One reason, or several, joined by `|`: whether it is held for any of them. */
  isHeldBy(reasons: number): boolean {
    return (this.held & reasons) !== 0;
  }

  /** @param reasons - One reason, or several, joined by `|`: whether it is held for no other. */
  isFreeBut(reasons: number): boolean {
    return (this.held & ~reasons) === 0;
  }
}

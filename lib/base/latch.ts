/**
 * Why something may not go on: a set of named reasons in one number, so that the hot path makes one
 * comparison. Code that holds the latch for a reason releases it for the same reason. When the last
 * reason is gone, everything that waited may go on.
 */

/** The reasons of one kind of latch: a name for each, and a power of two of its own. */
export type Reasons = Readonly<Record<string, number>>;

/**
 * @example
 * ```ts
 * const Why = { paused: 1, resting: 2 } as const;
 * const latch = new Latch(Why);
 * latch.hold(Why.paused);
 * latch.release(Why.paused);
 * if (latch.isFree) goOn();
 * ```
 */
export class Latch<Table extends Reasons> {
  private held = 0;

  /**
   * @param table - The reasons that there are.
   * @param first - The one that it is held for to begin with; none if left out.
   */
  constructor(
    private readonly table: Table,
    first?: Table[keyof Table],
  ) {
    if (first !== undefined) this.held = first;
  }

  /** Whether nothing holds it. */
  get isFree(): boolean {
    return this.held === 0;
  }

  /** Holds it for `reason`, also where it was held for that already. */
  hold(reason: Table[keyof Table]): void {
    this.held |= reason;
  }

  /** Stops holding it for `reason`. Does nothing if it was not held for that. */
  release(reason: Table[keyof Table]): void {
    this.held &= ~reason;
  }

  /** @param reasons - One reason, or several, joined by `|`: whether it is held for any of them. */
  isHeldBy(reasons: number): boolean {
    return (this.held & reasons) !== 0;
  }

  /** @param reasons - One reason, or several, joined by `|`: whether it is held for no other. */
  isFreeBut(reasons: number): boolean {
    return (this.held & ~reasons) === 0;
  }

  /** The names of the reasons that it is held for, in the table's order. */
  get names(): string[] {
    return Object.keys(this.table).filter((name) => this.isHeldBy(this.table[name]!));
  }

  /** What a debugger or `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.isFree ? 'Latch: free' : `Latch: held by ${this.names.join(', ')}`;
  }
}

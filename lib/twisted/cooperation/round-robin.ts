/**
 * Gives turns to the members of a round, which they join and leave at any time.
 *
 * Turns come in the order in which Python's iterator over a list gives them while the list changes,
 * because programs rely on it. That iterator is an index. A member that joins comes last. When a
 * member that has had its turn leaves, all members after it move up by one place, and the next one
 * is passed over in this round. A list would search and shift each time that a member leaves. Ten
 * thousand paused connections are ten thousand such members, so here it costs the same for any
 * number of members to join, to leave and to take a turn.
 */

/**
 * A member's seat in a {@link RoundRobin}. A member has the same seat for life, whether it is in
 * the round or not.
 */
export class Seat<T> {
  /**
   * A number that grows with each seat that is added, so it gives the order; 0 if the seat is not
   * in.
   */
  order = 0;
  before: Seat<T> | null = null;
  after: Seat<T> | null = null;

  constructor(readonly member: T) {}
}

/** The round. */
export class RoundRobin<T> {
  private first: Seat<T> | null = null;
  private last: Seat<T> | null = null;
  private lastOrder = 0;
  /**
   * The seat that has its turn next, or `null`: the index is at the end of the list, or past it.
   */
  private cursor: Seat<T> | null = null;
  /** How far past the end the index is: as many members that join are passed over. */
  private overshoot = 0;

  get isEmpty(): boolean {
    return this.first === null;
  }

  /** The members, in order. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let seat = this.first; seat !== null; seat = seat.after) yield seat.member;
  }

  /** Adds a seat at the end, unless it is in. */
  add(seat: Seat<T>): void {
    if (seat.order !== 0) return;
    seat.order = ++this.lastOrder;
    seat.before = this.last;
    if (this.last === null) this.first = seat;
    else this.last.after = seat;
    this.last = seat;
    if (this.cursor !== null) return;
    if (this.overshoot > 0) this.overshoot -= 1;
    else this.cursor = seat;
  }

  /**
   * Takes a seat out.
   *
   * @returns whether it was in.
   */
  remove(seat: Seat<T>): boolean {
    if (seat.order === 0) return false;
    const { cursor } = this;
    if (cursor === null) this.overshoot += 1;
    // The index stays while the list moves up: the next member is passed over, or takes this seat's
    // place.
    else if (seat.order <= cursor.order) this.cursor = cursor.after;
    if (seat.before === null) this.first = seat.after;
    else seat.before.after = seat.after;
    if (seat.after === null) this.last = seat.before;
    else seat.after.before = seat.before;
    seat.order = 0;
    seat.before = seat.after = null;
    return true;
  }

  /** The seat that has its turn now, or `null` at the end of the round. */
  next(): Seat<T> | null {
    const { cursor } = this;
    if (cursor !== null) this.cursor = cursor.after;
    return cursor;
  }

  /** Begins the round again. */
  rewind(): void {
    this.cursor = this.first;
    this.overshoot = 0;
  }

  /**
   * Removes all members.
   *
   * @returns the members that were in.
   */
  clear(): T[] {
    const members = [...this];
    while (this.first !== null) this.remove(this.first);
    this.rewind();
    return members;
  }
}

/**
 * Whose turn it is, in a round that its members join and leave at any time.
 *
 * Turns come in the order in which Python's iterator over a list gives them while the list changes,
 * because programs rely on it. That iterator is an index: who joins comes last, and when a member
 * leaves that has had its turn, all after it move up by one and the one that was next is passed
 * over in this round. A list would search and shift at each leave; here joining, leaving and
 * turning cost the same however many members there are, since ten thousand paused connections are
 * ten thousand leaves.
 */

/** A member's place in a {@link RoundRobin}. It has one for life, whether it is in or not. */
export class Place<T> {
  /** When it was last added: members stand in this order. 0: it is not in. */
  order = 0;
  before: Place<T> | null = null;
  after: Place<T> | null = null;

  constructor(readonly member: T) {}
}

/** The round. */
export class RoundRobin<T> {
  private first: Place<T> | null = null;
  private last: Place<T> | null = null;
  private lastOrder = 0;
  /** Whose turn is next, or `null`: the index is at the end of the list, or past it. */
  private cursor: Place<T> | null = null;
  /** How far past the end the index is: as many joiners are passed over. */
  private overshoot = 0;

  get isEmpty(): boolean {
    return this.first === null;
  }

  /** The members, in order. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let place = this.first; place !== null; place = place.after) yield place.member;
  }

  /** Adds a place at the end, unless it is in. */
  add(place: Place<T>): void {
    if (place.order !== 0) return;
    place.order = ++this.lastOrder;
    place.before = this.last;
    if (this.last === null) this.first = place;
    else this.last.after = place;
    this.last = place;
    if (this.cursor !== null) return;
    if (this.overshoot > 0) this.overshoot -= 1;
    else this.cursor = place;
  }

  /**
   * Takes a place out.
   *
   * @returns whether it was in.
   */
  remove(place: Place<T>): boolean {
    if (place.order === 0) return false;
    const { cursor } = this;
    if (cursor === null) this.overshoot += 1;
    // The index stays while the list moves up: the next one is passed over, or takes this place.
    else if (place.order <= cursor.order) this.cursor = cursor.after;
    if (place.before === null) this.first = place.after;
    else place.before.after = place.after;
    if (place.after === null) this.last = place.before;
    else place.after.before = place.before;
    place.order = 0;
    place.before = place.after = null;
    return true;
  }

  /** The place whose turn it is, or `null` at the end of the round. */
  next(): Place<T> | null {
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
   * Takes everyone out.
   *
   * @returns who was in.
   */
  clear(): T[] {
    const members = [...this];
    while (this.first !== null) this.remove(this.first);
    this.rewind();
    return members;
  }
}

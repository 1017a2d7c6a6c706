/**
 * First in, first out. Taking an item costs the same however many wait; an array's `shift` moves
 * all items behind it.
 */
export class Queue<T> {
  private items: T[] = [];
  /** How many of `items` were taken, from its beginning. */
  private taken = 0;

  /** How many wait. */
  get length(): number {
    return this.items.length - this.taken;
  }

  /** Puts `item` behind all others. */
  push(item: T): void {
    this.items.push(item);
  }

  /** Takes the first one; `undefined` if none waits. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.taken];
    this.taken += 1;
    // Half of the array is forgotten at a time, so that each item is moved once on average.
    if (this.taken * 2 >= this.items.length) this.forgetTaken();
    return item;
  }

  /** The first one, which goes on waiting; `undefined` if none waits. */
  peek(): T | undefined {
    return this.items[this.taken];
  }

  /** Takes all, in order. */
  takeAll(): T[] {
    this.forgetTaken();
    const all = this.items;
    this.items = [];
    return all;
  }

  private forgetTaken(): void {
    this.items.splice(0, this.taken);
    this.taken = 0;
  }
}

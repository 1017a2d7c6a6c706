/**
 * First in, first out. To take an item costs the same for any number of items; an array's `shift`
 * moves all later items.
 */
export class Queue<T> {
  private items: T[] = [];
  /** How many items, from the beginning of `items`, were taken. */
  private taken = 0;

  /** The number of items. */
  get length(): number {
    return this.items.length - this.taken;
  }

  /** Puts `item` after all others. */
  push(item: T): void {
    this.items.push(item);
  }

  /** Takes the first item; `undefined` if there is none. */
  shift(): T | undefined {
    const item = this.items[this.taken];
    this.taken += 1;
    // Half of the array is removed at a time, so that each item is moved once on average.
    if (this.taken * 2 >= this.items.length) this.forgetTaken();
    return item;
  }

  /** The first item, which stays in the queue; `undefined` if there is none. */
  peek(): T | undefined {
    return this.items[this.taken];
  }

  /** Takes all items, in order. */
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

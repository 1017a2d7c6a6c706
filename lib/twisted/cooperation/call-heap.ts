import type { DelayedCall } from './delayed-call.js';

/**
 * The calls that wait, ordered by the time at which they can be due, and calls for the same time by
 * their arrival. It is a binary heap that knows the place of each call, so that ten thousand
 * connections can cancel and move their timeouts without a search.
 */
export class CallHeap {
  private readonly entries: Entry[] = [];
  private readonly entryOf = new Map<DelayedCall, Entry>();
  private arrivals = 0;

  /** The call that can be due first, if there is one. */
  get first(): DelayedCall | undefined {
    return this.entries[0]?.call;
  }

  /** Puts `call` in. */
  add(call: DelayedCall): void {
    const entry = { call, arrival: this.arrivals++, index: this.entries.length };
    this.entryOf.set(call, entry);
    this.entries.push(entry);
    this.raise(entry);
  }

  /** Takes `call` out, if it is in. */
  remove(call: DelayedCall): void {
    const entry = this.entryOf.get(call);
    if (entry === undefined) return;
    this.entryOf.delete(call);
    const last = this.entries.pop() as Entry;
    if (last === entry) return;
    this.place(last, entry.index);
    this.raise(last);
    this.lower(last);
  }

  /** Moves `call` to its new place, if it is in and can now be due sooner. */
  movedSooner(call: DelayedCall): void {
    const entry = this.entryOf.get(call);
    if (entry !== undefined) this.raise(entry);
  }

  private raise(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.entries[(entry.index - 1) >> 1] as Entry;
      if (!isBefore(entry, parent)) return;
      this.swap(entry, parent);
    }
  }

  private lower(entry: Entry): void {
    for (;;) {
      const left = this.entries[2 * entry.index + 1];
      const right = this.entries[2 * entry.index + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, entry)) return;
      this.swap(child, entry);
    }
  }

  private swap(a: Entry, b: Entry): void {
    const { index } = a;
    this.place(a, b.index);
    this.place(b, index);
  }

  private place(entry: Entry, index: number): void {
    this.entries[index] = entry;
    entry.index = index;
  }
}

interface Entry {
  readonly call: DelayedCall;
  readonly arrival: number;
  index: number;
}

function isBefore(a: Entry, b: Entry): boolean {
  const [timeA, timeB] = [a.call.earliestTime, b.call.earliestTime];
  return timeA < timeB || (timeA === timeB && a.arrival < b.arrival);
}

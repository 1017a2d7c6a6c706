/**
 * Objects that register in place of a producer. A close must know what the producer depends on, and
 * whether it still has data: it asks the producer itself, and not the object in its place.
 */

/** The producers for which other objects have registered. */
const originals = new WeakMap<object, object>();

/** Remembers that `standIn` registers in place of `producer`, which it pauses and resumes. */
export function standInFor(standIn: object, producer: object): void {
  originals.set(standIn, producer);
}

/** The producer for which `producer` stands in, directly or through others; else itself. */
export function originalOf(producer: unknown): unknown {
  let original = producer as object;
  for (let next = originals.get(original); next !== undefined; next = originals.get(original)) {
    original = next;
  }
  return original;
}

/** The method by which a producer that buffers data of its own hands it to its consumer. */
export const handOver = Symbol('handOver');

interface Buffering {
  /**
   * Hands the consumer the data that it can, and returns whether any data is still buffered, or was
   * until now.
   */
  [handOver]?(): boolean;
}

/**
 * Lets `producer`, or the one for which it stands in, hand over the data that was written to it
 * before a close.
 *
 * @returns whether the close has to wait until that data has come.
 */
export function letHandOver(producer: object): boolean {
  return (originalOf(producer) as Buffering)[handOver]?.() ?? false;
}

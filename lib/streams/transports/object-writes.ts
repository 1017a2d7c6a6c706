/**
 * Objects that were written and not yet handed to a stream of objects: each stays a write of its
 * own.
 */
export class ObjectWrites {
  /**
   * No object is written at once, ahead of its turn: that is worth it for large chunks of bytes
   * only.
   */
  readonly large = Infinity;

  private objects: unknown[] = [];

  /** Objects that are buffered. */
  get size(): number {
    return this.objects.length;
  }

  /** Objects are counted one by one: none is spare. */
  spare = 0;

  /** Nothing is copied, so no memory of ours is taken out. */
  declare readonly taken: undefined;

  /** See {@link spare}. */
  appendIfSpare(_object: unknown): boolean {
    return false;
  }

  append(object: unknown): void {
    this.objects.push(object);
  }

  /**
   * Takes out everything that is buffered, in order.
   *
   * @param one - Take the first object only.
   */
  take(one: boolean): unknown[] {
    const { objects } = this;
    if (one) return [objects.shift()];
    this.objects = [];
    return objects;
  }
}

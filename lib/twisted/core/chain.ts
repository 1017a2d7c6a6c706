/** Follows a chain of protocols, wrappers and transports, each of which may have the next one. */

/** How many wrappers deep a chain is followed, so that a circle of wrappers ends. */
const DEEPEST = 32;

/** `first`, then the object that it has as its `next`, and so on. */
export function* chain<T extends object>(
  first: unknown,
  next: 'transport' | 'wrappedProtocol',
): Generator<T> {
  let member = first;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (typeof member !== 'object' || member === null) return;
    yield member as T;
    member = (member as Partial<Record<typeof next, unknown>>)[next];
  }
}

/** What protocols, wrappers and transports are to each other: each may have the next one. */

/** Wrappers deep that are looked through, so that a circle of them is left at some time. */
const DEEPEST = 32;

/** `first`, then what that has as its `next`, and so on. */
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

/**
 * Reads members of a value from outside: `const { write, end } = membersOf(value)`. The names are
 * spelt out in the code, because V8 caches the place of such a member. A member whose name is in a
 * variable is looked up each time; for the twelve of a new connection that took 3 µs.
 */

/** `value` as an object that may have any member, or lack it. */
export function membersOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value : NO_MEMBERS;
}

const NO_MEMBERS = {};

/** Whether each of `values` can be called. */
export function areFunctions(...values: unknown[]): boolean {
  for (const value of values) if (typeof value !== 'function') return false;
  return true;
}

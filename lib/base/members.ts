/**
 * Members of values that anyone may have made, by name: `const { write, end } = membersOf(value)`.
 * Spelt out like that, because V8 remembers where a member is that is named in the code; one named by a
 * variable it looks up again each time, which for the dozen of a new connection took 3 µs.
 */

/** `value` as an object that may have any member, or lack it. */
export function membersOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value : NOTHING;
}

const NOTHING = {};

/** Whether each of `values` can be called. */
export function areFunctions(...values: unknown[]): boolean {
  for (const value of values) if (typeof value !== 'function') return false;
  return true;
}

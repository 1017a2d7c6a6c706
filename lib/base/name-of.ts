/** The name of an object that has no class of its own. */
export const NAMELESS = 'an object';

/**
 * The name by which people know an object: its `Symbol.toStringTag` if it has one, and otherwise
 * the name of its class. An internal class sets the tag to the name of its public class.
 */
export function nameOf(value: object): string {
  const { [Symbol.toStringTag]: tag, constructor } = value as {
    [Symbol.toStringTag]?: unknown;
    constructor?: { name?: unknown };
  };
  if (typeof tag === 'string' && tag !== '') return tag;
  const name = constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name : NAMELESS;
}

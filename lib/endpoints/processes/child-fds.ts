/** The descriptors of a child. */
import { assertNumber, assertOptions, assertWholeNumber } from '../../base/arguments.js';
import { InvalidArgTypeError } from '../../base/errors.js';

/**
 * The kind of each of the child's descriptors. We write to `'w'` and read from `'r'`; a number is a
 * descriptor of ours that the child shares. If one of the first three is left out, it is open on
 * `/dev/null`; all others are closed. Node cannot read from a child's descriptor 0.
 */
export type ChildFDs = Readonly<Record<number, 'r' | 'w' | number>>;

/** No child needs more descriptors. The limit keeps a wrong number from using up the memory. */
const HIGHEST = 1023;

const RANGE = `a whole number from 0 to ${HIGHEST}`;
const isInRange = (given: number) => Number.isInteger(given) && given >= 0 && given <= HIGHEST;

/**
 * `childFDs` in the form that Node takes.
 *
 * @throws InvalidArgTypeError: a descriptor is neither `'r'`, `'w'` nor a number.
 * @throws OutOfRangeError: a number, of the child's descriptors or of ours, cannot be a descriptor.
 */
export function stdioFor(childFDs: unknown): ('pipe' | 'ignore' | number)[] {
  assertOptions(childFDs, 'options.childFDs');
  // Node makes pipes, which no code would read, of the first three if the array is shorter.
  const stdio: ('pipe' | 'ignore' | number)[] = ['ignore', 'ignore', 'ignore'];
  for (const [key, kind] of Object.entries(childFDs)) {
    const childFD = Number(key);
    assertNumber(childFD, 'a descriptor in options.childFDs', RANGE, isInRange);
    stdio[childFD] = stdioOf(childFD, kind);
  }
  return Array.from(stdio, (kind) => kind ?? 'ignore');
}

function stdioOf(childFD: number, kind: unknown): 'pipe' | number {
  const name = `options.childFDs[${childFD}]`;
  if (kind === 'w' || (kind === 'r' && childFD !== 0)) return 'pipe';
  if (typeof kind !== 'number') {
    const kinds = childFD === 0 ? "'w' or a descriptor" : "'r', 'w' or a descriptor";
    throw new InvalidArgTypeError(name, kinds, kind);
  }
  assertWholeNumber(kind, name, 0);
  return kind;
}

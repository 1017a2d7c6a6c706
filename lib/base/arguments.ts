/** Checks of arguments that users hand in. Each throws before anything has changed. */
import { InvalidArgTypeError, OutOfRangeError } from './errors.js';

/** @throws InvalidArgTypeError: `options` is not an object. */
export function assertOptions(options: unknown, name = 'options'): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgTypeError(name, 'an object', options);
  }
}

/** @throws InvalidArgTypeError: `value` is not a function. */
export function assertFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw new InvalidArgTypeError(name, 'a function', value);
}

/** @throws InvalidArgTypeError: `value` is given, and is not a boolean. */
export function assertBoolean(value: unknown, name: string): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new InvalidArgTypeError(name, 'a boolean', value);
}

/**
 * @param expected - The end of the sentence 'must be …'.
 * @param isInRange - Whether a number is in range; `false` for `NaN`.
 * @throws InvalidArgTypeError: `value` is not a number.
 * @throws OutOfRangeError: it is a number that is out of range.
 */
export function assertNumber(
  value: unknown,
  name: string,
  expected: string,
  isInRange: (value: number) => boolean,
): asserts value is number {
  if (typeof value !== 'number') throw new InvalidArgTypeError(name, expected, value);
  if (!isInRange(value)) throw new OutOfRangeError(name, expected, value);
}

/**
 * @throws InvalidArgTypeError: `value` is not a number.
 * @throws OutOfRangeError: it is not a whole number of at least `least`.
 */
export function assertWholeNumber(value: unknown, name: string, least: number): void {
  const isInRange = (given: number) => Number.isSafeInteger(given) && given >= least;
  assertNumber(value, name, `a whole number of at least ${least}`, isInRange);
}

/**
 * The items of `data`, a sequence.
 *
 * @param expected - The end of the sentence 'must be …'.
 * @param isOther - Whether it is iterable and another thing all the same, as one `Buffer` is.
 * @throws InvalidArgTypeError: `data` is not iterable.
 */
export function itemsOf(
  data: unknown,
  name: string,
  expected: string,
  isOther?: boolean,
): unknown[] {
  const sequence = data as Iterable<unknown> | null | undefined;
  if (isOther || typeof data !== 'object' || !sequence?.[Symbol.iterator]) {
    throw new InvalidArgTypeError(name, expected, data);
  }
  return [...sequence];
}

/**
 * @throws InvalidArgTypeError: `value` is `null`, which ends a stream and cannot pass through it.
 */
export function assertNotNull(value: unknown, name: string): void {
  if (value === null) throw new InvalidArgTypeError(name, 'any value but null', value);
}

/** @throws InvalidArgTypeError: `value` lacks the method that the caller needs. */
export function assertMethod<Method extends string>(
  value: unknown,
  name: string,
  method: Method,
): void {
  const { [method]: found } = (value ?? {}) as Partial<Record<Method, unknown>>;
  if (typeof found !== 'function') {
    throw new InvalidArgTypeError(name, `an object with ${method}()`, value);
  }
}

/**
 * Checks that no option of `options` is a misspelling of one of `names`: it differs only in case,
 * or by a letter or two. An option that resembles no name is allowed, because programs pass one
 * object to several functions.
 *
 * @param options - The user's options. Only own properties are checked.
 * @param names - Every option that the function reads.
 * @param name - The argument, for the message.
 * @throws InvalidArgTypeError: an option is misspelt; the message names the right one.
 */
export function assertKnownOptions(
  options: object,
  names: readonly string[],
  name = 'options',
): void {
  for (const given of Object.keys(options)) {
    if (names.includes(given)) continue;
    const meant = names.find((known) => isMisspelt(given, known));
    if (meant === undefined) continue;
    const { [given]: value } = options as Record<string, unknown>;
    throw new InvalidArgTypeError(`${name}.${given}`, `spelt "${meant}"`, value);
  }
}

function isMisspelt(given: string, known: string): boolean {
  // One slip from 4 letters on, two from 7 on: of shorter names, both may be right.
  const slips = Math.floor((Math.min(given.length, known.length, 7) - 1) / 3);
  return differsBy(slips, given.toLowerCase(), known.toLowerCase());
}

/**
 * Whether `right` can be made of `left` by at most so many `slips`: a letter added, left out or
 * replaced, or swapped with the next one.
 */
function differsBy(slips: number, left: string, right: string): boolean {
  if (left === right) return true;
  // Only faster: the options of each connection are checked.
  if (Math.abs(left.length - right.length) > slips) return false;
  if (left[0] === right[0]) return differsBy(slips, left.slice(1), right.slice(1));
  const differ = (leftAfter: number, rightAfter: number): boolean =>
    differsBy(slips - 1, left.slice(leftAfter), right.slice(rightAfter));
  return (
    slips > 0 &&
    (differ(1, 0) ||
      differ(0, 1) ||
      differ(1, 1) ||
      (left[0] === right[1] && left[1] === right[0] && differ(2, 2)))
  );
}

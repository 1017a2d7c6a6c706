/** Checks of arguments that users hand in. Each throws before anything has changed. */
import { InvalidArgTypeError } from './errors.js';

/** @throws InvalidArgTypeError: `options` is not an object. */
export function assertOptions(options: unknown, name = 'options'): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgTypeError(name, 'an object', options);
  }
}

/** @throws InvalidArgTypeError: `value` lacks the one method that is needed of it. */
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
 * Checks that no option of `options` is a misspelling of one of `names`: it differs only in case, or
 * by a letter or two. An option that resembles none of them is left alone, because people pass one
 * object to several functions.
 *
 * @param options - What the user handed in. Only its own properties are looked at.
 * @param names - Every option that is read from it.
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
  const [left, right] = [given.toLowerCase(), known.toLowerCase()];
  if (left === right) return true;
  const allowed = allowedSlips(Math.min(left.length, right.length));
  return Math.abs(left.length - right.length) <= allowed && distance(left, right) <= allowed;
}

/** Letters that may differ: short names differ by one or two although both are meant. */
function allowedSlips(length: number): number {
  if (length < 4) return 0;
  return length < 7 ? 1 : 2;
}

/** How many letters must be added, left out or replaced to make `right` of `left`; or neighbours swapped. */
function distance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      let least = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
      );
      if (left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        least = Math.min(least, (beforeLast[column - 2] ?? Infinity) + 1);
      }
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] as number;
}

/** The functions of users that make objects for a check, and their mistakes. */
import { build } from '../../base/build.js';
import { InvalidArgTypeError } from '../../base/errors.js';

/** A function that makes the objects that are checked. It is called once for each rule. */
export type Maker<Made, Args extends unknown[] = []> = (...args: Args) => Made | Promise<Made>;

/** Carries the error of a maker out of a rule: it is the maker's mistake, and breaks no rule. */
export class MakerFailed extends Error {}

/**
 * Calls the maker, with `new` if it is a class.
 *
 * @throws the error that the maker throws.
 */
export function callMaker<Made, Args extends unknown[]>(
  make: Maker<Made, Args>,
  args: Args,
): Made | Promise<Made> {
  return build(make, args);
}

/** @throws InvalidArgTypeError: the maker has not made an object. */
export function assertMade(made: unknown, expected: string): asserts made is object {
  if (typeof made === 'object' && made !== null) return;
  throw new InvalidArgTypeError('make', expected, made);
}

/** What a user's function makes for a check, and what it may do wrong. */
import { build } from '../../base/build.js';
import { InvalidArgTypeError } from '../../base/errors.js';

/** What makes the things that are checked; called once for each rule. */
export type Maker<Made, Args extends unknown[] = []> = (...args: Args) => Made | Promise<Made>;

/** Carries what a maker threw out of a rule: it is the maker's fault, and breaks no rule. */
export class MakerFailed extends Error {}

/**
 * Calls the maker; one that is a class is constructed.
 *
 * @throws what the maker throws.
 */
export function callMaker<Made, Args extends unknown[]>(
  make: Maker<Made, Args>,
  args: Args,
): Made | Promise<Made> {
  return build(make, args);
}

/** @throws InvalidArgTypeError: the maker has made no object. */
export function assertMade(made: unknown, expected: string): asserts made is object {
  if (typeof made === 'object' && made !== null) return;
  throw new InvalidArgTypeError('make', expected, made);
}

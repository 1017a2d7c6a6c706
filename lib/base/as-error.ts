import { isNativeError } from 'node:util/types';

/**
 * Whether `value` is an error, of this realm or another: Jest and `node:vm` run modules in a realm
 * of their own, while the errors of Node are of the main one.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

/** `thrown`, or an error with it as its `cause`: a stream can only be destroyed with an error. */
export function asError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  return new Error('A value that is not an Error was thrown', { cause: thrown });
}

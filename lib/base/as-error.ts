/** `thrown`, or an error with it as its `cause`: a stream can only be destroyed with an error. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error('A value that is not an Error was thrown', { cause: thrown });
}

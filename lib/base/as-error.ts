/** `thrown`, or an error with it as its `cause`: a stream can only be destroyed with an error. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error('Something that is no error was thrown', { cause: thrown });
}

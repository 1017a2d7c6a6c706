/** The reason of `promise`; fails if it doesn't reject. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (reason) {
    return reason;
  }
  throw new Error('It was to reject, and resolved');
}

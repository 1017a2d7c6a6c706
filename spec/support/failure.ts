/** The error that the callbacks of a spec throw. */
export const failure = new Error('Oops');

/** A callback that throws {@link failure}. */
export const fails = (): never => {
  throw failure;
};

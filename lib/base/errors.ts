/** The errors of misuse. Match errors on `code` (or `instanceof`), never on the message. */
import { builtIn } from './built-in.js';

/**
 * A subclass left out a method that its base class calls. `code` is `ERR_METHOD_NOT_IMPLEMENTED`,
 * as in Node.
 *
 * @see Twisted: `NotImplementedError`
 */
export class MethodNotImplementedError extends Error {
  /** Match on this. */
  readonly code = 'ERR_METHOD_NOT_IMPLEMENTED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param owner - The object.
   * @param method - The method that it lacks.
   */
  constructor(owner: object, method: string) {
    super(`${owner.constructor.name || 'The class'} does not implement ${method}()`);
    this.name = new.target.name;
  }
}

/**
 * An argument is of the wrong kind; nothing was changed. `code` is `ERR_INVALID_ARG_TYPE`, as in
 * Node.
 *
 * @see Twisted: `TypeError`
 */
export class InvalidArgTypeError extends TypeError {
  /** Match on this. */
  readonly code = 'ERR_INVALID_ARG_TYPE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param name - The argument.
   * @param expected - The end of the sentence 'must be …'.
   * @param actual - The value that was given.
   */
  constructor(name: string, expected: string, actual: unknown) {
    super(`The "${name}" argument must be ${expected}. Received ${describe(actual)}`);
    this.name = new.target.name;
  }
}

/**
 * A number is out of range; nothing was changed. `code` is `ERR_OUT_OF_RANGE`, as in Node.
 *
 * @see Twisted: `ValueError`
 */
export class OutOfRangeError extends RangeError {
  /** Match on this. */
  readonly code = 'ERR_OUT_OF_RANGE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param name - The value.
   * @param expected - The end of the sentence 'must be …'.
   * @param actual - The value that was given.
   */
  constructor(name: string, expected: string, actual: unknown) {
    super(`The value of "${name}" must be ${expected}. Received ${describe(actual)}`);
    this.name = new.target.name;
  }
}

/**
 * A call that is not allowed now, though it may be at another time; nothing was changed. `code` is
 * `ERR_INVALID_STATE`, as in Node.
 *
 * @see Twisted: `RuntimeError`
 */
export class InvalidStateError extends Error {
  /** Match on this. */
  readonly code = 'ERR_INVALID_STATE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says which call is not allowed, and when.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** One short phrase for any value, for the end of a message. */
function describe(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name}`.trimEnd();
  if (typeof value === 'object' && value) {
    const { constructor } = value as { constructor?: { name?: string } };
    return `an instance of ${constructor?.name || 'Object'}`;
  }
  // A string is cut to the length to which Node cuts it in its own messages.
  return builtIn('node:util').inspect(value, { maxStringLength: 28 });
}

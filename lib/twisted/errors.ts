/**
 * The errors of the library. Match them on `code` (or `instanceof`), never on the message.
 */
import { inspect } from 'node:util';

/**
 * The connection is over; its subclasses say how it ended.
 *
 * @see Twisted: `twisted.internet.error.ConnectionClosed`
 */
export class ConnectionClosed extends Error {
  /** What to match on. */
  readonly code: string = 'ERR_CONNECTION_CLOSED';

  /**
   * @param message - What happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'Connection was closed.', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * The connection was closed cleanly, by either end. `code` is `ERR_CONNECTION_DONE`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionDone`
 */
export class ConnectionDone extends ConnectionClosed {
  override readonly code: string = 'ERR_CONNECTION_DONE';

  constructor(message = 'Connection was closed cleanly.', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The connection ended in any other way; `cause` holds the stream's own error where there was one.
 * `code` is `ERR_CONNECTION_LOST`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionLost`
 */
export class ConnectionLost extends ConnectionClosed {
  override readonly code: string = 'ERR_CONNECTION_LOST';

  constructor(
    message = 'Connection to the other side was lost in a non-clean fashion.',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The connection was dropped from this side by `abortConnection`. `code` is
 * `ERR_CONNECTION_ABORTED`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionAborted`
 */
export class ConnectionAborted extends ConnectionLost {
  override readonly code: string = 'ERR_CONNECTION_ABORTED';

  constructor(
    message = 'Connection was aborted locally using abortConnection.',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * A consumer takes one producer at a time; nothing was changed. `code` is
 * `ERR_PRODUCER_ALREADY_REGISTERED`.
 *
 * @see Twisted: the `RuntimeError` of `IConsumer.registerProducer`
 */
export class ProducerAlreadyRegisteredError extends Error {
  /** What to match on. */
  readonly code = 'ERR_PRODUCER_ALREADY_REGISTERED';

  constructor(
    message = 'Cannot register a producer: the one registered before was never unregistered.',
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * A transfer ended because its consumer wanted no more of it. `code` is `ERR_PRODUCER_STOPPED`.
 *
 * @see Twisted: the `Exception` of `FileSender.stopProducing`
 */
export class ProducerStoppedError extends Error {
  /** What to match on. */
  readonly code = 'ERR_PRODUCER_STOPPED';

  constructor(message = 'Consumer asked us to stop producing', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * A subclass left out a method that its base class calls. `code` is `ERR_METHOD_NOT_IMPLEMENTED`,
 * as in Node.
 *
 * @see Twisted: `NotImplementedError`
 */
export class MethodNotImplementedError extends Error {
  /** What to match on. */
  readonly code = 'ERR_METHOD_NOT_IMPLEMENTED';

  /**
   * @param owner - The object.
   * @param method - What it lacks.
   */
  constructor(owner: object, method: string) {
    super(`${owner.constructor.name} does not implement ${method}()`);
    this.name = new.target.name;
  }
}

/**
 * An argument is not of the kind that is due; nothing was changed. `code` is
 * `ERR_INVALID_ARG_TYPE`, as in Node.
 *
 * @see Twisted: `TypeError`
 */
export class InvalidArgTypeError extends TypeError {
  /** What to match on. */
  readonly code = 'ERR_INVALID_ARG_TYPE';

  /**
   * @param name - The argument.
   * @param expected - What it must be, as the end of 'must be …'.
   * @param actual - What was given.
   */
  constructor(name: string, expected: string, actual: unknown) {
    super(`The "${name}" argument must be ${expected}. Received ${describe(actual)}`);
    this.name = new.target.name;
  }
}

/**
 * A number lies outside what it may be; nothing was changed. `code` is `ERR_OUT_OF_RANGE`, as in
 * Node.
 *
 * @see Twisted: `ValueError`
 */
export class OutOfRangeError extends RangeError {
  /** What to match on. */
  readonly code = 'ERR_OUT_OF_RANGE';

  /**
   * @param name - The value.
   * @param expected - What it must be, as the end of 'must be …'.
   * @param actual - What was given.
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
  /** What to match on. */
  readonly code = 'ERR_INVALID_STATE';

  /** @param message - What is not allowed, and when. */
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** One short phrase for any value, for the end of a message. */
function describe(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name}`.trimEnd();
  if (typeof value === 'object' && value !== null) {
    const { constructor } = value as { constructor?: { name?: string } };
    return `an instance of ${constructor?.name ?? 'Object'}`;
  }
  return inspect(value, { maxStringLength: 28 });
}

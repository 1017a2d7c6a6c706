/**
 * The errors of connections and servers that could not be made. Match them on `code` or class;
 * `cause` is Node's error.
 */

/**
 * A connection could not be made. `code` is the cause's, or else `ERR_CONNECT`.
 *
 * @see Twisted: `twisted.internet.error.ConnectError`
 */
export class ConnectError extends Error {
  /** Match on this. */
  readonly code: string;

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: Node's error, if there is one.
   */
  constructor(message = 'An error occurred while connecting', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = codeOf(options?.cause) ?? 'ERR_CONNECT';
  }
}

/**
 * No program listens at the address. `code` is `ECONNREFUSED`.
 *
 * @see Twisted: `twisted.internet.error.ConnectionRefusedError`
 */
export class ConnectionRefusedError extends ConnectError {}

/**
 * The name of the host couldn't be looked up. `code` is that of the look-up, such as `ENOTFOUND`.
 *
 * @see Twisted: `twisted.internet.error.UnknownHostError`, `DNSLookupError`
 */
export class UnknownHostError extends ConnectError {}

/**
 * The attempt was given up from this side: by `stopConnecting`, `disconnect`, or the signal; the
 * signal's reason is then the `cause`. `code` is the cause's, or else `ABORT_ERR`.
 *
 * @see Twisted: `twisted.internet.error.UserError`
 */
export class UserError extends ConnectError {
  override readonly code: string;

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'The attempt to connect was given up', options?: ErrorOptions) {
    super(message, options);
    this.code = codeOf(options?.cause) ?? 'ABORT_ERR';
  }
}

/**
 * The attempt took longer than its `timeout`. `code` is `ETIMEDOUT`.
 *
 * @see Twisted: `twisted.internet.error.TimeoutError`
 */
export class TimeoutError extends UserError {
  override readonly code = 'ETIMEDOUT';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message = 'Connecting took too long', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The server can't listen: the port is in use, or the path can't be written. `code` is Node's, such
 * as `EADDRINUSE`, or else `ERR_CANNOT_LISTEN`.
 *
 * @see Twisted: `twisted.internet.error.CannotListenError`
 */
export class CannotListenError extends Error {
  /** Match on this. */
  readonly code: string;

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   * @param options - `cause`: Node's error, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = codeOf(options?.cause) ?? 'ERR_CANNOT_LISTEN';
  }
}

/** The library's own error for `cause`, the error with which Node gave up connecting. */
export function connectErrorFor(cause: Error): ConnectError {
  if (cause instanceof ConnectError) return cause;
  const options = { cause };
  const why = whatNodeSays(cause);
  switch (isLookup(cause) ? 'ENOTFOUND' : codeOf(cause)) {
    case 'ECONNREFUSED':
      return new ConnectionRefusedError(
        `Connection was refused by the other side: ${why}`,
        options,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UnknownHostError(`The host's name couldn't be looked up: ${why}`, options);
    case 'ETIMEDOUT':
      return new TimeoutError(`The connection timed out: ${why}`, options);
    default:
      return new ConnectError(`An error occurred while connecting: ${why}`, options);
  }
}

/** Node's messages name the address. The error for a host with several addresses has no message. */
function whatNodeSays(cause: Error): string {
  if (cause.message !== '' || !('errors' in cause)) return cause.message;
  return (cause as AggregateError).errors.map((error: Error) => error.message).join('; ');
}

/** Whether the look-up of a name has failed, for whatever reason: there are many codes. */
function isLookup(cause: Error): boolean {
  return 'syscall' in cause && cause.syscall === 'getaddrinfo';
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/**
 * The errors of endpoints that did not connect, or could not be made. Match them on `code` or
 * class.
 */
import type { IAddress } from '../../twisted/core/index.js';
import { ConnectError, UserError } from '../sockets/index.js';

/**
 * The signal of an endpoint's `connect` aborted before there was a connection; its reason is the
 * `cause`. `code` is the cause's, or else `ABORT_ERR`.
 *
 * @see Twisted: `twisted.internet.error.ConnectingCancelledError`
 */
export class ConnectingCancelledError extends UserError {
  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param address - The address that the endpoint was connecting to.
   * @param options - `cause`: the reason of the signal.
   */
  constructor(
    /** The address that the endpoint was connecting to. */
    readonly address: IAddress,
    options?: ErrorOptions,
  ) {
    super('The attempt to connect was cancelled', options);
  }
}

/**
 * The factory built no protocol, so the connection was closed. `code` is `ERR_NO_PROTOCOL`.
 *
 * @see Twisted: `twisted.internet.error.NoProtocol`
 */
export class NoProtocol extends ConnectError {
  override readonly code = 'ERR_NO_PROTOCOL';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'The factory built no protocol for the connection') {
    super(message);
  }
}

/**
 * The description of an endpoint is not valid; no endpoint was made. `code` is
 * `ERR_INVALID_ARG_VALUE`, as in Node.
 *
 * @see Twisted: `ValueError`, `TypeError`
 */
export class EndpointDescriptionError extends Error {
  /** Match on this. */
  readonly code: string = 'ERR_INVALID_ARG_VALUE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says which part of the description is wrong, and why.
   * @param options - `cause`: the error behind this one, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * @returns the error for a `type` that is not in `known`. Its message is Twisted's, which programs
 *   and tests compare; the remedy is the message of its `cause`.
 */
export function unknownType(type: string, known: readonly string[]): EndpointDescriptionError {
  const names = known.map((name) => `'${name}:'`).join(', ');
  const cause = new Error(`A description begins with ${names}`);
  return new EndpointDescriptionError(`Unknown endpoint type: '${type}'`, { cause });
}

/**
 * The description asks for a feature that Twisted has and Node does not have. `code` is
 * `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM`, as in Node.
 */
export class UnsupportedEndpointError extends EndpointDescriptionError {
  override readonly code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
}

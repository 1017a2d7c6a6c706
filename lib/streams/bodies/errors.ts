/** How the delivery of a body ended: the reasons that its protocol's `connectionLost` is given. */
import { ConnectionDone, ConnectionLost } from '../../twisted/core/index.js';

/**
 * All of the body was delivered. `code` is `ERR_RESPONSE_DONE`.
 *
 * @see Twisted: `twisted.web.client.ResponseDone`
 */
export class ResponseDone extends ConnectionDone {
  override readonly code: string = 'ERR_RESPONSE_DONE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'Response body fully received') {
    super(message);
  }
}

/**
 * The body has ended because its connection did. This looks the same as a connection that was cut:
 * the response has neither `Content-Length` nor `Transfer-Encoding`. `code` is
 * `ERR_POTENTIAL_DATA_LOSS`.
 *
 * @see Twisted: `twisted.web.http.PotentialDataLoss`
 */
export class PotentialDataLoss extends ConnectionDone {
  override readonly code: string = 'ERR_POTENTIAL_DATA_LOSS';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'The body ended with its connection: it may be complete, or not') {
    super(message);
  }
}

/**
 * Not all of the body was delivered. `code` is `ERR_RESPONSE_FAILED`.
 *
 * @see Twisted: `twisted.web.client.ResponseFailed`
 */
export class ResponseFailed extends ConnectionLost {
  override readonly code: string = 'ERR_RESPONSE_FAILED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param reasons - Why; the first is the `cause` as well. `ConnectionDone` or `ConnectionAborted`
   *   if the protocol closed its transport.
   * @param response - The response that the body was read from.
   */
  constructor(
    /** Why it was not; the first is the `cause` as well. */
    readonly reasons: readonly Error[],
    /** The response that the body was read from. */
    readonly response: object | null = null,
  ) {
    super('Not all of the body was received', { cause: reasons[0] });
  }
}

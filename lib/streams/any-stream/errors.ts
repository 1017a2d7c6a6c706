/** The error for a stream that was lost without an error of its own. */

/**
 * A stream was closed or ended by other code before everything was written. It is the `cause` of a
 * `ConnectionLost`. `code` is `ERR_STREAM_PREMATURE_CLOSE`, as in Node. Twisted, which has no
 * streams, has none.
 */
export class PrematureCloseError extends Error {
  /** Match on this. */
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE';

  /**
   * Makes the error, as the library does; so may a class or a test of your own.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'The stream was closed before it was done') {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * No connection will come: the service was stopped, or a signal ended the wait; the reason of the
 * signal is then the `cause`. `code` is `ABORT_ERR`, as in Node.
 *
 * @see Twisted: `twisted.internet.defer.CancelledError`
 */
export class CancelledError extends Error {
  /** Match on this. */
  readonly code = 'ABORT_ERR';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what won't come, for a person.
   * @param options - `cause`: the reason of the signal.
   */
  constructor(message = 'The operation was cancelled.', options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

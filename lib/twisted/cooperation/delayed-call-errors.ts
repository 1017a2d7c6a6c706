/** The errors of a delayed call that can no longer be changed. */

/**
 * The call was cancelled before. `code` is `ERR_ALREADY_CANCELLED`.
 *
 * @see Twisted: `twisted.internet.error.AlreadyCancelled`
 */
export class AlreadyCancelled extends Error {
  /** Match on this. */
  readonly code = 'ERR_ALREADY_CANCELLED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'Tried to cancel an already-cancelled event.') {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * The call was made before. `code` is `ERR_ALREADY_CALLED`.
 *
 * @see Twisted: `twisted.internet.error.AlreadyCalled`
 */
export class AlreadyCalled extends Error {
  /** Match on this. */
  readonly code = 'ERR_ALREADY_CALLED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'Tried to cancel an already-called event.') {
    super(message);
    this.name = new.target.name;
  }
}

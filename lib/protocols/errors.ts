/** The errors of receivers. Match errors on `code` (or `instanceof`), never on the message. */

/**
 * The received bytes are not a netstring. `code` is `ERR_NETSTRING_PARSE`.
 *
 * @see Twisted: `twisted.protocols.basic.NetstringParseError`
 */
export class NetstringParseError extends Error {
  /** Match on this. */
  readonly code = 'ERR_NETSTRING_PARSE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what is wrong with the bytes.
   */
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * A string has more bytes than its length prefix can express; nothing was written. `code` is
 * `ERR_STRING_TOO_LONG`.
 *
 * @see Twisted: `twisted.protocols.basic.StringTooLongError`
 */
export class StringTooLongError extends RangeError {
  /** Match on this. */
  readonly code = 'ERR_STRING_TOO_LONG';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param length - The number of its bytes.
   * @param maximum - The largest number that it may have.
   */
  constructor(length: number, maximum: number) {
    super(`A string of ${length} bytes can't be sent: the length prefix says at most ${maximum}`);
    this.name = new.target.name;
  }
}

/** What a stream did to be lost, where it gave no error of its own. */

/**
 * A stream was closed, or ended by someone else, before all was written. It is the `cause` of a
 * `ConnectionLost`. `code` is `ERR_STREAM_PREMATURE_CLOSE`, as in Node. Twisted, which has no streams,
 * has none.
 */
export class PrematureCloseError extends Error {
  /** What to match on. */
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE';

  constructor(message = 'The stream was closed before it was done') {
    super(message);
    this.name = new.target.name;
  }
}

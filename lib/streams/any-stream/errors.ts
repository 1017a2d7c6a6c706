/** Why a stream was lost, also one without an error of its own. */
import type { EmitterLike } from './capabilities.js';

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

/**
 * Why `stream` is gone. minipass has no property for its error, but repeats it to each new listener.
 */
export function lossOf(stream: EmitterLike & { readonly errored?: unknown }): unknown {
  let reason: unknown = stream.errored ?? undefined;
  if (reason === undefined) {
    const note = (error: unknown): void => {
      reason = error;
    };
    stream.on('error', note);
    stream.removeListener('error', note);
  }
  return reason ?? new PrematureCloseError();
}

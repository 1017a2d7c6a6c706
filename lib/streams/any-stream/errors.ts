/** Why a stream was lost, also one without an error of its own. */
import { setImmediate } from '../../base/timers.js';
import type { AnyWritable } from './capabilities.js';
import type { AnyReadable } from './readable-capabilities.js';
import { mayYetTellWhy } from './stream-state.js';

/**
 * A stream was closed or ended by other code, or by the other end, before everything was written or
 * read. It is the `cause` of a `ConnectionLost`; the transfer of a `ReadableProducer` rejects with it.
 * `code` is `ERR_STREAM_PREMATURE_CLOSE`, as in Node. Twisted, which has no streams, has none.
 */
export class PrematureCloseError extends Error {
  /** Match on this. */
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'The stream was closed before it was done') {
    super(message);
    this.name = new.target.name;
  }
}

type Failed = (AnyReadable | AnyWritable) & {
  /** Where streamx keeps its error. */
  readonly _readableState?: { readonly error?: unknown } | null;
  readonly _writableState?: { readonly error?: unknown } | null;
};

/**
 * Why `stream` is gone, as far as it tells by now. The streams of `readable-stream` 2 and 3, and so
 * of through2 and duplexify, keep no error: once they have said it, it is not known any more.
 */
export function lossOf(stream: Failed): unknown {
  return knownLoss(stream) ?? new PrematureCloseError();
}

/**
 * Calls `then` with the reason why `stream` is gone: at once, unless its `error` may yet tell that.
 */
export function tellLoss(stream: Failed, then: (reason: unknown) => void): void {
  let reason = knownLoss(stream);
  if (reason !== undefined || !mayYetTellWhy(stream)) {
    then(reason ?? new PrematureCloseError());
    return;
  }
  const note = (error: unknown): void => {
    reason = error;
  };
  stream.on('error', note);
  setImmediate(() => {
    stream.removeListener('error', note);
    then(reason ?? new PrematureCloseError());
  });
}

function knownLoss(stream: Failed): unknown {
  const { errored, _readableState, _writableState } = stream;
  let reason: unknown = errored ?? _readableState?.error ?? _writableState?.error ?? undefined;
  // The error that streamx makes for a stream that was destroyed without one.
  if ((reason as { code?: unknown } | undefined)?.code === 'STREAM_DESTROYED') reason = undefined;
  // minipass has no property for its error, but repeats it to each new listener.
  const note = (error: unknown): void => {
    reason = error;
  };
  stream.on('error', note);
  stream.removeListener('error', note);
  return reason;
}

/** The steps that the streams of this room share when they are destroyed. */
import type { Readable, Writable } from '#stream';

import { asError } from '../../base/as-error.js';
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';

/**
 * Whether a stream that is destroyed with `error` is destroyed as `destroy()` does it. `for await`
 * does so at its end and at `break`, with an `AbortError` of its own; that of an `AbortSignal` has
 * the signal's reason as its `cause`.
 */
export function isPlainDestroy(error: Error | null): boolean {
  if (error === null) return true;
  return error.name === 'AbortError' && !('cause' in error);
}

/**
 * Destroys `stream` if a method of what it stands in front of is async and rejects, as if it had
 * thrown. If the stream is destroyed by then, logs the reason.
 *
 * @param returned - What the method returned.
 */
export function heedFor(stream: Readable | Writable, returned: unknown): void {
  whenRejected(returned, (reason) => destroyFor(stream, reason));
}

const LATE = 'A callback failed after its stream was over';

/**
 * Destroys `stream`, because its producer, consumer or transport has failed. If the stream is over, the
 * error is only logged.
 */
export function destroyFor(stream: Readable | Writable, reason: unknown): void {
  if (stream.destroyed) {
    log.err(reason, LATE);
  } else {
    stream.destroy(asError(reason));
  }
}

/** Chunks that were written to `stream` and have yet to be given to its `_write`, in order. */
export function waitingIn(stream: Writable): Buffer[] {
  // Node's own getter; its declarations lack it.
  const { writableBuffer } = stream as Writable & {
    readonly writableBuffer: readonly { readonly chunk: Buffer }[];
  };
  return writableBuffer.map(({ chunk }) => chunk);
}

/**
 * Makes a stream that is destroyed one that was cut short, if its reader has not got everything.
 * (If it is destroyed without an error, Node's `pipeline` waits for the `'end'` of a stream to which
 * nothing was to be added, also when it was destroyed with data unread; that `'end'` never comes.)
 *
 * @param stream - Is being destroyed.
 */
export function forgetEnd(stream: Readable): void {
  const { _readableState: state } = stream as Readable & { _readableState: { ended: boolean } };
  if (!stream.readableEnded) state.ended = false;
}

/**
 * Finishes a `_destroy`: leaves what the stream stands in front of, and calls back whatever that
 * throws.
 *
 * @param leave - Leaves it. If it throws, that is the stream's error; if the stream has another
 *   one, it is logged.
 * @param error - What the stream is destroyed with.
 * @param callback - Node's.
 */
export function leaveAndCallBack(
  leave: () => void,
  error: Error | null,
  callback: (error: Error | null) => void,
): void {
  let failure: Error | null = null;
  try {
    leave();
  } catch (thrown) {
    failure = asError(thrown);
    if (error !== null) log.err(thrown, LATE);
  }
  callback(error ?? failure);
}

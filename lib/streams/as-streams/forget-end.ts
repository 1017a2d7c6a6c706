import type { Readable } from '#stream';

/**
 * Makes a stream that is destroyed without an error one that was cut short, if its reader has not
 * got everything. (Node's `pipeline` waits for the `'end'` of a stream to which nothing was to be
 * added, also when it was destroyed with data unread; that `'end'` never comes.)
 *
 * @param stream - Is being destroyed.
 */
export function forgetEnd(stream: Readable): void {
  const { _readableState: state } = stream as Readable & { _readableState: { ended: boolean } };
  if (!stream.readableEnded) state.ended = false;
}

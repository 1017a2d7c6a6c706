/**
 * One adapter at a time for each half of a stream: two that write would each wait for the `drain`
 * of the other, and two readers would each pause a stream that the other wants to flow.
 */
import { InvalidStateError } from '../../base/errors.js';

const READER = Symbol('twisted-streams.reader');

interface Read {
  /** The adapter that reads it; `null` once none does. */
  [READER]?: object | null;
}

/** @throws InvalidStateError: an adapter reads `stream`. */
export function assertUnread(stream: object): void {
  if ((stream as Read)[READER]) throw new InvalidStateError('Another adapter reads this stream');
}

/**
 * From now on `reader` reads `stream`, until it says otherwise.
 *
 * @throws InvalidStateError: another one does; nothing has changed.
 */
export function claimReading(stream: object, reader: object): void {
  if ((stream as Read)[READER] === reader) return;
  assertUnread(stream);
  (stream as Read)[READER] = reader;
}

/** `reader` stops reading `stream`. Does nothing if it did not read it. */
export function releaseReading(stream: object, reader: object): void {
  if ((stream as Read)[READER] === reader) (stream as Read)[READER] = null;
}

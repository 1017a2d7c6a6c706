/**
 * One adapter at a time for each half of a stream: two that write would each wait for the `drain` of the
 * other, two that read would each pause what the other wants.
 */
import { InvalidStateError } from '../../base/errors.js';
import type { AnyWritable } from './capabilities.js';
import { listenerOf } from './stream-listeners.js';

const READER = Symbol('twisted-streams.reader');

interface Read {
  /** What reads it; `null` once nothing does. */
  [READER]?: object | null;
}

/** @throws InvalidStateError: an adapter writes to `stream`. */
export function assertUnwritten(stream: AnyWritable): void {
  if (listenerOf(stream) !== null) {
    throw new InvalidStateError('Another adapter writes to this stream');
  }
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

/** `reader` reads `stream` no more. Does nothing where it did not. */
export function releaseReading(stream: object, reader: object): void {
  if ((stream as Read)[READER] === reader) (stream as Read)[READER] = null;
}

/** Checks that several receivers make before anything has changed. */
import { InvalidStateError, OutOfRangeError } from '../base/errors.js';

/** @throws OutOfRangeError: `limit` is not a number of at least 0. */
export function assertMaxLength(limit: unknown): asserts limit is number {
  if (typeof limit === 'number' && limit >= 0) return;
  throw new OutOfRangeError('MAX_LENGTH', 'a number of at least 0', limit);
}

/** @throws InvalidStateError: there is no transport yet to write to. */
export function assertConnected(transport: unknown): void {
  if (transport === null)
    throw new InvalidStateError('The protocol has no transport to write to before it is connected');
}

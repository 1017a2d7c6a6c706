/** Signals that end things, of whichever library they are. */
import { InvalidArgTypeError } from './errors.js';

/** @throws InvalidArgTypeError: `signal` is given, and can't be listened to for an abort. */
export function assertSignal(signal: unknown, name = 'options.signal'): void {
  if (signal === undefined) return;
  if (
    typeof signal !== 'object' ||
    signal === null ||
    !('aborted' in signal && 'addEventListener' in signal)
  ) {
    throw new InvalidArgTypeError(name, 'an AbortSignal', signal);
  }
}

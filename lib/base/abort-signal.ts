/** `AbortSignal`s of any library, which end connections, transfers and waits. */
import { InvalidArgTypeError } from './errors.js';

/** @throws InvalidArgTypeError: `signal` is given, but has no way to listen for its abort. */
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

/**
 * Calls `abort` when `signal` aborts, until `over` settles. A signal may serve many connections, so
 * a connection that is over must leave no listener on it.
 */
export function onAbort(signal: AbortSignal, abort: () => void, over: Promise<unknown>): void {
  signal.addEventListener('abort', abort);
  const forget = (): void => signal.removeEventListener('abort', abort);
  over.then(forget, forget);
  if (signal.aborted) abort(); // A callback may have aborted it meanwhile.
}

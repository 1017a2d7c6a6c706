/** Checks of options that several endpoints have. */
import { isAbortSignal } from '../streams/byte-stream-options.js';
import { InvalidArgTypeError } from '../twisted/errors.js';

/** @throws InvalidArgTypeError: `options` is no object. */
export function assertOptions(options: unknown, name = 'options'): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgTypeError(name, 'an object', options);
  }
}

/** @throws InvalidArgTypeError: `signal` is given and no `AbortSignal`. */
export function assertSignal(signal: unknown): void {
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new InvalidArgTypeError('options.signal', 'an AbortSignal', signal);
  }
}

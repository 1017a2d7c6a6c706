/** The options of a `TransportDuplex`, and their check. */
import { InvalidArgTypeError } from '../../base/errors.js';
import { assertStreamOptions } from './stream-options.js';

/** The options of a `TransportDuplex`. */
export interface TransportDuplexOptions {
  /** Bytes at which either half is full; Node's default unless given. */
  highWaterMark?: number | undefined;
  /** Of the readable half: received bytes at which the transport is paused. */
  readableHighWaterMark?: number | undefined;
  /** Of the writable half: bytes at which `write` says `false`. */
  writableHighWaterMark?: number | undefined;
  /** The encoding of strings that are written without one; `'utf8'` unless given. */
  defaultEncoding?: BufferEncoding | undefined;
  /**
   * Whether the stream may still be written to when the other end writes no more; `true` unless
   * given. A client of Node's that keeps connections, as `http.Agent` does, expects `false`.
   */
  allowHalfOpen?: boolean | undefined;
  /** Destroys the stream when it aborts. */
  signal?: AbortSignal | undefined;
}

/** The options that `Duplex` takes; the signal is heard later. */
export const DUPLEX_OPTIONS = [
  'highWaterMark',
  'readableHighWaterMark',
  'writableHighWaterMark',
  'defaultEncoding',
  'allowHalfOpen',
] as const;

const NAMES = [...DUPLEX_OPTIONS, 'signal'];

/**
 * @throws InvalidArgTypeError: `options` is not an object, asks for object mode, has an option of
 *   the wrong kind or a misspelt one.
 * @throws OutOfRangeError: a `highWaterMark` is not a whole number of at least 0.
 */
export function assertTransportDuplexOptions(
  options: unknown,
): asserts options is TransportDuplexOptions {
  if (typeof (options as { write?: unknown } | null)?.write === 'function') {
    const expected = 'an object of options: this is the protocol of a transport, which is given it';
    throw new InvalidArgTypeError('options', expected, options);
  }
  assertStreamOptions(options, NAMES);
}

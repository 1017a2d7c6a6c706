/** The options of a `TransportDuplex`, and their check. */
import type { Duplex } from '#stream';

import { InvalidArgTypeError } from '../../base/errors.js';
import { assertStreamOptions } from './stream-options.js';

type DuplexOptions = ConstructorParameters<typeof Duplex>[0];

/** The options of a `TransportDuplex`. */
export interface TransportDuplexOptions {
  /** Bytes at which either half is full. Node's default if left out. */
  highWaterMark?: number | undefined;
  /** Of the readable half: received bytes at which the transport is paused. */
  readableHighWaterMark?: number | undefined;
  /** Of the writable half: bytes at which `write` says `false`. */
  writableHighWaterMark?: number | undefined;
  /** Of strings that are written without one; `'utf8'` if left out. */
  defaultEncoding?: BufferEncoding | undefined;
  /**
   * Whether the stream may still be written to when the other end writes no more; `true` if left
   * out. A client of Node's that keeps connections, as `http.Agent` does, expects `false`.
   */
  allowHalfOpen?: boolean | undefined;
  /** Destroys the stream when it aborts. */
  signal?: AbortSignal | undefined;
}

const NAMES = [
  'highWaterMark',
  'readableHighWaterMark',
  'writableHighWaterMark',
  'defaultEncoding',
  'allowHalfOpen',
  'signal',
];

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

/**
 * Those of `options` that `Duplex` knows, and only these: a `read` among them would replace ours.
 */
export function optionsOfDuplex({
  highWaterMark,
  readableHighWaterMark,
  writableHighWaterMark,
  defaultEncoding,
  allowHalfOpen,
}: TransportDuplexOptions): DuplexOptions {
  const highWaterMarks = { highWaterMark, readableHighWaterMark, writableHighWaterMark };
  return { ...highWaterMarks, defaultEncoding, allowHalfOpen };
}

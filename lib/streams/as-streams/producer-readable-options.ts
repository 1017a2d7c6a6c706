/** The options of a `ProducerReadable`, and their check. */
import { InvalidArgTypeError } from '../../base/errors.js';
import { isPullProducer } from '../../twisted/core/index.js';
import { assertEncoding, assertStreamOptions } from './stream-options.js';

/** The options of a `ProducerReadable`. */
export interface ProducerReadableOptions {
  /**
   * Bytes (objects, in object mode) from which on the buffer is full; Node's default unless given.
   */
  highWaterMark?: number | undefined;
  /** Whether each write is one value, of any kind but `null`; `false` unless given. */
  objectMode?: boolean | undefined;
  /** As for `setEncoding`: the stream is read as strings. */
  encoding?: BufferEncoding | undefined;
  /**
   * Whether the stream ends when its producer unregisters; `true` unless given. With `false` only
   * `finish` ends it, so that one producer can follow another.
   */
  end?: boolean | undefined;
  /** As of any `Readable`. */
  emitClose?: boolean | undefined;
  /** As of any `Readable`. */
  autoDestroy?: boolean | undefined;
  /** Destroys the stream when it aborts. */
  signal?: AbortSignal | undefined;
}

/** The options that `Readable` takes. */
export const READABLE_OPTIONS = [
  'highWaterMark',
  'objectMode',
  'encoding',
  'emitClose',
  'autoDestroy',
  'signal',
] as const;

const NAMES = [...READABLE_OPTIONS, 'end'];

/**
 * @throws InvalidArgTypeError: `options` is not an object, has an option of the wrong kind or a
 *   misspelt one.
 * @throws OutOfRangeError: `highWaterMark` is not a whole number of at least 0.
 */
export function assertProducerReadableOptions(options: ProducerReadableOptions): void {
  if (isPullProducer(options)) {
    const expected =
      'an object of options: the producer is given this stream, and registers with it';
    throw new InvalidArgTypeError('options', expected, options);
  }
  assertStreamOptions(options, NAMES);
  assertEncoding(options.encoding, 'options.encoding');
}

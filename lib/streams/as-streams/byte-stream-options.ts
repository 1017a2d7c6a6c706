/** The options that all our stream classes share, checked before anything is built on them. */
import { Buffer } from 'node:buffer';

import { InvalidArgTypeError } from '../../base/errors.js';
import { assertOptions } from '../../base/arguments.js';
import { assertHighWaterMark } from '../any-stream/index.js';
import { assertSignal } from '../../base/abort-signal.js';

const OBJECT_MODES = ['objectMode', 'readableObjectMode', 'writableObjectMode'];
const HIGH_WATER_MARKS = ['highWaterMark', 'readableHighWaterMark', 'writableHighWaterMark'];

/**
 * Checks what Node would take without a word, or refuse too late.
 *
 * @throws InvalidArgTypeError: `options` is no object, asks for object mode, or has one of the wrong
 *   kind.
 * @throws OutOfRangeError: a `highWaterMark` is no whole number of at least 0.
 */
export function assertByteStreamOptions(options: unknown): void {
  assertOptions(options);
  const given = options as Record<string, unknown>;
  for (const name of OBJECT_MODES) {
    if (given[name]) {
      throw new InvalidArgTypeError(`options.${name}`, 'false: this carries bytes', given[name]);
    }
  }
  for (const name of HIGH_WATER_MARKS) assertHighWaterMark(`options.${name}`, given[name]);
  const { defaultEncoding, signal } = given;
  if (defaultEncoding !== undefined && !Buffer.isEncoding(defaultEncoding as string)) {
    const expected = 'an encoding that Buffer knows';
    throw new InvalidArgTypeError('options.defaultEncoding', expected, defaultEncoding);
  }
  assertSignal(signal);
}

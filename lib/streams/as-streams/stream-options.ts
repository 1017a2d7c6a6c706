/** The options that all our stream classes share, checked before anything is built on them. */
import { Buffer } from 'node:buffer';

import { InvalidArgTypeError } from '../../base/errors.js';
import { assertKnownOptions, assertOptions } from '../../base/arguments.js';
import { assertHighWaterMark } from '../any-stream/index.js';
import { assertSignal } from '../../base/abort-signal.js';

const OBJECT_MODES = ['objectMode', 'readableObjectMode', 'writableObjectMode'];
const HIGH_WATER_MARKS = ['highWaterMark', 'readableHighWaterMark', 'writableHighWaterMark'];

/**
 * Checks options that Node would silently accept, or refuse too late.
 *
 * @param names - The options that there are. Object mode can be had if it is among them.
 * @throws InvalidArgTypeError: `options` is not an object, asks for object mode that can't be had,
 *   has an option of the wrong kind or a misspelt one.
 * @throws OutOfRangeError: a `highWaterMark` is not a whole number of at least 0.
 */
export function assertStreamOptions(options: unknown, names: readonly string[]): void {
  assertOptions(options);
  assertKnownOptions(options, names);
  const given = options as Record<string, unknown>;
  for (const name of OBJECT_MODES) {
    if (given[name] && !names.includes(name)) {
      throw new InvalidArgTypeError(`options.${name}`, 'false: this carries bytes', given[name]);
    }
  }
  for (const name of HIGH_WATER_MARKS) assertHighWaterMark(`options.${name}`, given[name]);
  const { defaultEncoding, objectMode, signal } = given;
  if (objectMode !== undefined && typeof objectMode !== 'boolean') {
    throw new InvalidArgTypeError('options.objectMode', 'a boolean', objectMode);
  }
  if (defaultEncoding !== undefined && !Buffer.isEncoding(defaultEncoding as string)) {
    const expected = 'an encoding that Buffer knows';
    throw new InvalidArgTypeError('options.defaultEncoding', expected, defaultEncoding);
  }
  assertSignal(signal);
}

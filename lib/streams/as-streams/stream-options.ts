/** The options that all our stream classes share, checked before anything is built on them. */
import { Buffer } from 'node:buffer';

import { InvalidArgTypeError } from '../../base/errors.js';
import { assertBoolean, assertKnownOptions, assertOptions } from '../../base/arguments.js';
import { assertHighWaterMark } from '../any-stream/index.js';
import { assertSignal } from '../../base/abort-signal.js';

const OBJECT_MODES = ['objectMode', 'readableObjectMode', 'writableObjectMode'];
const BOOLEANS = ['objectMode', 'allowHalfOpen', 'autoDestroy', 'emitClose', 'end', 'finish'];
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
  for (const name of HIGH_WATER_MARKS) assertHighWaterMark(given[name], `options.${name}`);
  for (const name of BOOLEANS) {
    if (names.includes(name)) assertBoolean(given[name], `options.${name}`);
  }
  const { defaultEncoding, signal } = given;
  assertEncoding(defaultEncoding, 'options.defaultEncoding');
  assertSignal(signal);
}

/** @throws InvalidArgTypeError: `encoding` is given, and `Buffer` does not know it. */
export function assertEncoding(encoding: unknown, name: string): void {
  if (encoding === undefined || Buffer.isEncoding(encoding as string)) return;
  throw new InvalidArgTypeError(name, 'an encoding that Buffer knows', encoding);
}

/**
 * The options for the class of the platform: those of `names`, and only these, because a `read` or
 * `destroy` among the others would replace ours.
 */
export function optionsOfBase<Options extends object, Name extends keyof Options>(
  options: Options,
  names: readonly Name[],
): Pick<Options, Name> {
  const taken = {} as Pick<Options, Name>;
  for (const name of names) taken[name] = options[name];
  return taken;
}

import { InvalidArgTypeError } from '../twisted/errors.js';

/**
 * Keeps out what would turn a stream of bytes into something else.
 *
 * @throws InvalidArgTypeError: `options` is no object, or asks for object mode.
 */
export function assertByteStreamOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgTypeError('options', 'an object', options);
  }
  for (const name of ['objectMode', 'readableObjectMode', 'writableObjectMode'] as const) {
    const value = (options as Partial<Record<typeof name, unknown>>)[name];
    if (value) throw new InvalidArgTypeError(`options.${name}`, 'false: this carries bytes', value);
  }
}

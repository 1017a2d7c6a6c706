/** The one stream that is known to keep no chunk: a socket of Node's own. */
import type { Socket } from 'node:net';

import { builtIn } from '../../base/built-in.js';
import type { AnyWritable } from './capabilities.js';

/** The methods of a socket that handle chunks. */
const METHODS = ['write', '_write', '_writev', '_writeGeneric'];

/** Bun and Deno have a `node:net` of their own. */
const isNode = !('Bun' in globalThis || 'Deno' in globalThis);

/**
 * Whether no code uses any chunk that was written to `stream`: the operating system has copied all
 * of them. Any other stream may keep a chunk although its buffer is empty, as a `PassThrough` does,
 * and so may a method that replaces a socket's own.
 */
export function keepsNothing(stream: AnyWritable): boolean {
  const { _handle: handle, writableLength } = stream as Partial<Socket> & { _handle?: object };
  if (writableLength !== 0 || !isNode || !/^(TCP|Pipe)$/.test(handle?.constructor.name ?? '')) {
    return false;
  }
  const { prototype } = builtIn('node:net').Socket;
  return (
    Object.getPrototypeOf(stream) === prototype &&
    !Object.hasOwn(prototype, 'write') && // It is inherited, unless other code has put one there.
    !METHODS.some((method) => Object.hasOwn(stream, method))
  );
}

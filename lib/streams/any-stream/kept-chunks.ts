/** The only streams that are known to keep no chunk: sockets of Node's own. */
import type { Socket } from 'node:net';

import { builtIn } from '../../base/built-in.js';
import type { AnyWritable } from './capabilities.js';

/** The methods of a socket that handle chunks. */
const METHODS = ['write', '_write', '_writev', '_writeGeneric'];

/** Bun and Deno have a `node:net` of their own. */
const isNode = !('Bun' in globalThis || 'Deno' in globalThis);

/**
 * Whether no code uses any chunk that was written to `stream`: the operating system has copied all
 * of them, or TLS has encrypted them. Any other stream may keep a chunk although its buffer is
 * empty, as a `PassThrough` does, and so may a method that replaces a socket's own.
 */
export function keepsNothing(stream: AnyWritable): boolean {
  const { _handle: handle, writableLength } = stream as Partial<Socket> & { _handle?: object };
  if (writableLength !== 0 || !isNode) return false;
  const prototypes = prototypesOf(handle?.constructor.name);
  return (
    Object.getPrototypeOf(stream) === prototypes[0] &&
    // The sockets inherit it, unless other code has put one there.
    !prototypes.some((prototype) => Object.hasOwn(prototype, 'write')) &&
    !METHODS.some((method) => Object.hasOwn(stream, method))
  );
}

/** The prototypes of a socket of Node's own whose handle is of this class; none for any other. */
function prototypesOf(handle = ''): object[] {
  const { prototype } = builtIn('node:net').Socket;
  if (/^(TCP|Pipe)$/.test(handle)) return [prototype];
  return handle === 'TLSWrap' ? [builtIn('node:tls').TLSSocket.prototype, prototype] : [];
}

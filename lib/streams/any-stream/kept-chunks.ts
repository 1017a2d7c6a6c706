/** The only streams that are known to keep no chunk: sockets of Node's own. */
import type { Socket } from 'node:net';

import { builtIn } from '../../base/built-in.js';
import type { AnyWritable } from './capabilities.js';

/** The methods of a socket that handle chunks. */
type Methods = Record<'write' | '_write' | '_writev' | '_writeGeneric', unknown>;

/** Bun and Deno have a `node:net` of their own. */
const isNode = !('Bun' in globalThis || 'Deno' in globalThis);

/** The prototypes of Node's own sockets, by the names of their handles' classes. */
const prototypes = new Map<string, Methods>();
/** The class from which sockets inherit `write`, unless other code has put one there. */
let base: Methods;

/**
 * Whether no code uses any chunk that was written to `stream`: the operating system has copied all
 * of them, or TLS has encrypted them. Any other stream may keep a chunk although its buffer is
 * empty, as a `PassThrough` does, and so may a method that replaces a socket's own.
 */
export function keepsNothing(stream: AnyWritable): boolean {
  const socket = stream as Partial<Socket> & Methods & { _handle?: object };
  if (socket.writableLength !== 0 || !socket._handle || !isNode) return false;
  const own = prototypeOf(socket._handle.constructor.name);
  return (
    own !== undefined &&
    Object.getPrototypeOf(stream) === own &&
    // One by one, because a loop takes ten times as long.
    socket.write === base.write &&
    socket._write === own._write &&
    socket._writev === own._writev &&
    socket._writeGeneric === own._writeGeneric
  );
}

/** The prototype of a socket of Node's own whose handle is of this class; none for any other. */
function prototypeOf(handle: string): Methods | undefined {
  let own = prototypes.get(handle);
  if (own === undefined && /^(TCP|Pipe|TLSWrap)$/.test(handle)) {
    const { Socket } = builtIn('node:net');
    const { prototype } = handle === 'TLSWrap' ? builtIn('node:tls').TLSSocket : Socket;
    own = prototype as unknown as Methods;
    prototypes.set(handle, own);
    base = Object.getPrototypeOf(Socket.prototype) as Methods;
  }
  return own;
}

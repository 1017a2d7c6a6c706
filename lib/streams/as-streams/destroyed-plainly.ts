/** How a stream's owner destroys it, and which bytes are still to be delivered then. */
import type { Writable } from '#stream';

/**
 * Whether a stream that is destroyed with `error` is destroyed as `destroy()` does it. `for await`
 * does so at its end and at `break`, with an `AbortError` of its own; that of an `AbortSignal` has the
 * signal's reason as its `cause`.
 */
export function isPlainDestroy(error: Error | null): boolean {
  if (error === null) return true;
  return error.name === 'AbortError' && !('cause' in error);
}

/** Chunks that were written to `stream` and have yet to be given to its `_write`, in order. */
export function waitingIn(stream: Writable): unknown[] {
  // Node's own getter; its declarations lack it.
  const { writableBuffer = [] } = stream as Writable & {
    readonly writableBuffer?: readonly { readonly chunk: unknown }[];
  };
  return writableBuffer.map(({ chunk }) => chunk);
}

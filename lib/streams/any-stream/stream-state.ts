/**
 * How the halves of a stream stand, whichever library made it. That a property is missing does not
 * mean its harmless value: `readable-stream` 1 to 3, and with it through2 and duplexify, keep the
 * same in `_writableState` and `_readableState`. So does streamx, in other words: a half that is over
 * is `ended`, and no longer `ending`. The oldest streams have `readable` and `writable`.
 */
import { type AnyWritable, isGone, isSocket } from './capabilities.js';
import type { AnyReadable } from './readable-capabilities.js';
import { isDestroyedInside } from './reset.js';

/** The place where older libraries keep the state that newer ones have properties for. */
interface Older {
  readonly _writableState?: {
    readonly ending?: boolean;
    readonly ended?: boolean;
    readonly finished?: boolean;
    /** Writes, and the end, that have yet to call back. */
    readonly pendingcb?: number;
  } | null;
  /** The `ended` of `readable-stream` is another: much of its data may have yet to be read. */
  readonly _readableState?: {
    readonly endEmitted?: boolean;
    readonly ended?: boolean;
    readonly emitClose?: boolean;
  } | null;
  readonly readable?: boolean;
  readonly writable?: boolean;
}

/** Whether `end` of `stream` was called, by anyone. */
export function isWriteEnded(stream: AnyWritable): boolean {
  const { writableEnded } = stream;
  return writableEnded ?? isWriteEndedOldStyle(stream);
}

function isWriteEndedOldStyle({ _writableState: state, writable }: Older): boolean {
  if (state?.ending === true) return true;
  return state?.ended ?? writable === false;
}

/** Whether all that was written to `stream`, which was ended, has left it. */
export function hasFinished(stream: { readonly writableFinished?: boolean }): boolean {
  const { writableFinished } = stream;
  const { _writableState: state } = stream as Older;
  return writableFinished ?? state?.finished ?? state?.ended ?? false;
}

/**
 * Whether all that was written to `stream`, which has closed, has left it, although we have not heard
 * its `finish`: it is saying that just now, or it does not, as a file of ssh2, which destroys itself
 * as it ends. A message of HTTP has no such state: its `writableFinished` turns `true` also when it
 * is cut.
 */
export function hasDelivered(stream: object): boolean {
  const { ended, finished, pendingcb } = (stream as Older)._writableState ?? {};
  if (finished === true) return true;
  // A socket hands on what it has to others, which may lose it.
  return ended === true && pendingcb === 0 && !isSocket(stream);
}

/** Whether all of `stream` was read: it has said `end`, or has no such half. */
export function isReadToTheEnd(stream: AnyReadable | AnyWritable): boolean {
  const { readableEnded } = stream as AnyReadable;
  if (readableEnded !== undefined) return readableEnded;
  const { _readableState: state, readable } = stream as Older;
  const { endEmitted = state?.ended } = state ?? {};
  return endEmitted ?? (readable === false && stream.destroyed !== true);
}

/**
 * Whether nothing more can be written to `stream`: a late write would destroy what it still has.
 */
export function refusesWrites(stream: AnyWritable): boolean {
  return isDestroyedInside(stream) || isWriteEnded(stream);
}

/** Whether `stream` is open for writes: it is not ended, nor destroyed, nor about to be. */
export function takesWrites(stream: AnyWritable): boolean {
  return !refusesWrites(stream) && stream.destroying !== true;
}

/**
 * Whether `stream` is destroyed and has no property that tells why, as those of `readable-stream` 2
 * and 3 have none: the `error` that tells it may still come.
 */
export function mayYetTellWhy(stream: AnyReadable | AnyWritable): boolean {
  return isGone(stream) && stream.errored === undefined;
}

/**
 * Whether `stream` is destroyed and need not have said so: without `emitClose`, and in minipass
 * (which alone has a `bufferLength`), it says nothing if it has no error.
 *
 * @see https://nodejs.org/api/stream.html#new-streamreadableoptions
 */
export function isSilentlyGone(stream: AnyReadable | AnyWritable): boolean {
  if (!isGone(stream)) return false;
  return (stream as Older)._readableState?.emitClose === false || 'bufferLength' in stream;
}

/** Whether `stream` says `finish` when all that was written to it has left it. The oldest don't. */
export function saysFinish(stream: AnyWritable): boolean {
  return 'writableEnded' in stream || 'writableFinished' in stream || '_writableState' in stream;
}

/** Whether `stream` says `end`, as every stream does that can be read from. */
export function saysEnd(stream: AnyWritable): boolean {
  return (stream as Older).readable !== undefined;
}

/** Whether `stream` is a TLS socket of Node. */
export function isTLS(stream: AnyWritable): boolean {
  return stream.getPeerFinished !== undefined;
}

/**
 * Whether `stream` is a TLS socket whose handshake is not done. `secureConnecting` stays `true`
 * where a server's socket was made by hand, so that the other end's last word of the handshake is
 * asked for.
 *
 * @see https://nodejs.org/api/tls.html#tlssocketgetpeerfinished
 */
export function isHandshaking(stream: AnyWritable): boolean {
  return stream.secureConnecting === true && stream.getPeerFinished?.() === undefined;
}

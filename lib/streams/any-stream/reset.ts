/**
 * Streams that were cut although they say `finish` or `end`. An HTTP/2 stream that the other end
 * resets with `CANCEL` has no `error`, and closes as if all had gone well.
 *
 * @see https://nodejs.org/api/http2.html#destruction
 */
import { setImmediate } from '../../base/timers.js';
import type { AnyDuplex, EmitterLike } from './capabilities.js';

/**
 * Turns of the event loop until a reset is known that was sent right behind the end: Node's own
 * `close(code)` ends the stream first, and the two may come in two packets.
 */
const TURNS = 4;

/** The properties that tell of a reset. */
interface Resettable {
  /** Of `http.IncomingMessage`: whether Node has discarded what it had not given yet. */
  readonly _dumped?: unknown;
  readonly aborted?: unknown;
  readonly destroyed?: unknown;
  readonly errored?: unknown;
  /** Whether it has given any data: a message that has no body is discarded too. */
  readonly readableDidRead?: unknown;
  readonly readableEnded?: unknown;
  readonly rstCode?: unknown;
  /** Of `http2.Http2ServerRequest` and `Http2ServerResponse`: the stream that it reads or writes. */
  readonly stream?: unknown;
}

interface Older {
  /** Of minipass. */
  readonly async?: unknown;
  readonly closed?: unknown;
  listenerCount?(event: string): number;
  readonly _destroy?: { readonly name: string };
  readonly readableEnded?: unknown;
  readonly _readableState?: { readonly ended?: boolean } | null;
}

function innerOf(stream: Resettable): Resettable {
  const inner = stream.stream as Resettable | null | undefined;
  return inner?.rstCode === undefined ? stream : inner;
}

/**
 * Lets the rest of an upload come, and discards it, if `stream` is a `Http2ServerRequest` that was
 * destroyed: Node destroys the request alone, so that it can still be answered, and pauses the
 * stream below it with the next chunk. The client would wait for ever.
 */
export function discardUpload(stream: object): void {
  const inner = innerOf(stream) as AnyDuplex;
  if (inner === stream) return;
  inner.on('data', () => inner.resume());
  inner.resume();
}

/** Whether `stream` is one that can be reset and say `end`. */
export function isResettable(stream: object): boolean {
  return 'rstCode' in innerOf(stream);
}

/**
 * Calls `listener` when `stream` is cut, if it is of HTTP/2. Its `close` waits until its input was
 * read, and before Node 26 also for the writes that the other end no longer takes. An
 * `Http2ServerResponse` says nothing; the stream that it writes does.
 */
export function whenCut(stream: object, listener: () => void): void {
  // An `error`, which says why, comes after this.
  if (isResettable(stream))
    (innerOf(stream) as AnyDuplex).on('aborted', () => setImmediate(listener));
}

/** Calls `listener` with an error of the stream that `stream` reads: Node does not pass it on. */
export function onInnerError(stream: object, listener: (error: unknown) => void): void {
  const inner = innerOf(stream) as AnyDuplex;
  if (inner !== stream) inner.on('error', listener);
}

/**
 * Whether `stream` is destroyed. An `Http2ServerResponse` does not tell; the stream that it writes
 * does.
 */
export function isDestroyedInside(stream: Resettable): boolean {
  return innerOf(stream).destroyed === true;
}

/** The code with which `stream` was reset, by either end; not true if it was not, or is not of HTTP/2. */
export function resetCode(stream: object): unknown {
  return innerOf(stream).rstCode;
}

/**
 * Whether the other end reset `stream`, as far as it knows by now. A message of HTTP/1 loses its data
 * in the same way, and then says `end`, if its request is destroyed when all of it has come.
 */
export function wasReset(stream: object): boolean {
  const inner = innerOf(stream);
  // If our half had ended before, `aborted` is not set, and only the code tells.
  return (
    inner.aborted === true ||
    Boolean(inner.rstCode) ||
    (inner._dumped === true && inner.readableDidRead === true)
  );
}

/**
 * Whether `stream`, which has just said `end`, says so because it was destroyed, as those of
 * `readable-stream` 2 do. Of the newer ones, which have `readableEnded`, one of `Readable.from` does: it
 * ends its generator, and then says the generator's `end`. (If other code listens for `end` too, that
 * may have destroyed the stream just now, when all of its data had come.) An async one of minipass
 * drops the data that it was about to give, and then says the `end` that came behind it. Or an earlier
 * listener of this `end` has destroyed it with an error: Node's own does so with a TLS client whose
 * server hangs up before the handshake is complete.
 */
export function isEndOfDestroyed(stream: Older & Resettable): boolean {
  const { async, closed, destroyed, errored, readableEnded, _readableState: state } = stream;
  if (!destroyed) return false;
  if (errored) return true;
  if (readableEnded === undefined) return state !== undefined || async === true;
  // Its own `_destroy`, which waits for the generator, has no name; one that is an option has.
  const isOfGenerator = !closed && Object.hasOwn(stream, '_destroy') && !stream._destroy?.name;
  return isOfGenerator && stream.listenerCount?.('end') === 1;
}

/**
 * Whether `stream`, which has just closed and not said `end`, still gives the rest of its data and
 * says `end` after that. An `Http2ServerRequest` has a buffer of its own, and closes when its stream
 * does, although that buffer may not have been read. A channel of ssh2 is not destroyed when the
 * other end has closed it: all of its data has come, and waits to be read.
 */
export function isYetToEnd(stream: Older & Resettable): boolean {
  const inner = innerOf(stream);
  if (inner !== stream) return inner.readableEnded === true && !wasReset(stream);
  const { destroyed, _readableState: state } = stream;
  return destroyed !== true && state?.ended === true;
}

/**
 * Calls `listener` when `stream` says `end`. One of HTTP/2 that had closed before is destroyed by a
 * listener of Node's, and `afterEnd` has to come before that.
 */
export function listenForEnd(
  stream: EmitterLike & { prependListener?: EmitterLike['on'] },
  listener: () => void,
): void {
  stream[isResettable(stream) ? 'prependListener' : 'on']?.('end', listener);
}

/**
 * Calls `then` with whether `stream`, which has just said `end`, was cut: at once, but for a stream
 * that was destroyed, and for one of HTTP/2, which may say `end` first and that it was `aborted`
 * after that.
 */
export function afterEnd(stream: object, then: (wasCut: boolean) => void): void {
  if (isEndOfDestroyed(stream)) {
    setImmediate(then, true); // Its `error`, which says why, comes after its `end`.
    return;
  }
  if (!isResettable(stream)) {
    then(wasReset(stream));
    return;
  }
  // A stream that was not cut says `end` before it is destroyed.
  const inner = innerOf(stream);
  const destroyed = inner.destroyed === true && !isYetToEnd(stream);
  const look = (turnsLeft: number): void => {
    const wasCut = destroyed || wasReset(stream);
    if (wasCut || turnsLeft === 1) then(wasCut);
    else setImmediate(look, turnsLeft - 1);
  };
  setImmediate(look, TURNS);
}

/**
 * Tells one listener, the reactor of the adapter that writes to a stream, of the stream's events.
 * Shared listeners and one property of the stream cost a fraction of a closure for each event and
 * adapter.
 */
import { InvalidStateError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { ConnectionClosed } from '../../twisted/core/index.js';
import { isFront, markAsFront } from './buffered.js';
import type { AnyWritable } from './capabilities.js';
import type { ReadHalf } from './ending.js';
import type { AnyReadable } from './readable-capabilities.js';
import { watchQueue } from './queued-answer.js';
import { listenForEnd, onInnerError, whenCut } from './reset.js';
import { saysEnd, saysFinish } from './stream-state.js';

/** The other half of the stream, where the descriptor reads. */
export interface Input {
  /** How it stands. */
  readonly half: ReadHalf;
  /** Whether the descriptor has stopped reading, for now. */
  readonly isStopped: boolean;
  /** The descriptor wants to read. */
  start(): void;
  /** The descriptor stops reading. */
  stop(): void;
  /** `data`. */
  received(chunk: unknown): void;
  /** `end`. */
  ended(): void;
  /**
   * Asked when the stream closes, or ends the half that we write by itself.
   *
   * @returns whether data or an end of the stream has yet to be delivered: once it was, the input
   *   calls `closed` of the listener again.
   */
  delayClose(): boolean;
}

/** Listens to a stream, and to its other half if it has an `input`. */
export interface StreamListener {
  readonly stream: AnyWritable;
  readonly input?: Input | undefined;

  /** `drain`: the stream has emptied its buffer. */
  drained(): void;
  /** `finish`: all that was handed to the stream has left it. */
  finished(): void;
  /** `end` of one of the oldest streams, which never say `finish`. */
  endedOldStyle(): void;
  /** `close`: nothing more will come of the stream. */
  closed(): void;
  /** `error`. Not every stream that errs closes. */
  errored(error: unknown): void;
}

/** Where the listener is found; `null` once the stream has none. */
const LISTENER = Symbol('twisted-streams.listener');

type Wrapped = AnyWritable & { [LISTENER]?: StreamListener | null };

/** @throws InvalidStateError: an adapter writes to `stream`. */
export function assertUnwritten(stream: AnyWritable): void {
  if ((stream as Wrapped)[LISTENER]) {
    throw new InvalidStateError('Another adapter writes to this stream');
  }
}

/**
 * Tells `listener` of its stream's events from now on.
 *
 * @throws InvalidStateError: another one does; nothing has changed.
 */
export function addStreamListener(listener: StreamListener): void {
  const stream: Wrapped = listener.stream;
  assertUnwritten(stream);
  // A stream that was wrapped before still has these.
  if (stream[LISTENER] === undefined) {
    stream.on('error', onError);
    onInnerError(stream, (error) => stream[LISTENER]?.errored(error));
    whenCut(stream, () => onCut(stream));
  }
  stream.on('close', onClose);
  addDrainListener(stream);
  stream.on('finish', onFinish);
  if (!saysFinish(stream)) stream.on('end', onEndOldStyle);
  watchQueue(stream, () => stream[LISTENER]?.closed());
  // Only now: minipass repeats an event of the past from inside `on`, and the adapter, which asks
  // the stream how it stands, is still being made.
  stream[LISTENER] = listener;
}

/**
 * Listens for `drain`. Middleware that compresses a response replaces its `on`, and gives this
 * listener to the compressor, whose `drain` it is. From there it can't be removed.
 */
function addDrainListener(stream: Wrapped & AnyReadable): void {
  if (isFront(stream)) return;
  stream.on('drain', onDrain);
  if (stream.listenerCount?.('drain') === 0) {
    markAsFront(stream);
    stream.on('drain', onDrain.bind(stream));
  }
}

/**
 * Removes the listeners, except those that guard the stream for its life, because it outlives the
 * adapter.
 */
export function removeStreamListener(listener: StreamListener): void {
  const stream: Wrapped = listener.stream;
  if (stream[LISTENER] !== listener) return;
  stream[LISTENER] = null;
  stream.removeListener('close', onClose);
  stream.removeListener('drain', onDrain);
  stream.removeListener('finish', onFinish);
  stream.removeListener('end', onEndOldStyle);
}

/** From now on the input of `listener` listens to the stream. */
export function addInputListener({ stream }: StreamListener): void {
  stream.on('data', onData);
  listenForEnd(stream, onEnd);
}

/** Removes the listeners. */
export function removeInputListener({ stream }: StreamListener): void {
  stream.removeListener('data', onData);
  stream.removeListener('end', onEnd);
}

// Streams promise no order between `finish`, `error` and `close`, and stdout repeats them:
// whichever comes first counts.

function onDrain(this: Wrapped): void {
  this[LISTENER]?.drained();
}

function onFinish(this: Wrapped): void {
  this[LISTENER]?.finished();
}

function onEndOldStyle(this: Wrapped): void {
  this[LISTENER]?.endedOldStyle();
}

function onClose(this: Wrapped): void {
  this[LISTENER]?.closed();
}

function onError(this: Wrapped, error: unknown): void {
  const listener = this[LISTENER];
  if (listener) listener.errored(error);
  else if (failsUnheard(this, error)) {
    log.err(error, 'A stream failed after it had sent everything');
  }
}

/**
 * Whether no other code hears of `error`: of a request that gets no answer, or a file that cannot be
 * flushed. One that is read as well may be reset after its connection was closed, which is no news.
 */
function failsUnheard(stream: Wrapped & AnyReadable, error: unknown): boolean {
  if (stream.writableFinished !== true || saysEnd(stream)) return false;
  return !(error instanceof ConnectionClosed) && stream.listenerCount?.('error') === 1;
}

/** An input is read to its end, and that tells the same. */
function onCut(stream: Wrapped): void {
  const listener = stream[LISTENER];
  if (listener && !listener.input) listener.closed();
}

function onData(this: Wrapped, chunk: unknown): void {
  this[LISTENER]?.input?.received(chunk);
}

function onEnd(this: Wrapped): void {
  this[LISTENER]?.input?.ended();
}

/**
 * Who listens to a stream: the reactors of the adapters that wrap it. Shared listeners and one
 * property of the stream cost a fraction of what a closure per event and adapter would.
 */
import type { AnyWritable } from './capabilities.js';

/** The other half of the stream, where the descriptor reads. */
export interface Input {
  /** The descriptor wants to read. */
  start(): void;
  /** The descriptor wants to read no more. */
  stop(): void;
  /** `data`. */
  received(chunk: unknown): void;
  /** `end`. */
  ended(): void;
  /** Whether there is more to come, which is wanted. */
  readonly isOpen: boolean;
  /**
   * Asked when the stream closes.
   *
   * @returns whether what it gave has yet to be taken: this calls `closed` again after that.
   */
  delayClose(): boolean;
}

/** What hears of a stream, and of its other half if it has an `input`. */
export interface StreamListener {
  readonly stream: AnyWritable;
  readonly input?: Input | undefined;
  /** Another one of the same stream. Ours to write. */
  next: StreamListener | null;

  /** `drain`: the stream has emptied its buffer. */
  drained(): void;
  /** `finish`: all that was handed to the stream has left it. */
  finished(): void;
  /** `close`: nothing more will come of the stream. */
  closed(): void;
  /** `error`. Not every stream that errs closes. */
  errored(error: unknown): void;
}

/** Where the listeners are found. `null` once a stream has none left. */
const LISTENERS = Symbol('twisted-streams.listeners');

type Wrapped = AnyWritable & { [LISTENERS]?: StreamListener | null };

/** Has `listener` hear of its stream from now on. */
export function addStreamListener(listener: StreamListener): void {
  const stream: Wrapped = listener.stream;
  const before = stream[LISTENERS];
  // A stream that was wrapped before still has our guard.
  if (before === undefined) stream.on('error', onError);
  if (!before) {
    stream.on('close', onClose);
    stream.on('drain', onDrain);
    stream.on('finish', onFinish);
  }
  listener.next = before ?? null;
  stream[LISTENERS] = listener;
}

/** Has it hear no more; a guard on `error` stays, because the stream outlives it. */
export function removeStreamListener(listener: StreamListener): void {
  const stream: Wrapped = listener.stream;
  const first = stream[LISTENERS];
  if (first === listener) {
    stream[LISTENERS] = listener.next;
  } else {
    let other = first;
    while (other && other.next !== listener) other = other.next;
    if (other) other.next = listener.next;
  }
  if (stream[LISTENERS] === null) {
    stream.removeListener('close', onClose);
    stream.removeListener('drain', onDrain);
    stream.removeListener('finish', onFinish);
  }
}

/** Has the input of `listener` hear what comes in, from now on. */
export function addInputListener(listener: StreamListener): void {
  if (sharesInput(listener)) return;
  listener.stream.on('data', onData);
  listener.stream.on('end', onEnd);
}

/** Has it hear no more. */
export function removeInputListener(listener: StreamListener): void {
  if (sharesInput(listener)) return;
  listener.stream.removeListener('data', onData);
  listener.stream.removeListener('end', onEnd);
}

/** Whether another one of the same stream hears its input too. */
function sharesInput(listener: StreamListener): boolean {
  for (let other = (listener.stream as Wrapped)[LISTENERS]; other; other = other.next) {
    if (other !== listener && other.input !== undefined) return true;
  }
  return false;
}

/** Calls `event` for each listener of `stream`; each may leave in it. */
function tell(stream: Wrapped, event: (listener: StreamListener) => void): void {
  for (let listener = stream[LISTENERS]; listener;) {
    const { next } = listener;
    event(listener);
    listener = next;
  }
}

// Streams promise no order between `finish`, `error` and `close`, and stdout repeats them: whichever
// comes first counts.

function onDrain(this: Wrapped): void {
  tell(this, (listener) => listener.drained());
}

function onFinish(this: Wrapped): void {
  tell(this, (listener) => listener.finished());
}

function onClose(this: Wrapped): void {
  tell(this, (listener) => listener.closed());
}

function onError(this: Wrapped, error: unknown): void {
  tell(this, (listener) => listener.errored(error));
}

function onData(this: Wrapped, chunk: unknown): void {
  tell(this, (listener) => listener.input?.received(chunk));
}

function onEnd(this: Wrapped): void {
  tell(this, (listener) => listener.input?.ended());
}

/**
 * The abilities of a stream. The stream itself is asked: those of different libraries share no class,
 * and every property but the methods of the oldest streams is optional.
 */
import type { PeerCertificate } from 'node:tls';

import { InvalidArgTypeError } from '../../base/errors.js';
import { areFunctions, membersOf } from '../../base/members.js';

/** The part of an event emitter that every stream has. */
export interface EmitterLike {
  /** Calls `listener` for each `event`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- No other type admits every library's events.
  on(event: unknown, listener: (...args: any[]) => void): unknown;
  /** Removes it. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- No other type admits every library's events.
  removeListener(event: unknown, listener: (...args: any[]) => void): unknown;
}

/** A stream that is written to: of Node, or of any library that imitates it, old or new. */
export interface WritableLike extends EmitterLike {
  /** Takes bytes; `false` asks to wait for `'drain'`. */
  write(chunk: unknown, ...rest: unknown[]): unknown;
  /** Nothing is written after this. */
  end(chunk?: unknown): unknown;
}

/** A stream that is written to and read from. */
export interface DuplexLike extends WritableLike {
  /** Gives no more data until `resume`. */
  pause(): unknown;
  /** Gives data as it comes. */
  resume(): unknown;
}

/**
 * Further properties that a stream may have. They are only read; if one is absent, the stream can't
 * tell.
 */
interface Optional {
  allowHalfOpen?: boolean;
  readonly connecting?: boolean;
  readonly destroyed?: boolean;
  readonly destroying?: boolean;
  readonly errored?: Error | null;
  readonly readableEnded?: boolean;
  readonly remoteAddress?: string | undefined;
  readonly secureConnecting?: boolean;
  readonly readableFlowing?: boolean | null;
  readonly writable?: boolean;
  readonly writableEnded?: boolean;
  readonly writableFinished?: boolean;
  readonly writableHighWaterMark?: number;
  readonly writableLength?: number;
  readonly writableNeedDrain?: boolean;
  readonly writableObjectMode?: boolean;
  cork?(): void;
  uncork?(): void;
  destroy?(error?: Error): unknown;
  getPeerFinished?(): unknown;
  resetAndDestroy?(): unknown;
  setNoDelay?(enabled: boolean): unknown;
  setKeepAlive?(enabled: boolean): unknown;
}

/** The function that a stream wants called when it may write on. */
export type WriteCallback = (error?: Error | null) => void;

/** A writable as the adapters see it. */
export type AnyWritable = WritableLike & Optional;

/** A duplex as the adapters see it. */
export type AnyDuplex = DuplexLike &
  Optional & {
    readonly alpnProtocol?: string | false | null;
    readonly authorized?: boolean;
    readonly authorizationError?: Error | string | null;
    /** Whether a pause takes effect before the next chunk. */
    readonly pausesAtOnce?: boolean;
    getPeerCertificate?(): PeerCertificate | null;
    isSessionReused?(): boolean;
    unshift?(chunk: unknown): void;
  };

/** @throws InvalidArgTypeError: `stream` can't be written to. */
export function assertWritable(stream: unknown, name = 'writable'): asserts stream is AnyWritable {
  const { write, end, on, removeListener } = membersOf(stream);
  if (!areFunctions(write, end, on, removeListener)) {
    throw new InvalidArgTypeError(name, 'a writable stream (write, end, on)', stream);
  }
}

/** @throws InvalidArgTypeError: `stream` can't be written to and read from. */
export function assertDuplex(stream: unknown): asserts stream is AnyDuplex {
  const { write, end, on, removeListener, pause, resume } = membersOf(stream);
  if (!areFunctions(write, end, on, removeListener, pause, resume)) {
    throw new InvalidArgTypeError(
      'duplex',
      'a duplex stream (write, end, pause, resume, on)',
      stream,
    );
  }
}

/**
 * Whether `stream` is destroyed and has said all that it will. (streamx says `destroyed` only then;
 * before that, its `error` is still to come. through2 2 says only `_destroyed`, and goes on.)
 */
export function isGone(stream: object): boolean {
  const { destroyed, _destroyed } = stream as Destroyed;
  return destroyed === true || _destroyed === true;
}

type Destroyable = Pick<Optional, 'destroyed' | 'destroying'>;

interface Destroyed {
  readonly destroyed?: unknown;
  readonly _destroyed?: unknown;
}

/** Whether `stream` is destroyed, or about to be. */
export function isDestroyed(stream: Destroyable): boolean {
  return isGone(stream) || isBeingDestroyed(stream);
}

/**
 * Whether `stream` is to be destroyed and can't tell why before it has closed, as streamx can't.
 */
export function isBeingDestroyed(stream: Destroyable): boolean {
  return stream.destroying === true && stream.destroyed !== true;
}

/** Whether `stream` is a socket, of whatever family. */
export function isSocket(stream: object): boolean {
  return 'remoteAddress' in stream;
}

/** Whether `stream` is a socket with input that is not read. */
export function isUnreadSocket(stream: AnyDuplex): boolean {
  return isSocket(stream) && stream.readableFlowing === null;
}

/** Whether chunks written together leave together, so that it is worth corking the stream. */
export function sendsTogether(stream: AnyWritable): boolean {
  const { cork, uncork, _writev } = membersOf(stream);
  return areFunctions(cork, uncork, _writev);
}

/** Says whether `stream` stays open when its other end hangs up, if it goes by that. */
export function setHalfOpen(stream: AnyWritable, isAllowed: boolean): void {
  if ('allowHalfOpen' in stream) stream.allowHalfOpen = isAllowed;
}

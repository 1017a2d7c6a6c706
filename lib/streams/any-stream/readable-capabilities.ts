/**
 * Which values can be read from. The value itself is asked, because streams of different libraries
 * share no class.
 */
import { areFunctions, membersOf } from '../../base/members.js';
import type { EmitterLike } from './capabilities.js';

/** A readable of `node:stream`, or of any library that imitates it, old or new. */
export interface NodeReadableLike extends EmitterLike {
  /** Gives no more data until `resume`. */
  pause(): unknown;
  /** Gives data as it comes. */
  resume(): unknown;
}

/** The answer of a reader of a {@link WebReadableLike}. */
export type WebReadResult =
  | {
      /** There may be more. */
      readonly done: false;
      /** The chunk. */
      readonly value: Uint8Array;
    }
  | {
      /** That was all. */
      readonly done: true;
      /** Nothing, or what platforms leave there. */
      readonly value?: Uint8Array | undefined;
    };

/** A WHATWG `ReadableStream` of bytes, of this platform or a polyfill. */
export interface WebReadableLike {
  /** Whether a reader has it already. */
  readonly locked: boolean;
  /** Locks it for one reader. */
  getReader(): {
    /** Resolves with the next chunk, or with `done` at the end. */
    read(): Promise<WebReadResult>;
    /** Cancels the rest. */
    cancel(reason?: unknown): Promise<void>;
    /** Lets another reader have it. */
    releaseLock(): void;
  };
}

/** Anything that bytes can be read from. */
export type ReadableLike =
  NodeReadableLike | WebReadableLike | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A Node readable as an adapter sees it. If a member is absent, the stream can't tell or do it. */
export interface AnyReadable extends EmitterLike {
  /** Of a message of HTTP: whether all of it was received. */
  readonly complete?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: unknown;
  readonly readable?: boolean;
  readonly readableEnded?: boolean;
  readonly req?: unknown;
  readonly socket?: unknown;
  pause?(): unknown;
  resume?(): unknown;
  close?(): unknown;
  destroy?(error?: Error): unknown;
  listenerCount?(event: string): number;
}

/** Whether `value` has listeners. */
export function isEmitter(value: unknown): value is EmitterLike {
  const { on, removeListener } = membersOf(value);
  return areFunctions(on, removeListener);
}

/** Whether `value` is a WHATWG `ReadableStream`. */
export function isWebReadable(value: unknown): value is WebReadableLike {
  const { getReader } = membersOf(value);
  return areFunctions(getReader);
}

/** Whether `value` emits `data` and `end`. A bare writable doesn't, although it has a `pipe`. */
export function isNodeReadable(value: unknown): value is AnyReadable {
  if (!isEmitter(value)) return false;
  const { read, pipe, readable, pause, resume } = membersOf(value);
  if (areFunctions(read) || (areFunctions(pipe) && readable === true)) return true;
  // Other emitters can be paused too, and are read in a way of their own.
  return areFunctions(pause, resume) && !isIterable(value);
}

/** Whether `value` gives one thing after the other. Bytes do too, but they are one chunk. */
export function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (ArrayBuffer.isView(value)) return false;
  const { [Symbol.asyncIterator]: asyncIterator, [Symbol.iterator]: iterator } = membersOf(
    value,
  ) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  return areFunctions(asyncIterator) || areFunctions(iterator);
}

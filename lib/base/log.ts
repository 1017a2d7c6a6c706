/**
 * The one place where an error goes that no caller can catch: a callback that threw on the event
 * loop, a producer that failed while nobody waited for it. Such an error is always also acted on
 * (the connection goes down, the producer is unregistered); this makes sure that someone hears of it.
 */

import { InvalidArgTypeError } from './errors.js';

/**
 * What an observer is given.
 *
 * @see Twisted: the event dictionary of `twisted.python.log`
 */
export interface LogEvent {
  /** What was thrown. */
  readonly error: unknown;
  /** What was going on, for a person. */
  readonly why: string;
}

/** Hears of errors; see {@link log}. */
export type LogObserver = (event: LogEvent) => void;

/** What {@link log} can do. */
export interface Log {
  /**
   * Reports an error that nobody can catch. While there is no observer, it is printed to stderr with
   * its stack; with observers, each is told instead.
   *
   * @param error - What was thrown.
   * @param why - What was going on; 'Unhandled error' if left out.
   * @see Twisted: `twisted.python.log.err`
   */
  err(error: unknown, why?: string): void;

  /**
   * Tells `observer` of every error from now on, in place of stderr.
   *
   * @returns a function that takes it off again.
   * @throws InvalidArgTypeError: `observer` is no function.
   * @see Twisted: `twisted.python.log.addObserver`
   */
  addObserver(observer: LogObserver): () => void;

  /**
   * Tells `observer` no more. Does nothing if it was never added.
   *
   * @see Twisted: `twisted.python.log.removeObserver`
   */
  removeObserver(observer: LogObserver): void;
}

const observers = new Set<LogObserver>();

function err(error: unknown, why = 'Unhandled error'): void {
  if (observers.size === 0) print({ error, why });
  for (const observer of [...observers]) {
    try {
      observer({ error, why });
    } catch (failure) {
      print({ error: failure, why: 'A log observer threw' });
      print({ error, why });
    }
  }
}

function print({ error, why }: LogEvent): void {
  console.error(`${why}:`, error);
}

function addObserver(observer: LogObserver): () => void {
  if (typeof observer !== 'function') {
    throw new InvalidArgTypeError('observer', 'a function', observer);
  }
  observers.add(observer);
  return () => removeObserver(observer);
}

function removeObserver(observer: LogObserver): void {
  observers.delete(observer);
}

/**
 * Where the library reports what no caller can catch.
 *
 * @see Twisted: `twisted.python.log`
 */
export const log: Log = { err, addObserver, removeObserver };

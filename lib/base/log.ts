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
   * its stack; with observers, each is told instead. It needs no `this`: `promise.catch(log.err)`.
   *
   * What is printed may hold text of the other end of a connection. All its lines but the first are
   * indented, so that none can pass for a line of its own.
   *
   * @param error - What was thrown.
   * @param why - What was going on; 'Unhandled error' if left out.
   * @see Twisted: `twisted.python.log.err`
   */
  readonly err: (error: unknown, why?: string) => void;

  /**
   * Tells `observer` of every error from now on, in place of stderr.
   *
   * @returns a function that takes it off again.
   * @throws InvalidArgTypeError: `observer` is no function.
   * @see Twisted: `twisted.python.log.addObserver`
   */
  readonly addObserver: (observer: LogObserver) => () => void;

  /**
   * Tells `observer` no more. Does nothing if it was never added.
   *
   * @see Twisted: `twisted.python.log.removeObserver`
   */
  readonly removeObserver: (observer: LogObserver) => void;
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

/** What ends a line, to a terminal or to what reads a log. */
const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
/** What a terminal obeys, as to move its cursor up. */
const CONTROLS = /[\0-\b\x0e-\x1f\x7f-\x9f]/g;

function print({ error, why }: LogEvent): void {
  const text = process.getBuiltinModule('node:util').format('%s:', why, error);
  console.error(text.replace(LINE_ENDS, '\n    ').replace(CONTROLS, escaped));
}

function escaped(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
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

/**
 * Reports errors that no caller can catch: of a callback that threw on the event loop, or of a
 * producer that failed while no code waited for it. The library also acts on each such error (the
 * connection is lost, the producer is unregistered); the log shows it to a person.
 */

import { builtIn } from './built-in.js';
import { assertFunction } from './arguments.js';

/**
 * The argument of an observer.
 *
 * @see Twisted: the event dictionary of `twisted.python.log`
 */
export interface LogEvent {
  /** The value that was thrown. */
  readonly error: unknown;
  /** A short text that tells a person where the error came from. */
  readonly why: string;
}

/** Is told of errors; see {@link log}. */
export type LogObserver = (event: LogEvent) => void;

/** The type of {@link log}. */
export interface Log {
  /**
   * Reports an error that no caller can catch. While there is no observer, it is printed to stderr
   * with its stack; with observers, each is told instead. It needs no `this`:
   * `promise.catch(log.err)`.
   *
   * The printed text may contain text of the other end of a connection. All lines except the first
   * are indented, so that no part of it looks like a separate line of the log.
   *
   * @param error - The value that was thrown.
   * @param why - A short text that tells a person where the error came from; 'Unhandled error' if
   *   left out.
   * @see Twisted: `twisted.python.log.err`
   */
  readonly err: (error: unknown, why?: string) => void;

  /**
   * Tells `observer` of every later error. The error is then not printed to stderr.
   *
   * @returns a function that removes `observer`.
   * @throws InvalidArgTypeError: `observer` is not a function.
   * @see Twisted: `twisted.python.log.addObserver`
   */
  readonly addObserver: (observer: LogObserver) => () => void;

  /**
   * Removes `observer`. Does nothing if it was never added.
   *
   * @see Twisted: `twisted.python.log.removeObserver`
   */
  readonly removeObserver: (observer: LogObserver) => void;
}

const observers = new Set<LogObserver>();

function err(error: unknown, why = 'Unhandled error'): void {
  if (observers.size === 0) print({ error, why });
  for (const observer of [...observers]) {
    const onFailure = (failure: unknown): void => {
      print({ error: failure, why: 'A log observer threw' });
      print({ error, why });
    };
    try {
      const told: unknown = observer({ error, why });
      Promise.resolve(told).catch(onFailure); // It may be an async function.
    } catch (failure) {
      onFailure(failure);
    }
  }
}

/** Characters that end a line, for a terminal or a program that reads a log. */
const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
/**
 * Characters that a terminal obeys instead of showing them: to move its cursor up, to turn the order
 * of what follows around, so that a line of the log reads as another.
 */
const CONTROLS = /[^\P{Cc}\t\n]|\p{Cf}/gu;

function print({ error, why }: LogEvent): void {
  const text = builtIn('node:util').format('%s:', why, error);
  console.error(text.replace(LINE_ENDS, '\n    ').replace(CONTROLS, escaped));
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function addObserver(observer: LogObserver): () => void {
  assertFunction(observer, 'observer');
  observers.add(observer);
  return () => removeObserver(observer);
}

function removeObserver(observer: LogObserver): void {
  observers.delete(observer);
}

/**
 * The library reports here the errors that no caller can catch.
 *
 * @see Twisted: `twisted.python.log`
 */
export const log: Log = { err, addObserver, removeObserver };

/** The iterators, of any kind, that cooperative tasks work through. */
import { whenRejected } from '../../base/rejection.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { areFunctions, membersOf } from '../../base/members.js';

/**
 * Any iterator, synchronous or asynchronous, generators included. Each step is one unit of work. A
 * value that it yields is ignored, unless it is a promise.
 *
 * @see Twisted: the `iterator` of `twisted.internet.task.Cooperator.cooperate`
 */
export interface Work {
  /** Does one unit of work. */
  next(): IteratorResult<unknown, unknown> | PromiseLike<IteratorResult<unknown, unknown>>;
}

/** The sources that a task accepts: an iterator, or an iterable object that makes one. */
export type WorkSource = Work | AsyncIterable<unknown> | Iterable<unknown>;

/** The iterator that a task made of `Source` works through. */
export type WorkOf<Source extends WorkSource> = Source extends Work
  ? Source
  : Source extends AsyncIterable<infer T>
    ? AsyncIterator<T>
    : Source extends Iterable<infer T>
      ? Iterator<T>
      : never;

/** Whether `value` is an iterator, which its `next` shows. */
export function isWork(value: unknown): value is Work {
  return areFunctions(membersOf(value).next);
}

/**
 * An iterator over `source`: `source` itself if it is an iterator, else a new one. If `source` can
 * make both kinds, the new one is asynchronous.
 *
 * @throws InvalidArgTypeError: it is neither an iterator nor an iterable object.
 * @throws the error that making an iterator throws.
 */
export function workFrom(source: unknown): Work {
  if (isWork(source)) return source;
  const iterable = membersOf(source) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const work = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (isWork(work)) return work;
  const hint = typeof source === 'function' ? ': call the function that makes one' : '';
  throw new InvalidArgTypeError('iterator', `an iterator or an iterable object${hint}`, source);
}

/** Ends an iterator before its time, as leaving a `for…of` does. Never throws. */
export function closeWork(work: Work): void {
  const report = (error: unknown) => log.err(error, 'Closing the iterator of a task failed');
  try {
    whenRejected((work as Partial<Iterator<unknown>>).return?.(), report);
  } catch (error) {
    report(error);
  }
}

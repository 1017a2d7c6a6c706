import { ConnectionDone } from './errors.js';

/**
 * The reason of a clean close. It has no stack: it is not thrown, its stack would show only the
 * event loop, and capturing that would be the most costly part of a close.
 */
export function cleanClose(): ConnectionDone {
  const { stackTraceLimit } = Error;
  // `Reflect`, because a program that freezes `Error` should get a stack rather than a `TypeError`.
  Reflect.set(Error, 'stackTraceLimit', 0);
  const reason = new ConnectionDone();
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  return reason;
}

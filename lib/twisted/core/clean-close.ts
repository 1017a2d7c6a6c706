import { ConnectionDone } from './errors.js';

/**
 * The reason of a clean close. Nobody throws it, and a stack would show the event loop alone, but
 * to take one is the most costly part of a close.
 */
export function cleanClose(): ConnectionDone {
  const { stackTraceLimit } = Error;
  // `Reflect`, because who freezes `Error` should get a stack rather than a `TypeError`.
  Reflect.set(Error, 'stackTraceLimit', 0);
  const reason = new ConnectionDone();
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  return reason;
}

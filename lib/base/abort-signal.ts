/** `AbortSignal`s of any library, which end connections, transfers and waits. */
import { InvalidArgTypeError } from './errors.js';
import { log } from './log.js';

/** @throws InvalidArgTypeError: `signal` is given, but has no way to listen for its abort. */
export function assertSignal(signal: unknown, name = 'options.signal'): void {
  if (signal === undefined) return;
  if (
    typeof signal !== 'object' ||
    signal === null ||
    !('aborted' in signal && 'addEventListener' in signal)
  ) {
    throw new InvalidArgTypeError(name, 'an AbortSignal', signal);
  }
}

/**
 * Those that listen to a signal, which has one listener of us: it may serve thousands of connections,
 * and Node 20 warns of a leak at the eleventh.
 */
const heard = /* @__PURE__ */ new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `callback` once, when `signal` aborts. If it has aborted already, does nothing. */
export function addAbortListener(signal: AbortSignal | undefined, callback: () => void): void {
  if (!signal || signal.aborted) return;
  let callbacks = heard.get(signal);
  if (!callbacks) {
    heard.set(signal, (callbacks = new Set()));
    signal.addEventListener('abort', tellAll, { once: true });
  }
  callbacks.add(callback);
}

/** Takes back `addAbortListener`. Does nothing if `callback` was not added, or was called. */
export function removeAbortListener(signal: AbortSignal | undefined, callback: () => void): void {
  if (!signal) return;
  const callbacks = heard.get(signal);
  callbacks?.delete(callback);
  if (callbacks?.size !== 0) return;
  signal.removeEventListener('abort', tellAll);
  heard.delete(signal);
}

function tellAll(this: AbortSignal): void {
  // Not a copy: one that another takes back is not called, and none is added to an aborted signal.
  for (const callback of heard.get(this) ?? []) {
    try {
      callback();
    } catch (thrown) {
      log.err(thrown, 'A signal aborted');
    }
  }
  heard.delete(this);
}

/**
 * Calls `abort` when `signal` aborts, until `over` settles. A signal may serve many connections, so
 * a connection that is over must leave nothing with it.
 */
export function onAbort(signal: AbortSignal, abort: () => void, over: Promise<unknown>): void {
  addAbortListener(signal, abort);
  const leave = (): void => removeAbortListener(signal, abort);
  over.then(leave, leave);
  if (signal.aborted) abort(); // A callback may have aborted it meanwhile.
}

/** `AbortSignal`s of any library, which end connections, transfers and waits. */
import { assertKnownOptions, assertOptions } from './arguments.js';
import { InvalidArgTypeError } from './errors.js';
import { log } from './log.js';
import { areFunctions, membersOf } from './members.js';

/** @throws InvalidArgTypeError: `signal` is given, but has no way to listen for its abort. */
export function assertSignal(signal: unknown, name = 'options.signal'): void {
  if (signal === undefined) return;
  const { aborted, addEventListener } = membersOf(signal);
  if (aborted !== undefined && areFunctions(addEventListener)) return;
  throw new InvalidArgTypeError(name, 'an AbortSignal', signal);
}

/** Options of which `signal` is the only one. */
interface SignalOption {
  signal?: AbortSignal | undefined;
}

/**
 * @throws InvalidArgTypeError: `options` is not an object, or has an option that is a misspelt
 *   `signal`, or a `signal` that is not one.
 */
export function assertSignalOption(options: unknown): asserts options is SignalOption {
  assertOptions(options);
  assertKnownOptions(options, ['signal']);
  assertSignal((options as SignalOption).signal);
}

/** A signal that aborts when one of two does, each of which may be left out. */
export function eitherSignal(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other);
}

/**
 * The callbacks that wait for each signal. A signal has one listener of ours, because it may serve
 * thousands of connections, and Node 20 warns of a leak at the eleventh listener.
 */
const waiting = /* @__PURE__ */ new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `callback` once, when `signal` aborts. If it has aborted already, does nothing. */
export function addAbortListener(signal: AbortSignal | undefined, callback: () => void): void {
  if (!signal || signal.aborted) return;
  let callbacks = waiting.get(signal);
  if (!callbacks) {
    waiting.set(signal, (callbacks = new Set()));
    signal.addEventListener('abort', callAll, { once: true });
  }
  callbacks.add(callback);
}

/** Takes back `addAbortListener`. Does nothing if `callback` was not added, or was called. */
export function removeAbortListener(signal: AbortSignal | undefined, callback: () => void): void {
  if (!signal) return;
  const callbacks = waiting.get(signal);
  if (!callbacks?.delete(callback) || callbacks.size > 0) return;
  signal.removeEventListener('abort', callAll);
  waiting.delete(signal);
}

function callAll(this: AbortSignal): void {
  // Not a copy: a callback that another takes back is not called, and none is added to an aborted signal.
  for (const callback of waiting.get(this) ?? []) {
    try {
      callback();
    } catch (thrown) {
      log.err(thrown, 'A signal aborted');
    }
  }
  waiting.delete(this);
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

/**
 * The context of an `AsyncLocalStorage`. Node gives each timer and each callback of a stream the
 * context in which it was asked for. Where one callback of the event loop serves several
 * connections or calls, each must run in its own context: a program's log would name the
 * request of another client, or worse, the program would act for that client.
 */
import type { AsyncResource } from 'node:async_hooks';
import { builtIn } from './built-in.js';

/** A context in which to run code. */
export type Context = Pick<AsyncResource, 'runInAsyncScope'>;

let Resource: typeof AsyncResource | undefined;

/** The context in which this is called. */
export function currentContext(): Context {
  Resource ??= builtIn('node:async_hooks').AsyncResource;
  return new Resource('twisted-streams');
}

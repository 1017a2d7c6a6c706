import { type EventEmitter, once } from 'node:events';

/** The error that `stream` emits. */
export async function errorOf(stream: EventEmitter): Promise<Error> {
  const [error] = (await once(stream, 'error')) as [Error];
  return error;
}

import type { ITCPTransport, ITransport } from '../../twisted/core/index.js';

/**
 * Ends the connection of `transport`, or a half of it, in a way that not every transport has.
 *
 * @param heed - Takes the value that the method returned, which is a promise if the method is
 *   async.
 * @returns whether the transport has the method.
 */
export function endBy(
  method: 'loseWriteConnection' | 'abortConnection',
  transport: ITransport,
  heed: (returned: unknown) => void,
): boolean {
  const { [method]: end } = transport as Partial<ITCPTransport>;
  if (typeof end !== 'function') return false;
  heed(end.call(transport));
  return true;
}

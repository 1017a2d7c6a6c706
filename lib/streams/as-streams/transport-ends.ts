/** Two ways to end a connection that not every transport has. */
import type { ITCPTransport, ITransport } from '../../twisted/core/index.js';

/** Takes what a method of a transport returned, which is a promise if the method is async. */
type Heed = (returned: unknown) => void;

/** Ends the write half of `transport`, if it can end that alone. @returns whether it can. */
export function endWriteHalf(transport: ITransport, heed: Heed): boolean {
  const { loseWriteConnection } = transport as Partial<ITCPTransport>;
  if (typeof loseWriteConnection !== 'function') return false;
  heed(loseWriteConnection.call(transport));
  return true;
}

/** Aborts the connection of `transport`, if it can. @returns whether it can. */
export function abort(transport: ITransport, heed: Heed): boolean {
  const { abortConnection } = transport as Partial<ITCPTransport>;
  if (typeof abortConnection !== 'function') return false;
  heed(abortConnection.call(transport));
  return true;
}

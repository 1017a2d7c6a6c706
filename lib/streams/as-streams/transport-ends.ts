/** Two ways to end a connection that not every transport has. */
import type { ITCPTransport, ITransport } from '../../twisted/core/index.js';

/** Ends the write half of `transport`, if it can end that alone. @returns whether it can. */
export function endWriteHalf(transport: ITransport): boolean {
  const { loseWriteConnection } = transport as Partial<ITCPTransport>;
  if (typeof loseWriteConnection !== 'function') return false;
  loseWriteConnection.call(transport);
  return true;
}

/** Aborts the connection of `transport`, if it can. @returns whether it can. */
export function abort(transport: ITransport): boolean {
  const { abortConnection } = transport as Partial<ITCPTransport>;
  if (typeof abortConnection !== 'function') return false;
  abortConnection.call(transport);
  return true;
}

/** The transports that can be shaped, and the members that only some of them have. */
import { MethodNotImplementedError } from '../../base/errors.js';
import type { ConsumerState, consumerState, IConsumer, ITransport } from '../core/index.js';

/** A transport with which a producer can register. */
export type ShapableTransport = ITransport & IConsumer;

/** Further members that such a transport may have. */
export interface VersatileTransport {
  readonly connected?: boolean;
  readonly disconnecting?: boolean;
  readonly disconnected?: boolean;
  readonly waitsForProducer?: boolean;
  readonly protocol?: unknown;
  loseConnection(): void;
  loseWriteConnection?(): void;
  abortConnection?(): void;
  startTLS?(options?: object): void;
  [consumerState]?(): ConsumerState;
}

/** @throws MethodNotImplementedError: `transport` has no such method. */
export function assertCan(
  transport: VersatileTransport,
  method: 'loseWriteConnection' | 'abortConnection' | 'startTLS',
): void {
  if (typeof transport[method] !== 'function') {
    throw new MethodNotImplementedError(transport, method);
  }
}

import { addAbortListener, removeAbortListener } from '../../base/abort-signal.js';
import type { IProtocol } from '../../twisted/core/index.js';
import { CancelledError } from './errors.js';

interface Waiter {
  /** How many more failed attempts it waits for; `null` for any number. */
  left: number | null;
  resolve(protocol: IProtocol): void;
  reject(reason: Error): void;
}

/** The callers of `whenConnected`, until there is a connection. */
export class ConnectionWaiters {
  private readonly waiters = new Set<Waiter>();

  /** @returns a promise of the next connection. */
  add(failAfterFailures: number | null, signal: AbortSignal | undefined): Promise<IProtocol> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.waiters.delete(waiter);
        removeAbortListener(signal, abort);
      };
      const abort = () => {
        leave();
        reject(cancelled(signal));
      };
      const waiter: Waiter = {
        left: failAfterFailures,
        resolve: (protocol) => (leave(), resolve(protocol)),
        reject: (reason) => (leave(), reject(reason)),
      };
      if (signal?.aborted) reject(cancelled(signal));
      else {
        this.waiters.add(waiter);
        addAbortListener(signal, abort);
      }
    });
  }

  /** @returns a rejected promise, because no connection will come. */
  refuse(): Promise<never> {
    return Promise.reject(new CancelledError('The service is stopped'));
  }

  /** The connection is made: resolves all promises. */
  connected(protocol: IProtocol): void {
    for (const waiter of [...this.waiters]) waiter.resolve(protocol);
  }

  /** An attempt has failed: rejects the promises that wait for no further attempt. */
  failed(reason: unknown): void {
    for (const waiter of [...this.waiters]) {
      if (waiter.left === null) continue;
      waiter.left -= 1;
      if (waiter.left < 1) waiter.reject(reason as Error); // Or any other value that was thrown.
    }
  }

  /** No connection will come: rejects all promises. */
  cancel(): void {
    const reason = new CancelledError('The service was stopped');
    for (const waiter of [...this.waiters]) waiter.reject(reason);
  }
}

function cancelled(signal: AbortSignal | undefined): CancelledError {
  return new CancelledError('The wait for a connection was given up', { cause: signal?.reason });
}

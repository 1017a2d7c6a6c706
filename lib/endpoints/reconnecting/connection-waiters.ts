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

  /** @param service - The signal that stops the service. */
  constructor(private readonly service: AbortSignal | undefined) {}

  /** @returns a promise of the next connection. */
  add(failAfterFailures: number | null, signal: AbortSignal | undefined): Promise<IProtocol> {
    const { service } = this;
    return new Promise((resolve, reject) => {
      const stop = () => waiter.reject(cancelled(STOPPED, service));
      const giveUp = () => waiter.reject(cancelled(GIVEN_UP, signal));
      const leave = () => {
        this.waiters.delete(waiter);
        removeAbortListener(service, stop);
        removeAbortListener(signal, giveUp);
      };
      const waiter: Waiter = {
        left: failAfterFailures,
        resolve: (protocol) => (leave(), resolve(protocol)),
        reject: (reason) => (leave(), reject(reason)),
      };
      if (signal?.aborted) {
        giveUp();
      } else {
        this.waiters.add(waiter);
        addAbortListener(service, stop); // Also before the service is started: it listens only then.
        addAbortListener(signal, giveUp);
      }
    });
  }

  /** @returns a rejected promise, because no connection will come. */
  refuse(): Promise<never> {
    return Promise.reject(cancelled('The service is stopped', this.service));
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
    const reason = cancelled(STOPPED, this.service);
    for (const waiter of [...this.waiters]) waiter.reject(reason);
  }
}

const STOPPED = 'The service was stopped';
const GIVEN_UP = 'The wait for a connection was given up';

/** With the reason of `signal` as its cause, if that has aborted. */
function cancelled(message: string, signal: AbortSignal | undefined): CancelledError {
  return new CancelledError(message, signal?.aborted ? { cause: signal.reason } : undefined);
}

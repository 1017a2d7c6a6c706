import { assertMethod } from '../../base/arguments.js';
import { log } from '../../base/log.js';
import { assertNotNegative } from '../../base/seconds.js';
import {
  heedClock,
  type IDelayedCall,
  type IReactorTime,
  reactor,
} from '../../twisted/cooperation/index.js';
import { logRejection } from '../../base/rejection.js';
import type { IProtocol, IProtocolFactory } from '../../twisted/core/index.js';
import type { IStreamClientEndpoint } from '../described/index.js';
import { Attempt, type AttemptListener } from './attempt.js';
import { backoffPolicy, type RetryPolicy } from './backoff-policy.js';
import { ConnectionWaiters } from './connection-waiters.js';

/**
 * - `init`: it was never started.
 * - `connecting`: an attempt is under way, or its connection is being prepared.
 * - `waiting`: it waits until the next attempt.
 * - `connected`: the connection is made and prepared.
 * - `disconnecting`: it was stopped, and the connection is being closed.
 * - `restarting`: it was started again before that connection was closed.
 * - `stopped`: it was stopped, and there is no connection.
 */
type State =
  'init' | 'connecting' | 'waiting' | 'connected' | 'disconnecting' | 'restarting' | 'stopped';

/** The endpoint, the factory and the policy of a service. */
interface ClientMachineOptions {
  readonly endpoint: IStreamClientEndpoint;
  readonly factory: IProtocolFactory;
  readonly retryPolicy: RetryPolicy;
  readonly clock: IReactorTime;
  readonly prepareConnection: ((protocol: never) => unknown) | undefined;
  /** The signal that stops the service: its reason is why no connection comes. */
  readonly signal: AbortSignal | undefined;
}

/** The policy that is used when the user's own has failed. */
const fallbackPolicy = /* @__PURE__ */ backoffPolicy();

/**
 * Keeps one connection to an endpoint. Each method is one input of the machine. Its effect depends
 * on the state, and it sets the new state before it calls any other code.
 *
 * @see Twisted: `twisted.application.internet._ClientMachine`
 */
export class ClientMachine implements AttemptListener {
  private state: State = 'init';
  /** The current attempt and its connection; events of earlier ones are ignored. */
  private attempt: Attempt | null = null;
  private failedAttempts = 0;
  private retryCall: IDelayedCall | null = null;
  private readonly waiters: ConnectionWaiters;
  /** The attempts whose connections could not be prepared, until these are closed. */
  private readonly unprepared = new Set<Attempt>();
  /** The callers of `stopService`, until all connections are closed. */
  private stopWaiters: (() => void)[] = [];

  constructor(private readonly options: ClientMachineOptions) {
    this.waiters = new ConnectionWaiters(options.signal);
  }

  /** Keeps a connection from now on. */
  start(): void {
    switch (this.state) {
      case 'init':
      case 'stopped':
        this.connect();
        break;
      case 'disconnecting':
        this.state = 'restarting';
        this.failedAttempts = 0;
        break;
      default: // It keeps a connection already.
    }
  }

  /** Stops keeping a connection. @returns a promise that resolves when there is no connection. */
  stop(): Promise<void> {
    switch (this.state) {
      case 'init':
      case 'stopped':
      case 'waiting':
        this.stopWaiting();
        return this.whenClosed();
      case 'connecting':
        return this.attempt?.protocol ? this.disconnect() : this.stopConnecting();
      case 'connected':
        return this.disconnect();
      case 'disconnecting':
      case 'restarting':
        this.state = 'disconnecting';
        return this.whenStopped();
    }
  }

  /** A promise of the connection that is made, or of the next connection. */
  whenConnected(
    failAfterFailures: number | null,
    signal: AbortSignal | undefined,
  ): Promise<IProtocol> {
    const protocol = this.state === 'connected' ? this.attempt?.protocol : null;
    if (protocol) return Promise.resolve(protocol.wrappedProtocol);
    if (this.state === 'stopped' || this.options.signal?.aborted) return this.waiters.refuse();
    return this.waiters.add(failAfterFailures, signal);
  }

  ready(attempt: Attempt): void {
    if (this.attempt !== attempt || this.state !== 'connecting') return;
    this.state = 'connected';
    this.failedAttempts = 0;
    this.waiters.connected(attempt.protocol?.wrappedProtocol as IProtocol);
  }

  failed(attempt: Attempt, reason: unknown): void {
    // If the attempt is being closed, only its loss counts.
    if (this.attempt !== attempt || this.state !== 'connecting') return;
    this.attempt = null;
    // Differs from Twisted, which leaves a connection open that could not be prepared.
    if (attempt.protocol !== null) {
      this.unprepared.add(attempt);
      attempt.close();
    }
    this.attemptFailed(reason);
  }

  lost(attempt: Attempt, reason: Error): void {
    if (this.unprepared.delete(attempt)) {
      if (!this.isClosing()) this.tellStopped();
      return;
    }
    if (this.attempt !== attempt) return;
    this.attempt = null;
    switch (this.state) {
      case 'connected':
        this.wait();
        break;
      case 'disconnecting':
        this.stopped();
        break;
      case 'restarting':
        this.tellStopped();
        this.connect();
        break;
      default:
        // Differs from Twisted, which has no such transition: the connection was being prepared.
        this.attemptFailed(reason);
    }
  }

  private connect(): void {
    const { endpoint, factory, prepareConnection } = this.options;
    this.state = 'connecting';
    this.attempt = new Attempt(this);
    this.attempt.begin(endpoint, factory, prepareConnection);
  }

  private attemptFailed(reason: unknown): void {
    this.wait();
    this.waiters.failed(reason);
  }

  private wait(): void {
    this.state = 'waiting';
    this.failedAttempts += 1;
    const delay = this.nextDelay();
    if (this.state !== 'waiting') return; // The policy may have called `stop`.
    this.retryCall = this.callLater(delay, () => {
      this.retryCall = null;
      this.connect();
    });
  }

  /** As with a policy that throws, the service must go on although its clock fails. */
  private callLater(delay: number, f: () => void): IDelayedCall {
    try {
      const call = this.options.clock.callLater(delay, f);
      heedClock(call);
      assertMethod(call, 'options.clock.callLater()', 'cancel');
      return call;
    } catch (thrown) {
      log.err(thrown, 'The clock of a ClientService failed; it waits as it does without one');
      return reactor.callLater(delay, f);
    }
  }

  /** No caller could catch an error that a policy throws, and the service must go on. */
  private nextDelay(): number {
    try {
      const delay = this.options.retryPolicy(this.failedAttempts);
      logRejection(delay, 'The retryPolicy of a ClientService rejected');
      assertNotNegative(delay, 'retryPolicy()');
      return delay;
    } catch (thrown) {
      log.err(thrown, 'The retryPolicy of a ClientService failed; it waits as it does without one');
      return fallbackPolicy(this.failedAttempts);
    }
  }

  private stopWaiting(): void {
    const { retryCall } = this;
    this.retryCall = null;
    this.state = 'stopped';
    this.waiters.cancel(); // Before other code may start the service again, and wait again.
    heedClock(retryCall?.cancel());
  }

  private stopConnecting(): Promise<void> {
    const { attempt } = this;
    this.attempt = null;
    this.state = 'stopped';
    this.waiters.cancel();
    attempt?.cancel();
    return this.whenClosed();
  }

  private disconnect(): Promise<void> {
    this.state = 'disconnecting';
    const whenStopped = this.whenStopped();
    this.attempt?.close();
    return whenStopped;
  }

  private stopped(): void {
    this.state = 'stopped';
    this.waiters.cancel();
    this.tellStopped();
  }

  /** Whether it waits for the loss of its current connection. */
  private isClosing(): boolean {
    return this.state === 'disconnecting' || this.state === 'restarting';
  }

  /** For a service without an attempt or a current connection. */
  private whenClosed(): Promise<void> {
    return this.unprepared.size > 0 ? this.whenStopped() : Promise.resolve();
  }

  private whenStopped(): Promise<void> {
    return new Promise((resolve) => this.stopWaiters.push(resolve));
  }

  private tellStopped(): void {
    if (this.unprepared.size > 0) return;
    const waiting = this.stopWaiters;
    this.stopWaiters = [];
    for (const tell of waiting) tell();
  }
}

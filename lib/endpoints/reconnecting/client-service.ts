import {
  addAbortListener,
  assertSignal,
  assertSignalOption,
  removeAbortListener,
} from '../../base/abort-signal.js';
import {
  assertFunction,
  assertKnownOptions,
  assertMethod,
  assertNumber,
  assertOptions,
} from '../../base/arguments.js';
import { InvalidStateError } from '../../base/errors.js';
import { log } from '../../base/log.js';
import { type IReactorTime, reactor } from '../../twisted/cooperation/index.js';
import { assertFactory, type IProtocol } from '../../twisted/core/index.js';
import { assertEndpoint, type FactoryOf, type IStreamClientEndpoint } from '../described/index.js';
import { backoffPolicy, type RetryPolicy } from './backoff-policy.js';
import { ClientMachine } from './client-machine.js';

/** Options of {@link ClientService}. */
export interface ClientServiceOptions<Built extends IProtocol = IProtocol> {
  /** How long to wait before each further attempt; as `backoffPolicy()` has it unless given. */
  retryPolicy?: RetryPolicy | undefined;
  /** The clock that times the waits; `reactor` unless given. */
  clock?: IReactorTime | undefined;
  /**
   * Called with each protocol that was connected, for example to log in. If it returns a promise,
   * the service counts as connected once that has resolved. If it throws or rejects, the connection
   * is closed, and the attempt counts as failed.
   */
  prepareConnection?: ((protocol: Built) => unknown) | undefined;
  /** Stops the service when it aborts. */
  signal?: AbortSignal | undefined;
}

/** Options of {@link ClientService.whenConnected}. */
export interface WhenConnectedOptions {
  /** Ends the wait when it aborts; the service goes on. */
  signal?: AbortSignal | undefined;
}

/**
 * Keeps one connection to an endpoint: connects again, after a wait, when it is lost or couldn't be
 * made.
 *
 * @example
 * ```ts
 * const endpoint = clientFromString('tls:example.com:6697');
 * const service = new ClientService(endpoint, Factory.forProtocol(Chat));
 * service.startService();
 * const chat = await service.whenConnected();
 * await service.stopService();
 * ```
 *
 * @see Twisted: `twisted.application.internet.ClientService`
 */
export class ClientService<Built extends IProtocol = IProtocol> {
  /** Whether it was started, and not stopped since. */
  running = false;

  readonly #machine: ClientMachine;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param endpoint - The endpoint to connect to.
   * @param factory - Builds the protocol of each connection.
   * @param options - See {@link ClientServiceOptions}.
   * @throws InvalidArgTypeError: an argument or option is of the wrong kind.
   */
  constructor(
    endpoint: IStreamClientEndpoint,
    factory: FactoryOf<Built>,
    options: ClientServiceOptions<Built> = {},
  ) {
    assertEndpoint(endpoint);
    assertFactory(factory);
    assertClientServiceOptions(options);
    const { retryPolicy = backoffPolicy(), clock = reactor, prepareConnection, signal } = options;
    this.#signal = signal;
    this.#machine = new ClientMachine({
      endpoint,
      factory,
      retryPolicy,
      clock,
      prepareConnection,
      signal,
    });
  }

  /**
   * Connects, and keeps the connection. If the service runs already, it only reports an error to
   * `log.err`.
   *
   * @throws the reason of the signal, if that has aborted: nothing was started.
   * @see Twisted: `ClientService.startService`
   */
  startService(): void {
    if (this.running) {
      log.err(new InvalidStateError('Duplicate ClientService.startService'), 'It runs already');
      return;
    }
    this.#signal?.throwIfAborted();
    this.running = true;
    addAbortListener(this.#signal, this.#onAbort);
    this.#machine.start();
  }

  /**
   * Gives up the attempt, or the wait, that is under way, or closes the connection with
   * `loseConnection`. It can be started again.
   *
   * @returns a promise that resolves once there is no connection, and no attempt.
   * @see Twisted: `ClientService.stopService`
   */
  stopService(): Promise<void> {
    this.running = false;
    removeAbortListener(this.#signal, this.#onAbort);
    return this.#machine.stop();
  }

  readonly #onAbort = () => {
    void this.stopService();
  };

  /**
   * Waits for a connection.
   *
   * @param failAfterFailures - The number of failed attempts, counted from now, after which to give
   *   up waiting. Unless given, only the end of the service ends the wait.
   * @param options - See {@link WhenConnectedOptions}.
   * @returns a promise of the protocol that is connected, or of the next protocol that will be.
   * @throws CancelledError (rejects): the service is stopped, or stops, or one of the two signals
   *   aborted, whose reason is the `cause`.
   * @throws the error of the last attempt (rejects), after `failAfterFailures` failed attempts.
   * @throws InvalidArgTypeError, OutOfRangeError (rejects): an argument is not valid.
   * @see Twisted: `ClientService.whenConnected`
   */
  async whenConnected(
    failAfterFailures: number | null = null,
    options: WhenConnectedOptions = {},
  ): Promise<Built> {
    assertSignalOption(options);
    if (failAfterFailures !== null) {
      const expected = 'a whole number, or null, as in whenConnected(3)';
      assertNumber(failAfterFailures, 'failAfterFailures', expected, Number.isInteger);
    }
    // Our factory built it, so its type is right.
    return (await this.#machine.whenConnected(failAfterFailures, options.signal)) as Built;
  }
}

function assertClientServiceOptions(options: unknown): void {
  assertOptions(options);
  assertKnownOptions(options, ['retryPolicy', 'clock', 'prepareConnection', 'signal']);
  const { clock, signal, ...functions } = options as Partial<Record<string, unknown>>;
  for (const name of ['retryPolicy', 'prepareConnection']) {
    const { [name]: value } = functions;
    if (value !== undefined) assertFunction(value, `options.${name}`);
  }
  if (clock !== undefined) assertMethod(clock, 'options.clock', 'callLater');
  assertSignal(signal);
}

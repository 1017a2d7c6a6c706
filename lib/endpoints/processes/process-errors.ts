/** The reasons for the end of a process. */
import { isError } from '../../base/as-error.js';
import { ConnectionDone, ConnectionLost } from '../../twisted/core/index.js';

/**
 * The process exited with code 0. `code` is `ERR_PROCESS_DONE`.
 *
 * @see Twisted: `twisted.internet.error.ProcessDone`
 */
export class ProcessDone extends ConnectionDone {
  override readonly code = 'ERR_PROCESS_DONE';
  /** Always 0. */
  readonly exitCode = 0;
  /** Always `null`. */
  readonly signal = null;

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'process finished with exit code 0') {
    super(message);
  }
}

/**
 * The process exited with another code, was killed by a signal, or couldn't be started: then
 * `cause` is the reason. `code` is `ERR_PROCESS_TERMINATED`.
 *
 * @see Twisted: `twisted.internet.error.ProcessTerminated`
 */
export class ProcessTerminated extends ConnectionLost {
  override readonly code = 'ERR_PROCESS_TERMINATED';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param exitCode - The code that it exited with, or `null`.
   * @param signal - The signal that killed it, such as `SIGTERM`, or `null`.
   * @param options - `cause`: the reason why it couldn't be started.
   */
  constructor(
    /** The code that it exited with; `null` if a signal killed it, or it couldn't be started. */
    readonly exitCode: number | null = null,
    /** The signal that killed it, such as `SIGTERM`; `null` if none did. */
    readonly signal: NodeJS.Signals | null = null,
    options?: ErrorOptions,
  ) {
    let how = 'process ended';
    const cause = options?.cause;
    if (isError(cause)) how = `process couldn't be started: ${cause.message}`;
    else if (exitCode !== null) how += ` with exit code ${exitCode}`;
    else if (signal !== null) how += ` by signal ${signal}`;
    super(how, options);
  }
}

/**
 * The process has exited, so it can't be signalled. `code` is `ESRCH`.
 *
 * @see Twisted: `twisted.internet.error.ProcessExitedAlready`
 */
export class ProcessExitedAlready extends Error {
  /** Match on this. */
  readonly code = 'ESRCH';

  /**
   * Makes the error, as the library does. Your own classes and tests may do the same.
   *
   * @param message - Says what happened, for a person.
   */
  constructor(message = 'The process has exited already') {
    super(message);
    this.name = new.target.name;
  }
}

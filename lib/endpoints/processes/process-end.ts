/** The end of a process that is disposed of: it exits by itself, or is terminated. */
import { log } from '../../base/log.js';
import type { IProcessTransport } from './process-interfaces.js';

/** Milliseconds that a process has to exit by itself once its pipes are closed. */
const GRACE = 1000;

interface Disposed extends Pick<IProcessTransport, 'pid' | 'signalProcess'> {
  readonly closed: Promise<unknown>;
}

/**
 * Waits until `process` has ended. One that has not exited a second after all that was written to it
 * is `delivered` gets a `SIGTERM`; if the system refuses that, the error is logged.
 */
export async function endOrTerminate(
  process: Disposed,
  delivered: Promise<unknown>,
): Promise<void> {
  await Promise.race([process.closed, delivered]);
  const timer = setTimeout(() => terminate(process), GRACE);
  await process.closed;
  clearTimeout(timer);
}

/** Called by a timer: no caller could catch the error if the system refuses, as for `sudo`. */
function terminate(process: Disposed): void {
  try {
    // It may have exited, and another process that has inherited its pipes keeps them open.
    if (process.pid !== null) process.signalProcess('TERM');
  } catch (thrown) {
    log.err(thrown, 'A child process could not be terminated');
  }
}

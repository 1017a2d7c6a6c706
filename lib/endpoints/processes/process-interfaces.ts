/** The contract of a child process and the protocol that talks to it. */
import type { IConsumer, IPushProducer, ITransport } from '../../twisted/core/index.js';
import type { ProcessDone, ProcessTerminated } from './process-errors.js';

/** A signal: a short name, as in Twisted, or a name or number of the system. */
export type ProcessSignal = NodeJS.Signals | 'HUP' | 'INT' | 'KILL' | 'STOP' | 'TERM' | number;

/**
 * A child process, as its protocol sees it.
 *
 * @see Twisted: `twisted.internet.interfaces.IProcessTransport`
 */
export interface IProcessTransport extends ITransport, IConsumer, IPushProducer {
  /** The operating system's number of the process; `null` once it has exited. */
  readonly pid: number | null;
  /** Writes to any of the child's descriptors. */
  writeToChild(childFD: number, data: Uint8Array): void;
  /**
   * Closes the child's standard input once everything is written and its producer has unregistered.
   */
  closeStdin(): void;
  /** Stops reading the child's standard output. */
  closeStdout(): void;
  /** Stops reading the child's standard error. */
  closeStderr(): void;
  /**
   * Closes our end of one of the child's descriptors; if we write to it, once everything is sent.
   */
  closeChildFD(childFD: number): void;
  /** Sends a signal. */
  signalProcess(signal: ProcessSignal): void;
}

/**
 * An object that is told of the events of a child process. Calls come in this order:
 * `makeConnection` once; `childDataReceived`, and `childConnectionLost` once for each descriptor;
 * `processExited` once, as soon as the process has exited; `processEnded` once, when everything is
 * over. Bytes that a process wrote before it exited may come after `processExited`.
 *
 * @see Twisted: `twisted.internet.interfaces.IProcessProtocol`
 */
export interface IProcessProtocol {
  /** The process runs. */
  makeConnection(process: IProcessTransport): void;
  /** The child wrote `data` to its descriptor `childFD`. */
  childDataReceived(childFD: number, data: Buffer): void;
  /** The child's descriptor `childFD` is closed. */
  childConnectionLost(childFD: number): void;
  /** The process has exited: `reason` says with which `exitCode`, or by which `signal`. */
  processExited(reason: ProcessDone | ProcessTerminated): void;
  /**
   * The process has exited and all its descriptors are closed. `reason` is that of `processExited`.
   */
  processEnded(reason: ProcessDone | ProcessTerminated): void;
}

/** What talks to a child process. */
import type { ProcessTransport } from './process-transport.js';

/**
 * Hears of a child process. Calls come in this order: `makeConnection` once; `childDataReceived`, and
 * `childConnectionLost` once for each descriptor; `processExited` once, as soon as the process has
 * exited; `processEnded` once, when all is over. What a process wrote before it died may come after
 * `processExited`.
 *
 * @see Twisted: `twisted.internet.interfaces.IProcessProtocol`
 */
export interface IProcessProtocol {
  /** The process runs. */
  makeConnection(process: ProcessTransport): void;
  /** The child wrote `data` to its descriptor `childFD`. */
  childDataReceived(childFD: number, data: Buffer): void;
  /** The child's descriptor `childFD` is closed. */
  childConnectionLost(childFD: number): void;
  /** The process has exited. `reason` is `ProcessDone` or `ProcessTerminated`. */
  processExited(reason: Error): void;
  /** The process has exited and all its descriptors are closed. `reason` is that of `processExited`. */
  processEnded(reason: Error): void;
}

/**
 * The usual base: sorts what comes by descriptor. Override what you want to hear.
 *
 * @see Twisted: `twisted.internet.protocol.ProcessProtocol`
 */
export class ProcessProtocol implements IProcessProtocol {
  /** The way to the process, from `makeConnection` on; `null` before. */
  transport: ProcessTransport = null as unknown as ProcessTransport;

  makeConnection(process: ProcessTransport): void {
    this.transport = process;
    this.connectionMade();
  }

  /** The process runs, `transport` is set. */
  connectionMade(): void {}

  childDataReceived(childFD: number, data: Buffer): void {
    if (childFD === 1) this.outReceived(data);
    else if (childFD === 2) this.errReceived(data);
  }

  /** The child wrote to its standard output. */
  outReceived(_data: Buffer): void {}

  /** The child wrote to its standard error. */
  errReceived(_data: Buffer): void {}

  childConnectionLost(childFD: number): void {
    if (childFD === 0) this.inConnectionLost();
    else if (childFD === 1) this.outConnectionLost();
    else if (childFD === 2) this.errConnectionLost();
  }

  /** The child's standard input is closed. */
  inConnectionLost(): void {}

  /** The child's standard output is closed. */
  outConnectionLost(): void {}

  /** The child's standard error is closed. */
  errConnectionLost(): void {}

  processExited(_reason: Error): void {}

  processEnded(_reason: Error): void {}
}

/** The protocol of a child process. */
import type { IProcessProtocol, IProcessTransport } from './process-interfaces.js';
import type { ProcessDone, ProcessTerminated } from './process-errors.js';

/**
 * The usual base class, with a method for each descriptor. Override the methods that you need.
 *
 * @see Twisted: `twisted.internet.protocol.ProcessProtocol`
 */
export class ProcessProtocol implements IProcessProtocol {
  /** Whether `makeConnection` was called. */
  connected = false;
  /** The way to the process, from `makeConnection` on; `null` before. */
  transport: IProcessTransport = null as unknown as IProcessTransport;

  makeConnection(process: IProcessTransport): void {
    this.connected = true;
    this.transport = process;
    return this.connectionMade(); // Returned, as below: it may be asynchronous, and fail later.
  }

  /** The process runs, `transport` is set. */
  connectionMade(): void {}

  childDataReceived(childFD: number, data: Buffer): void {
    if (childFD === 1) return this.outReceived(data);
    if (childFD === 2) return this.errReceived(data);
  }

  /** The child wrote to its standard output. */
  outReceived(_data: Buffer): void {}

  /** The child wrote to its standard error. */
  errReceived(_data: Buffer): void {}

  childConnectionLost(childFD: number): void {
    if (childFD === 0) return this.inConnectionLost();
    if (childFD === 1) return this.outConnectionLost();
    if (childFD === 2) return this.errConnectionLost();
  }

  /** The child's standard input is closed. */
  inConnectionLost(): void {}

  /** The child's standard output is closed. */
  outConnectionLost(): void {}

  /** The child's standard error is closed. */
  errConnectionLost(): void {}

  processExited(_reason: ProcessDone | ProcessTerminated): void {}

  processEnded(_reason: ProcessDone | ProcessTerminated): void {}
}

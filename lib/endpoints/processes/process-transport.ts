/** A child process, as a transport: its standard input is the consumer. */
import type { ChildProcess } from 'node:child_process';

import { publisher } from '../../base/diagnostics.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import {
  assertProducer,
  inOneLine,
  type IAddress,
  type IPullProducer,
  type IPushProducer,
  type ConsumerState,
  consumerState,
  logPrefixOf,
  tellToStop,
} from '../../twisted/core/index.js';
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import { assertBytes, piecesOf } from '../../base/bytes.js';
import type { ChildFDs } from './child-fds.js';
import { ChildReader, ChildWriter, takePipes } from './child-pipes.js';
import { ProcessDone, ProcessExitedAlready, ProcessTerminated } from './process-errors.js';
import { endOrTerminate } from './process-end.js';
import type { IProcessProtocol, IProcessTransport, ProcessSignal } from './process-interfaces.js';
import { WritersProbe } from './writers-probe.js';

/**
 * A child process. Bytes that are written go to its standard input, with the flow control of a
 * `WritableConsumer`. Bytes that the child writes go to the protocol, while the transport is not
 * paused.
 *
 * Node reports that the child has closed its standard input only at the next write, or when the
 * child exits; then the registered producer is stopped. If another process has inherited the
 * standard input, it stays open, and the bytes are delivered to that process.
 *
 * @see Twisted: `twisted.internet.interfaces.IProcessTransport`, `twisted.internet.process.Process`
 */
export class ProcessTransport implements IProcessTransport {
  /** The operating system's number of the process; `null` once it has exited. */
  pid: number | null;
  /**
   * Whether `loseConnection` was called. Twisted's has no such field: a receiver of lines that a
   * `ProcessProtocol` feeds looks there, to deliver nothing more.
   */
  disconnecting = false;

  /** @internal The consumer of the child's standard input, as long as it lasts and after that. */
  readonly [publisher]: object | undefined;

  private readonly writers = new Map<number, ChildWriter>();
  private readonly readers = new Map<number, ChildReader>();
  private readonly writersProbe = new WritersProbe(this.writers);
  private exitReason: ProcessDone | ProcessTerminated | undefined;
  private ended = false;
  private disposal: Promise<void> | undefined;
  private tellClosed!: (reason: ProcessDone | ProcessTerminated) => void;

  /** A promise of the reason that `processEnded` is given. It never rejects. */
  readonly closed = new Promise<ProcessDone | ProcessTerminated>((resolve) => {
    this.tellClosed = resolve;
  });

  /** @internal Use `spawnProcess`. */
  constructor(
    child: ChildProcess,
    private readonly protocol: IProcessProtocol,
    childFDs: ChildFDs,
  ) {
    this.pid = child.pid ?? null;
    this.listen(child);
    this.openPipes(child, childFDs);
    this[publisher] = this.writers.get(0)?.consumer;
    this.call(() => protocol.makeConnection(this));
  }

  private listen(child: ChildProcess): void {
    child.on('error', (cause) => {
      if (child.pid !== undefined) {
        log.err(cause, 'A child process failed'); // The error of a signal that couldn't be sent.
        return;
      }
      this.exited(new ProcessTerminated(null, null, { cause }));
    });
    child.on('exit', (code, signal) => {
      this.exited(code === 0 ? new ProcessDone() : new ProcessTerminated(code, signal));
    });
  }

  private openPipes(child: ChildProcess, childFDs: ChildFDs): void {
    const pipes = takePipes(child);
    for (const [key, kind] of Object.entries(childFDs)) {
      const childFD = Number(key);
      const pipe = pipes[childFD];
      if (!pipe) continue;
      if (kind === 'r') {
        const reader = new ChildReader(pipe, childFD, this.protocol);
        this.readers.set(childFD, reader);
        // Calls nobody back before the protocol is connected.
        void reader.start(
          (data) => this.protocol.childDataReceived(childFD, data),
          () => this.lost(this.readers, childFD),
        );
      } else {
        const onLost = () => this.lost(this.writers, childFD);
        this.writers.set(childFD, new ChildWriter(pipe, this.protocol, onLost));
      }
    }
  }

  /**
   * The system has closed the descriptors of a process before it reports the exit, and the protocol
   * hears of both in that order.
   */
  private exited(reason: ProcessDone | ProcessTerminated): void {
    this.pid = null;
    const lost = [...this.writers.values()].filter((writer) => writer.probe());
    const closed = Promise.all(lost.map(({ consumer }) => consumer.closed));
    void closed.then(() => this.tellExited(reason));
  }

  private tellExited(reason: ProcessDone | ProcessTerminated): void {
    this.exitReason = reason;
    this.call(() => this.protocol.processExited(reason));
    this.maybeEnd();
  }

  private lost(pipes: Map<number, unknown>, childFD: number): void {
    pipes.delete(childFD);
    this.call(() => this.protocol.childConnectionLost(childFD));
    this.maybeEnd();
  }

  private maybeEnd(): void {
    const { exitReason } = this;
    if (exitReason === undefined) return;
    this.writersProbe.begin();
    if (this.writers.size > 0 || this.readers.size > 0) return;
    this.ended = true;
    this.call(() => this.protocol.processEnded(exitReason));
    this.tellClosed(exitReason);
  }

  /** Calls the protocol from the event loop, where no caller could catch its error. */
  private call(callback: () => unknown): void {
    const failed = (reason: unknown): void =>
      log.err(reason, `${logPrefixOf(this.protocol)}: a callback threw`);
    try {
      whenRejected(callback(), failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** Whether the process has exited and all its descriptors are closed. */
  get disconnected(): boolean {
    return this.ended;
  }

  /**
   * As `IConsumer.write`, to the child's standard input. Does nothing once that is closed.
   *
   * @throws InvalidArgTypeError: `data` is not bytes; nothing was written.
   * @throws the error that the producer's `pauseProducing` throws; the bytes were taken.
   */
  write(data: Uint8Array): void {
    assertBytes(data);
    this.writers.get(0)?.consumer.write(data);
  }

  /**
   * Writes each piece of `data`, in order, to the child's standard input.
   *
   * @throws InvalidArgTypeError: `data` is not a sequence, or a piece is not bytes; nothing was
   *   written.
   * @throws the error that the producer's `pauseProducing` throws; the bytes were taken.
   */
  writeSequence(data: Iterable<Uint8Array>): void {
    const pieces = piecesOf(data);
    this.writers.get(0)?.consumer.writeSequence(pieces);
  }

  /**
   * Writes to any of the child's descriptors.
   *
   * @throws InvalidArgTypeError: we do not write to `childFD`, or not any more; or `data` is not
   *   bytes; nothing was written.
   */
  writeToChild(childFD: number, data: Uint8Array): void {
    const writer = this.writers.get(childFD);
    if (writer === undefined) {
      const expected = 'an open descriptor of the child to write to';
      throw new InvalidArgTypeError('childFD', expected, childFD);
    }
    writer.consumer.write(data);
  }

  /**
   * Registers the producer of the child's standard input. If that is closed, the producer is
   * stopped.
   *
   * @throws InvalidArgTypeError: `producer` lacks a method; nothing has changed.
   * @throws ProducerAlreadyRegisteredError: nothing has changed.
   * @throws any error that the producer throws.
   */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer<Streaming extends boolean>(
    producer: IPushProducer | IPullProducer,
    streaming: boolean extends Streaming ? Streaming : never,
  ): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    const stdin = this.writers.get(0);
    if (stdin !== undefined) {
      stdin.consumer.registerProducer(producer as IPushProducer, streaming);
    } else {
      assertProducer(producer, streaming);
      tellToStop(this, producer);
    }
  }

  /** Forgets the producer of the child's standard input. */
  unregisterProducer(): void {
    this.writers.get(0)?.consumer.unregisterProducer();
  }

  /** As a producer: reads from no descriptor of the child until it is resumed. */
  pauseProducing(): void {
    for (const reader of this.readers.values()) reader.pause();
  }

  /** As a producer: reads on. */
  resumeProducing(): void {
    for (const reader of this.readers.values()) reader.resume();
  }

  /** As a producer: its consumer is lost, so it closes. */
  stopProducing(): void {
    this.loseConnection();
  }

  /**
   * Closes the child's standard input once everything is written and its producer has unregistered.
   */
  closeStdin(): void {
    this.closeChildFD(0);
  }

  /** Stops reading the child's standard output. */
  closeStdout(): void {
    this.closeChildFD(1);
  }

  /** Stops reading the child's standard error. */
  closeStderr(): void {
    this.closeChildFD(2);
  }

  /**
   * Closes our end of one of the child's descriptors; if we write to it, once everything is sent.
   */
  closeChildFD(childFD: number): void {
    this.writers.get(childFD)?.close();
    this.readers.get(childFD)?.close();
  }

  /** Closes standard input, output and error. */
  loseConnection(): void {
    this.disconnecting = true;
    this.closeStdin();
    this.closeStderr();
    this.closeStdout();
  }

  /**
   * As `loseConnection`, of all of the child's descriptors. A process that hasn't exited a second
   * after they are closed gets a `SIGTERM`; if the system refuses that, the error is logged.
   *
   * @returns a promise that resolves once `processEnded` has been called.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.disposal ??= this.dispose();
    return this.disposal;
  }

  private async dispose(): Promise<void> {
    this.loseConnection();
    for (const childFD of [...this.writers.keys(), ...this.readers.keys()]) {
      this.closeChildFD(childFD);
    }
    const delivered = [...this.writers.values()].map(({ consumer }) => consumer.closed);
    await endOrTerminate(this, Promise.all(delivered));
  }

  /**
   * Sends a signal.
   *
   * @param signal - A number, a name, or Twisted's short form of a name, such as `'KILL'`.
   * @throws InvalidArgTypeError: `signal` is neither a name nor a whole number.
   * @throws ProcessExitedAlready: there is no process to send it to.
   * @throws TypeError: there is no such signal (`code` is `ERR_UNKNOWN_SIGNAL`).
   * @throws Error: the system refuses (`code` is the system's, such as `EPERM`).
   */
  signalProcess(signal: ProcessSignal): void {
    // Node takes a value such as `0` or `''` for SIGTERM.
    if (typeof signal !== 'string' && !Number.isInteger(signal)) {
      throw new InvalidArgTypeError('signal', 'the name or the number of a signal', signal);
    }
    if (this.pid === null) throw new ProcessExitedAlready();
    const full = typeof signal === 'string' && !signal.startsWith('SIG') ? `SIG${signal}` : signal;
    try {
      process.kill(this.pid, full); // `ChildProcess` would emit an error, not throw it.
    } catch (thrown) {
      // It has exited, but Node has yet to report it.
      if ((thrown as NodeJS.ErrnoException).code === 'ESRCH') throw new ProcessExitedAlready();
      throw thrown;
    }
  }

  /** A pipe has no address. */
  getPeer(): IAddress {
    return { type: 'PIPE' };
  }

  /** A pipe has no address. */
  getHost(): IAddress {
    return { type: 'PIPE' };
  }

  /**
   * @internal The state of the child's standard input, to which bytes are written, for `explain`.
   */
  [consumerState](): ConsumerState {
    const { exitReason } = this;
    if (this.ended) return { state: 'lost', reason: exitReason };
    if (exitReason !== undefined) return { state: 'exited', waitsFor: 'its pipes are still open' };
    const stdin = this.writers.get(0)?.consumer;
    return stdin?.[consumerState]() ?? { state: 'input closed', waitsFor: 'the process runs' };
  }

  /** One short line for `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return inOneLine(this);
  }
}

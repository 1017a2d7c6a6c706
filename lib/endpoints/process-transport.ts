/** A child process, as a transport: its standard input is the consumer. */
import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';

import { ReadableProducer } from '../streams/readable-producer.js';
import { WritableConsumer } from '../streams/writable-consumer.js';
import { InvalidArgTypeError } from '../twisted/errors.js';
import type {
  IAddress,
  IConsumer,
  IPullProducer,
  IPushProducer,
  ITransport,
} from '../twisted/interfaces.js';
import { log } from '../twisted/log.js';
import { assertProducer } from '../twisted/validate.js';
import { ProcessDone, ProcessExitedAlready, ProcessTerminated } from './process-errors.js';
import type { IProcessProtocol } from './process-protocol.js';

/**
 * What each of the child's descriptors is: `'w'` is written to by us, `'r'` is read by us, a number
 * is a descriptor of ours that the child shares.
 */
export type ChildFDs = Readonly<Record<number, 'r' | 'w' | number>>;

/** What is read from one of the child's descriptors. */
interface Reader {
  readonly producer: ReadableProducer;
  readonly abort: AbortController;
}

/**
 * A child process. What is written goes to its standard input, whose flow control is that of a
 * `WritableConsumer`; what it writes goes to its protocol, as long as that isn't paused.
 *
 * @see Twisted: `twisted.internet.interfaces.IProcessTransport`, `twisted.internet.process.Process`
 */
export class ProcessTransport implements ITransport, IConsumer, IPushProducer {
  /** The operating system's number of the process; `null` once all is over. */
  pid: number | null;

  private readonly writers = new Map<number, WritableConsumer>();
  private readonly readers = new Map<number, Reader>();
  private exitReason: Error | undefined;
  private ended = false;

  /** @internal Use `spawnProcess`. */
  constructor(
    private readonly child: ChildProcess,
    private readonly protocol: IProcessProtocol,
    childFDs: ChildFDs,
  ) {
    this.pid = child.pid ?? null;
    child.on('error', (cause) => {
      if (child.pid === undefined) this.exited(new ProcessTerminated(null, null, { cause }));
      else log.err(cause, 'A child process failed'); // A signal that couldn't be sent.
    });
    child.on('exit', (code, signal) => {
      this.exited(code === 0 ? new ProcessDone() : new ProcessTerminated(code, signal));
    });
    const streams = Object.entries(childFDs).map(([childFD, kind]) => {
      return {
        childFD: Number(childFD),
        kind,
        stream: child.stdio[Number(childFD)] as Duplex | null,
      };
    });
    for (const { childFD, kind, stream } of streams) {
      if (kind === 'w' && stream) this.writeTo(childFD, stream);
    }
    this.call(() => protocol.makeConnection(this));
    for (const { childFD, kind, stream } of streams) {
      if (kind === 'r' && stream) this.readFrom(childFD, stream);
    }
  }

  private writeTo(childFD: number, stream: Duplex): void {
    const writer = new WritableConsumer(stream);
    this.writers.set(childFD, writer);
    void writer.closed.then(() => {
      stream.destroy(); // Ended, a socket pair would still be open in the other direction.
      this.writers.delete(childFD);
      this.childConnectionLost(childFD);
    });
  }

  private readFrom(childFD: number, stream: Duplex): void {
    const abort = new AbortController();
    const producer = new ReadableProducer(stream, { signal: abort.signal });
    this.readers.set(childFD, { producer, abort });
    const toProtocol: IConsumer = {
      registerProducer() {},
      unregisterProducer() {},
      write: (data: Buffer) => this.protocol.childDataReceived(childFD, data),
    };
    void producer
      .startProducing(toProtocol)
      .catch((thrown: unknown) => {
        if (!abort.signal.aborted)
          log.err(thrown, `Reading descriptor ${childFD} of a child failed`);
      })
      .then(() => {
        stream.destroy();
        this.readers.delete(childFD);
        this.childConnectionLost(childFD);
      });
  }

  private childConnectionLost(childFD: number): void {
    this.call(() => this.protocol.childConnectionLost(childFD));
    this.maybeEnd();
  }

  private exited(reason: Error): void {
    if (this.exitReason !== undefined) return;
    this.exitReason = reason;
    this.call(() => this.protocol.processExited(reason));
    this.maybeEnd();
  }

  private maybeEnd(): void {
    const { exitReason } = this;
    if (exitReason === undefined || this.writers.size > 0 || this.readers.size > 0) return;
    if (this.ended) return;
    this.ended = true;
    this.pid = null;
    this.call(() => this.protocol.processEnded(exitReason));
  }

  /** Calls the protocol from the event loop, where nobody could catch what it throws. */
  private call(callback: () => void): void {
    try {
      callback();
    } catch (thrown) {
      log.err(thrown, 'A callback of a ProcessProtocol threw');
    }
  }

  /** As `IConsumer.write`, to the child's standard input. Does nothing once that is closed. */
  write(data: Uint8Array): void {
    this.writers.get(0)?.write(data);
  }

  /** Writes each of `data`, in order, to the child's standard input. */
  writeSequence(data: Iterable<Uint8Array>): void {
    this.writers.get(0)?.writeSequence(data);
  }

  /**
   * Writes to any of the child's descriptors.
   *
   * @throws InvalidArgTypeError: `childFD` is not written to by us, or not any more; or `data` is
   *   not bytes.
   */
  writeToChild(childFD: number, data: Uint8Array): void {
    const writer = this.writers.get(childFD);
    if (writer === undefined) {
      throw new InvalidArgTypeError(
        'childFD',
        'an open descriptor of the child to write to',
        childFD,
      );
    }
    writer.write(data);
  }

  /** Feeds the child's standard input; a producer that comes when that is closed is stopped. */
  registerProducer(producer: IPushProducer, streaming: boolean): void;
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    const stdin = this.writers.get(0);
    if (stdin !== undefined) {
      stdin.registerProducer(producer as IPushProducer, streaming);
    } else {
      assertProducer(producer, streaming);
      producer.stopProducing();
    }
  }

  /** Forgets the producer that feeds the child's standard input. */
  unregisterProducer(): void {
    this.writers.get(0)?.unregisterProducer();
  }

  /** As a producer: reads from no descriptor of the child until resumed. */
  pauseProducing(): void {
    for (const { producer } of this.readers.values()) producer.pauseProducing();
  }

  /** As a producer: reads on. */
  resumeProducing(): void {
    for (const { producer } of this.readers.values()) producer.resumeProducing();
  }

  /** As a producer: its consumer has died, so it closes. */
  stopProducing(): void {
    this.loseConnection();
  }

  /** Closes the child's standard input once all is written and its producer has unregistered. */
  closeStdin(): void {
    this.closeChildFD(0);
  }

  /** Reads the child's standard output no more. */
  closeStdout(): void {
    this.closeChildFD(1);
  }

  /** Reads the child's standard error no more. */
  closeStderr(): void {
    this.closeChildFD(2);
  }

  /** Closes our end of one of the child's descriptors; of one that we write to, when all is sent. */
  closeChildFD(childFD: number): void {
    this.writers.get(childFD)?.loseConnection();
    this.readers.get(childFD)?.abort.abort();
  }

  /** Closes standard input, output and error. */
  loseConnection(): void {
    this.closeStdin();
    this.closeStderr();
    this.closeStdout();
  }

  /**
   * Sends a signal.
   *
   * @param signal - A number, a name, or Twisted's short forms `'KILL'`, `'TERM'`, `'INT'`, `'HUP'`.
   * @throws ProcessExitedAlready: there is nobody to send it to.
   * @throws TypeError: there is no such signal (`code` is `ERR_UNKNOWN_SIGNAL`).
   */
  signalProcess(signal: NodeJS.Signals | 'KILL' | 'TERM' | 'INT' | 'HUP' | number): void {
    if (this.exitReason !== undefined) throw new ProcessExitedAlready();
    const full = typeof signal === 'string' && !signal.startsWith('SIG') ? `SIG${signal}` : signal;
    if (!this.child.kill(full as NodeJS.Signals)) throw new ProcessExitedAlready();
  }

  /** A pipe has no address. */
  getPeer(): IAddress {
    return { type: 'PIPE' };
  }

  /** A pipe has no address. */
  getHost(): IAddress {
    return { type: 'PIPE' };
  }
}

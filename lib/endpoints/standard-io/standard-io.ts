/** The process's own standard input and output, as a transport. */
import {
  assertWritable,
  isNodeReadable,
  type NodeReadableLike,
  type WritableLike,
} from '../../streams/any-stream/index.js';
import {
  assertWritableConsumerOptions,
  DuplexTransport,
  type WritableConsumerOptions,
} from '../../streams/transports/index.js';
import { assertKnownOptions } from '../../base/arguments.js';
import { InvalidArgTypeError } from '../../base/errors.js';
import { assertProtocol, type IProtocol } from '../../twisted/core/index.js';
import { JoinedStreams } from './joined-streams.js';

/** Options of {@link StandardIO}. */
export interface StandardIOOptions extends WritableConsumerOptions {
  /** The stream to read; `process.stdin` unless given. */
  stdin?: NodeReadableLike | undefined;
  /** The stream to write to; `process.stdout` unless given. */
  stdout?: WritableLike | undefined;
}

const OPTIONS = ['stdin', 'stdout', 'signal', 'highWaterMark', 'waitsForProducer', 'closeTimeout'];

/**
 * Standard input and output as one connection: pipes, files or a terminal.
 *
 * The end of the input counts as a hang-up of the other end: only an `IHalfCloseableProtocol` can
 * still write after it. `loseConnection` stops reading, and waits until all written bytes are sent.
 * `process.stdin` and `process.stdout` stay open, for other code or another `StandardIO`, so the
 * reader of our output sees its end when the process exits; streams that you give are closed. The
 * process exits by itself when nothing else is open.
 *
 * @see Twisted: `twisted.internet.stdio.StandardIO`
 */
export class StandardIO extends DuplexTransport {
  /**
   * @param protocol - The protocol that talks over standard input and output. It is connected
   *   before this returns.
   * @param options - See {@link StandardIOOptions}.
   * @throws InvalidArgTypeError: `protocol` is not a protocol, `stdin` can't be read, or `stdout`
   *   can't be written to, or an option is of the wrong kind.
   * @throws OutOfRangeError: `highWaterMark` is not a whole number of at least 0, or `closeTimeout` is
   *   not a number of at least 0.
   * @throws InvalidStateError: another adapter reads `stdin`.
   * @throws the reason of the signal, if it has aborted already; then no listener was added to
   *   either stream.
   */
  constructor(protocol: IProtocol, options: StandardIOOptions = {}) {
    assertProtocol(protocol);
    // All checks come before listeners are added to the streams.
    assertWritableConsumerOptions(options);
    assertKnownOptions(options, OPTIONS);
    const { stdin = process.stdin, stdout = process.stdout, ...rest } = options;
    if (!isNodeReadable(stdin))
      throw new InvalidArgTypeError('options.stdin', 'a readable stream', stdin);
    assertWritable(stdout, 'options.stdout');
    options.signal?.throwIfAborted();
    super(new JoinedStreams(stdin, stdout), { ...rest, protocol });
    this.readNoMore();
  }

  override loseConnection(): void {
    super.loseConnection();
    this.readNoMore();
  }

  /**
   * Stops reading when the connection closes. Unread input cannot reset a pipe, so later input is
   * left for other programs.
   */
  private readNoMore(): void {
    if (this.connected && this.disconnecting) this.stream.pause();
  }

  protected override release(reason: Error): void {
    super.release(reason);
    const { stream } = this;
    // No program waits until we have read to the end.
    if (stream.writableFinished === true) stream.destroy?.();
  }
}

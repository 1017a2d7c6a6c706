/** The read half of a `FileDescriptor`, which is a push producer of the bytes that it reads. */
import { InvalidArgTypeError, MethodNotImplementedError } from '../../base/errors.js';
import { ConsumerMixin } from './consumer-mixin.js';
import type {
  ILoggingContext,
  IPushProducer,
  IReactorFDSet,
  IReadDescriptor,
} from './interfaces.js';
import { logPrefixOf } from './log-prefix.js';

/**
 * The part of `FileDescriptor` that reads: it asks its reactor for `doRead`, and a consumer of the
 * bytes that it reads may pause, resume and stop it.
 */
export abstract class ReadDescriptor
  extends ConsumerMixin()
  implements IPushProducer, IReadDescriptor, ILoggingContext
{
  /** Whether bytes can be written. */
  connected = false;
  /** Whether the connection is over. */
  disconnected = false;
  /** Whether `loseConnection` was called. */
  disconnecting = false;

  /** Calls `doRead` when there is data, and `doWrite` when there is room. */
  readonly reactor: IReactorFDSet;

  /**
   * @param reactor - Calls `doRead` and `doWrite`.
   * @throws InvalidArgTypeError: `reactor` is not an object.
   */
  constructor(reactor: IReactorFDSet) {
    super();
    if (typeof reactor !== 'object' || reactor === null) {
      throw new InvalidArgTypeError('reactor', 'an IReactorFDSet', reactor);
    }
    this.reactor = reactor;
  }

  /**
   * There is data to read. Override it in a class that reads.
   *
   * @returns an error if the connection is lost.
   * @throws MethodNotImplementedError unless overridden.
   */
  doRead(): Error | undefined {
    throw new MethodNotImplementedError(this, 'doRead');
  }

  /** The connection is over, for any reason. */
  abstract connectionLost(reason: Error): void;

  /** Closes the connection once everything is sent. */
  abstract loseConnection(): void;

  /** The read half is lost: the connection is over, unless a subclass can go on. */
  readConnectionLost(reason: Error): void {
    this.connectionLost(reason);
  }

  /** Asks the reactor to call `doRead` whenever there is data to read. */
  startReading(): void {
    this.reactor.addReader(this);
  }

  /** Asks the reactor to stop calling `doRead`. */
  stopReading(): void {
    this.reactor.removeReader(this);
  }

  /** As a producer: reads on, unless the connection is over or closing. */
  resumeProducing(): void {
    if (this.connected && !this.disconnecting) this.startReading();
  }

  /** As a producer: stops reading until it is resumed. */
  pauseProducing(): void {
    this.stopReading();
  }

  /** As a producer: its consumer is lost, so it closes too. */
  stopProducing(): void {
    return this.loseConnection(); // Returned: a subclass's own may be an async function.
  }

  /** The operating system's number for this descriptor, or -1. Override it where there is one. */
  fileno(): number {
    return -1;
  }

  /** The text in front of a log line about this descriptor. Override it to say more. */
  logPrefix(): string {
    return '-';
  }

  /**
   * The text in front of a log line about an object that this descriptor works for: the result of
   * the object's `logPrefix`, else the name of its class.
   *
   * @param applicationObject - For example a protocol or a factory.
   */
  protected getLogPrefix(applicationObject: object): string {
    return logPrefixOf(applicationObject);
  }
}

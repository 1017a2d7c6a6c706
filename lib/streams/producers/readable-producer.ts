/** A stream that is read from, as a Twisted producer. */
import { InvalidArgTypeError, InvalidStateError } from '../../base/errors.js';
import { assertConsumer, type IConsumer, type IPushProducer } from '../../twisted/core/index.js';
import { assertBoolean, assertKnownOptions, assertOptions } from '../../base/arguments.js';
import { assertSignal, onAbort } from '../../base/abort-signal.js';
import { EmitterSource } from './emitter-source.js';
import { cursorOfIterable, cursorOfWebReadable, IteratorSource } from './iterator-source.js';
import {
  isIterable,
  isNodeReadable,
  isWebReadable,
  type ReadableLike,
} from '../any-stream/index.js';
import type { ReadableSource } from './readable-source.js';
import { Transfer } from './transfer.js';

/** Options of {@link ReadableProducer}. */
export interface ReadableProducerOptions {
  /** Whether to push, or to be pulled, a chunk at a time; `true` unless given. */
  streaming?: boolean | undefined;
  /** Ends the transfer before its time when it aborts. */
  signal?: AbortSignal | undefined;
}

/**
 * Any readable as a producer: a stream of `node:stream`, `readable-stream` or `streamx`, a socket,
 * a child's `stdout`, an `http.IncomingMessage`, a stream from before Node 0.10, a WHATWG
 * `ReadableStream`, an iterable or async iterable of bytes.
 *
 * Nothing is read before {@link ReadableProducer.startProducing}. A push producer is paused and
 * resumed with its stream; a pull producer gives one chunk, as the stream cut it, each time it is
 * asked, and waits for one if there is none. Empty chunks are left out.
 *
 * A `WritableConsumer` whose stream is idle passes a large chunk on to it at once, and does not
 * buffer it until the end of the turn, as it buffers other writes.
 *
 * The stream must give bytes, or strings that `setEncoding` made of bytes: these are turned back,
 * or refused where bytes may have been lost in that encoding. A stream in object mode may give
 * values of any kind but `null`: each is passed on as it is, for the consumer to take or to refuse.
 * So is each value of an iterable or a WHATWG stream, if the consumer is one of ours in object mode.
 *
 * @example
 * ```ts
 * const producer = new ReadableProducer(createReadStream('big.bin'));
 * await producer.startProducing(consumer);
 * consumer.loseConnection();
 * ```
 * @see Twisted: `twisted.protocols.basic.FileSender`, which does this for files
 */
export class ReadableProducer implements IPushProducer {
  /** Whether this registers as a push producer. */
  readonly streaming: boolean;

  private readonly source: ReadableSource;
  private readonly signal: AbortSignal | undefined;
  private transfer: Transfer | null = null;

  /**
   * @param readable - The stream to read. It is left alone until there is a consumer for it; from
   *   then on do not read from it directly.
   * @param options - See {@link ReadableProducerOptions}.
   * @throws InvalidArgTypeError: `readable` can't be read from, or an option is of the wrong kind.
   */
  constructor(readable: ReadableLike, options: ReadableProducerOptions = {}) {
    assertReadableProducerOptions(options);
    this.source = sourceOf(readable);
    this.streaming = options.streaming ?? true;
    this.signal = options.signal;
  }

  /**
   * Registers with `consumer`, writes to it all that there is to read, and unregisters.
   *
   * However it ends, `consumer` is unregistered before the promise settles, unless it stopped us:
   * then it has forgotten us already. After anything but a clean end the stream is destroyed. May
   * be called again when the promise has settled; a stream that has ended has nothing more to give.
   *
   * @param consumer - Takes the bytes, or the objects.
   * @returns a promise that resolves once the last byte was written and `consumer` unregistered.
   * @throws InvalidArgTypeError (rejects): `consumer` is not a consumer, or the stream gave a
   *   value that is not bytes.
   * @throws InvalidStateError (rejects): it is producing already, or another adapter reads the
   *   stream.
   * @throws ProducerAlreadyRegisteredError, or another error that `registerProducer` throws
   *   (rejects): the stream was left alone.
   * @throws ProducerStoppedError (rejects): the consumer stopped it.
   * @throws PrematureCloseError (rejects): the stream was closed or destroyed before its end.
   * @throws the stream's error, the `reason` of the signal, or the error that `consumer.write` threw
   *   (rejects).
   */
  async startProducing(consumer: IConsumer<never>): Promise<void> {
    assertConsumer(consumer);
    if (this.transfer?.isRunning) {
      throw new InvalidStateError(
        'This ReadableProducer is still producing: await its last promise first',
      );
    }
    this.source.assertUnread?.();
    const { signal } = this;
    const transfer = new Transfer(this.source, consumer, this.streaming);
    this.transfer = transfer;
    transfer.register(this);
    if (signal !== undefined) onAbort(signal, () => transfer.fail(signal.reason), transfer.done);
    transfer.start();
    await transfer.done;
  }

  /** Called by the consumer, if we push: pauses the stream. */
  pauseProducing(): void {
    this.transfer?.pauseProducing();
  }

  /** Called by the consumer: resumes the stream, or passes on one chunk of it. */
  resumeProducing(): void {
    this.transfer?.resumeProducing();
  }

  /**
   * Called by the consumer, which needs no more data: destroys the stream. (An
   * `Http2ServerRequest` can still be answered then; the rest of its body is discarded.) To stop
   * from anywhere else, abort the `signal`, which also unregisters. Does nothing after the end.
   */
  stopProducing(): void {
    if (this.transfer === null) this.source.destroy();
    else this.transfer.stopProducing();
  }
}

/** @throws InvalidArgTypeError: there is nothing that could be read from `readable`. */
function sourceOf(readable: unknown): ReadableSource {
  // Node's own readables are iterable too, and polyfills of WHATWG's may be.
  if (isWebReadable(readable)) return new IteratorSource(() => cursorOfWebReadable(readable));
  if (isNodeReadable(readable)) return new EmitterSource(readable);
  if (isIterable(readable)) return new IteratorSource(() => cursorOfIterable(readable));
  throw new InvalidArgTypeError(
    'readable',
    'a readable stream (of Node or WHATWG) or an iterable of bytes',
    readable,
  );
}

function assertReadableProducerOptions(
  options: unknown,
): asserts options is ReadableProducerOptions {
  assertOptions(options);
  assertKnownOptions(options, ['streaming', 'signal']);
  const { streaming, signal } = options as { streaming?: unknown; signal?: unknown };
  assertBoolean(streaming, 'options.streaming');
  assertSignal(signal);
}

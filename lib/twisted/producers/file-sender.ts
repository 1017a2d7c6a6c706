import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

import { InvalidArgTypeError, InvalidStateError, OutOfRangeError } from '../../base/errors.js';
import {
  assertConsumer,
  type IConsumer,
  type IPullProducer,
  isFailableConsumer,
  ProducerStoppedError,
} from '../core/index.js';
import { assertFile, type FileBytes, type IFile, isPromiseLike, openSource } from './files.js';
import { FileTransfer } from './file-transfer.js';
import { assertSignal, onAbort } from '../../base/abort-signal.js';
import { assertKnownOptions, assertOptions } from '../../base/arguments.js';
import { log } from '../../base/log.js';
import { whenRejected } from '../../base/rejection.js';
import { asBuffer, assertBytes } from '../../base/bytes.js';

/** What is done to each piece of a file before it is written. */
export type FileTransform = (bytes: Buffer) => Uint8Array;

/** What a transfer can be told; see {@link FileSender.beginFileTransfer}. */
export interface FileTransferOptions {
  /** Ends the transfer before its time when it aborts. */
  signal?: AbortSignal | undefined;
}

const NOTHING = Buffer.alloc(0);

/**
 * A pull producer that sends a file to a consumer, then unregisters.
 *
 * @example
 * ```ts
 * await new FileSender().beginFileTransfer('picture.png', transport);
 * transport.loseConnection();
 * ```
 *
 * @see Twisted: `twisted.protocols.basic.FileSender`
 */
export class FileSender implements IPullProducer {
  /** Bytes to read, and to write, each time the consumer asks. */
  declare CHUNK_SIZE: number;

  static {
    // On the prototype, so that a subclass's getter or field and an instance's value all win.
    this.prototype.CHUNK_SIZE = 2 ** 14;
  }

  /** The file that is being sent, as it was given; `null` when there is nothing left to send. */
  file: IFile | FileHandle | string | URL | null = null;
  /** What the file is, or was last, sent to. */
  consumer: IConsumer | null = null;
  /** What is done to each piece of the file, or was last. */
  transform: FileTransform | null = null;
  /** The last byte of the last write of the transfer; empty before the first. */
  lastSent: Buffer = NOTHING;

  #transfer: FileTransfer | null = null;

  /**
   * Sends `file` to `consumer`. It registers with the consumer before this returns, so a
   * `loseConnection` that follows waits for all of the file.
   *
   * A file of the operating system is read ahead, in blocks of up to 512 KiB. One given as a path
   * is open only while it is sent. A `FileHandle` is read from where it is, and left open; after a
   * transfer that did not end, its position is somewhere behind what was sent.
   *
   * @param file - A path or `file:` URL, an open `FileHandle`, or anything with a `read` like
   *   {@link IFile.read}.
   * @param consumer - Is written the file, uncopied.
   * @param transform - Given each piece, returns what to write in its place.
   * @param options - `signal`: when it aborts, the file is closed, the producer unregisters, and the
   *   promise rejects with the signal's reason.
   * @returns a promise of the last byte that was sent: one byte, or none if there was nothing to
   *   send. Nothing is thrown; it rejects with InvalidArgTypeError, OutOfRangeError (`CHUNK_SIZE`)
   *   or InvalidStateError (another transfer of this sender has not ended), nothing having changed;
   *   with ProducerStoppedError if the consumer stops it; and otherwise, the producer having been
   *   unregistered, with the error of the file, the transform or the consumer.
   */
  beginFileTransfer(
    file: IFile | FileHandle | string | URL,
    consumer: IConsumer,
    transform: FileTransform | null = null,
    options: FileTransferOptions = {},
  ): Promise<Buffer> {
    let begun: FileTransfer | undefined;
    const sent = new Promise<Buffer>((resolve, reject) => {
      assertTransferOptions(options);
      options.signal?.throwIfAborted();
      assertFile(file);
      assertConsumer(consumer);
      this.#assertCanBegin(transform);
      const source = openSource(file);
      const sendNext = (asked: FileTransfer): void => this.#sendNext(asked);
      const onLoop = (asked: FileTransfer, error: Error): void => this.#askedInLoop(asked, error);
      const transfer = new FileTransfer(source, sendNext, onLoop, resolve, reject);
      this.file = file;
      this.consumer = consumer;
      this.transform = transform;
      this.lastSent = NOTHING;
      this.#transfer = begun = transfer;
      source?.opened.catch((error: unknown) => {
        if (!transfer.isSettled && !transfer.isEnding) this.#fail(transfer, error);
      });
      try {
        consumer.registerProducer(this, false);
      } catch (error) {
        this.#fail(transfer, error, this.#isRegistered(consumer, transfer));
      }
    });
    if (begun !== undefined && options.signal !== undefined)
      this.#endWith(options.signal, begun, sent);
    return sent;
  }

  #endWith(signal: AbortSignal, transfer: FileTransfer, sent: Promise<Buffer>): void {
    const abort = (): void => {
      if (!transfer.isSettled && !transfer.isEnding) this.#fail(transfer, signal.reason);
    };
    onAbort(signal, abort, sent);
  }

  #assertCanBegin(transform: unknown): void {
    if (transform !== null && typeof transform !== 'function') {
      throw new InvalidArgTypeError('transform', 'a function', transform);
    }
    if (!Number.isSafeInteger(this.CHUNK_SIZE) || this.CHUNK_SIZE < 1) {
      throw new OutOfRangeError('CHUNK_SIZE', 'a whole number of at least 1', this.CHUNK_SIZE);
    }
    const transfer = this.#transfer;
    if (transfer !== null && !transfer.isSettled && (this.file !== null || transfer.isEnding)) {
      throw new InvalidStateError('A FileSender sends one file at a time');
    }
  }

  /** Whether `consumer`, though it threw, has this producer: it may have refused it for another. */
  #isRegistered(consumer: IConsumer, transfer: FileTransfer): boolean {
    return 'producer' in consumer ? consumer.producer === this : transfer.wasAsked;
  }

  /**
   * Writes the next piece of the file, now or once it was read; or, at the end, unregisters. Asked
   * again while a piece is being read, it was asked once.
   *
   * A consumer that asks for it a million times in one turn of the event loop, in which it can't come,
   * is unregistered, and the promise of the transfer rejects with InvalidStateError.
   *
   * @throws InvalidStateError: it goes on asking after that.
   */
  resumeProducing(): void {
    this.#transfer?.ask();
  }

  /** Does nothing: a pull producer is not paused. */
  pauseProducing(): void {}

  /**
   * Ends the transfer; its promise rejects with ProducerStoppedError. What is being read is
   * discarded.
   */
  stopProducing(): void {
    const transfer = this.#transfer;
    if (transfer === null || transfer.isSettled) return;
    // As in Twisted, a file-like goes on for a consumer that asks although it has stopped us.
    if (transfer.isAsynchronous) this.#dropFile(transfer);
    transfer.fail(new ProducerStoppedError());
  }

  #sendNext(transfer: FileTransfer): void {
    if (this.#transfer !== transfer) return;
    let bytes;
    try {
      bytes = this.#read(transfer);
    } catch (error) {
      this.#fail(transfer, error);
      return;
    }
    if (isPromiseLike(bytes)) {
      transfer.wait(
        bytes,
        (read) => this.#send(transfer, read),
        (error) => this.#fail(transfer, error),
      );
    } else {
      this.#send(transfer, bytes);
    }
  }

  #read({ source }: FileTransfer): FileBytes | PromiseLike<FileBytes> {
    if (this.file === null) return null;
    return (source ?? (this.file as IFile)).read(this.CHUNK_SIZE);
  }

  #send(transfer: FileTransfer, bytes: FileBytes): void {
    const { consumer, transform } = this;
    // User code has run since and may have begun another transfer; then these fields belong to that
    // one.
    if (this.#transfer !== transfer || consumer === null) return;
    try {
      if (bytes !== null) assertBytes(bytes, 'file.read()');
      if (bytes === null || bytes.length === 0) {
        this.#finish(transfer, consumer);
        return;
      }
      const written = transform === null ? bytes : transform(asBuffer(bytes));
      assertBytes(written, 'transform()');
      if (this.#transfer !== transfer) return;
      this.lastSent = asBuffer(written).subarray(-1);
      const returned: unknown = consumer.write(written);
      if (returned !== undefined) whenRejected(returned, (reason) => this.#fail(transfer, reason));
    } catch (error) {
      this.#fail(transfer, error);
    }
  }

  /**
   * Closes the file, then unregisters, then settles the promise: whatever awaits that may still write
   * before a close that waited for us. As in Twisted, a consumer that stops us has the last word.
   */
  #finish(transfer: FileTransfer, consumer: IConsumer): void {
    this.#dropFile(transfer);
    const { lastSent } = this;
    transfer.closeFile(() => {
      try {
        consumer.unregisterProducer();
      } catch (error) {
        if (transfer.isSettled) reportLate(error);
        else transfer.fail(error);
      }
      transfer.succeed(lastSent);
    });
  }

  #fail(transfer: FileTransfer, error: unknown, isRegistered = true): void {
    const { consumer } = this;
    if (this.#transfer !== transfer || transfer.isSettled || consumer === null) {
      reportLate(error);
      return;
    }
    this.#dropFile(transfer);
    const end = (): void => {
      if (isRegistered) unregisterFailed(consumer, error);
      transfer.fail(error);
    };
    transfer.closeFile(end, { error });
  }

  /** Unregisters at once: only that may end the loop. */
  #askedInLoop(transfer: FileTransfer, error: Error): void {
    const { consumer } = this;
    if (this.#transfer !== transfer || transfer.isSettled || consumer === null) throw error;
    this.#dropFile(transfer);
    transfer.fail(error);
    unregisterFailed(consumer, error);
  }

  /** Nothing more is to be read. */
  #dropFile(transfer: FileTransfer): void {
    this.file = null;
    this.lastSent = Buffer.from(this.lastSent); // A view would hold the whole block that was read.
    transfer.dropQuestions();
  }
}

/**
 * @throws InvalidArgTypeError: `options` is not an object, or has one that is misspelt or of the
 * wrong kind.
 */
function assertTransferOptions(options: unknown): asserts options is FileTransferOptions {
  assertOptions(options);
  assertKnownOptions(options, ['signal']);
  assertSignal((options as FileTransferOptions).signal);
}

/** A failed transfer is over, so that nothing waits for it. */
function reportLate(error: unknown): void {
  log.err(error, 'A FileSender failed after its transfer had ended');
}

/** Unregisters from `consumer` after `error`; a consumer with `producerFailed` is told of it. */
function unregisterFailed(consumer: IConsumer, error: unknown): void {
  const attempt = (call: () => void): void => {
    try {
      call();
    } catch (failure) {
      log.err(failure, 'A consumer failed to let go of a FileSender that had failed');
    }
  };
  if (isFailableConsumer(consumer)) {
    const reason =
      error instanceof Error ? error : new Error('A file could not be sent', { cause: error });
    attempt(() => consumer.producerFailed(reason));
  }
  attempt(() => consumer.unregisterProducer());
}

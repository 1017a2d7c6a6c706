import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

import { InvalidStateError, OutOfRangeError } from '../../base/errors.js';
import {
  assertConsumer,
  hasForgotten,
  type IConsumer,
  type IPullProducer,
  type MayForget,
  ProducerStoppedError,
  unregisterFailed,
} from '../core/index.js';
import { assertFile, type FileBytes, type IFile, openSource } from './files.js';
import { FileTransfer, TransferState } from './file-transfer.js';
import { assertSignalOption, onAbort } from '../../base/abort-signal.js';
import { assertFunction } from '../../base/arguments.js';
import { asError } from '../../base/as-error.js';
import { log } from '../../base/log.js';
import { isThenable, logRejection, whenRejected } from '../../base/rejection.js';
import { asBuffer, assertBytes, NOTHING } from '../../base/bytes.js';

/**
 * A function that changes each piece of a file before it is written. If it returns no bytes, a
 * consumer may not ask for the next piece, as in Twisted.
 */
export type FileTransform = (bytes: Buffer) => Uint8Array;

/** The options of {@link FileSender.beginFileTransfer}. */
export interface FileTransferOptions {
  /** Ends the transfer early when it aborts. */
  signal?: AbortSignal | undefined;
}

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
    // On the prototype, so that a subclass's getter or field, or a value set on an instance, wins.
    this.prototype.CHUNK_SIZE = 2 ** 14;
  }

  /** The file that is being sent, as it was given; `null` when there is nothing left to send. */
  file: IFile | FileHandle | string | URL | null = null;
  /** The consumer to which the file is, or was last, sent. */
  consumer: IConsumer | null = null;
  /** The function that changes each piece of the file that is, or was last, sent. */
  transform: FileTransform | null = null;
  /** The last byte of the last write of the transfer; empty before the first. */
  lastSent: Buffer = NOTHING;

  #transfer: FileTransfer | null = null;

  /**
   * Sends `file` to `consumer`. It registers with the consumer before this returns, so a
   * `loseConnection` that follows waits for all of the file.
   *
   * A file of the operating system is read ahead, in blocks of up to 512 KiB. A file that is given
   * as a path is open only while it is sent. A `FileHandle` is read from its position, and left
   * open. After a transfer that was cut short, its position is somewhere after the bytes that were
   * sent.
   *
   * @param file - A path or `file:` URL, an open `FileHandle`, or an object with a `read` like
   *   {@link IFile.read}.
   * @param consumer - The consumer to which the file is written, without a copy.
   * @param transform - Gets each piece, and returns the bytes to write instead.
   * @param options - `signal`: when it aborts, the file is closed, the producer unregisters, and
   *   the promise rejects with the signal's reason.
   * @returns a promise of the last byte that was sent: one byte, or none if there was nothing to
   *   send. Nothing is thrown. If an argument is wrong, it rejects with InvalidArgTypeError,
   *   OutOfRangeError (`CHUNK_SIZE`) or InvalidStateError (another transfer of this sender has not
   *   ended), and nothing has changed. If the consumer stops it before its end, it rejects with
   *   ProducerStoppedError. If the file, the transform or the consumer fails, it unregisters and
   *   rejects with that error.
   */
  beginFileTransfer(
    file: IFile,
    consumer: IConsumer,
    transform?: FileTransform | null,
    options?: FileTransferOptions,
  ): Promise<Buffer>;
  // The first signature alone gives a type to the `size` of a `read` that is written in place.
  /** As above, a file of the operating system. */
  beginFileTransfer(
    file: IFile | FileHandle | string | URL,
    consumer: IConsumer,
    transform?: FileTransform | null,
    options?: FileTransferOptions,
  ): Promise<Buffer>;
  beginFileTransfer(
    file: IFile | FileHandle | string | URL,
    consumer: IConsumer,
    transform: FileTransform | null = null,
    options: FileTransferOptions = {},
  ): Promise<Buffer> {
    let endEarly: ((error: unknown) => void) | undefined;
    const sent = new Promise<Buffer>((resolve, reject) => {
      assertSignalOption(options);
      options.signal?.throwIfAborted();
      assertFile(file);
      assertConsumer(consumer);
      this.#assertCanBegin(transform);
      const source = openSource(file);
      const transfer = new FileTransfer(source, (asked) => this.#sendNext(asked), resolve, reject);
      this.file = file;
      this.consumer = consumer;
      this.transform = transform;
      this.lastSent = NOTHING;
      this.#transfer = transfer;
      endEarly = (error) => {
        if (transfer.isSettled || transfer.state === TransferState.ending) return;
        this.#fail(transfer, error);
      };
      source?.opened.catch(endEarly);
      const refused = (error: unknown): void =>
        this.#fail(transfer, error, this.#isRegistered(consumer, transfer));
      try {
        whenRejected(consumer.registerProducer(this, false), refused);
      } catch (error) {
        refused(error);
      }
    });
    // If an argument is wrong, nothing has begun.
    const signal = endEarly && options.signal;
    if (signal) onAbort(signal, () => endEarly?.(signal.reason), sent);
    return sent;
  }

  #assertCanBegin(transform: unknown): void {
    if (transform !== null) assertFunction(transform, 'transform');
    if (!Number.isSafeInteger(this.CHUNK_SIZE) || this.CHUNK_SIZE < 1) {
      throw new OutOfRangeError('CHUNK_SIZE', 'a whole number of at least 1', this.CHUNK_SIZE);
    }
    const transfer = this.#transfer;
    if (transfer === null || transfer.isSettled) return;
    if (this.file !== null || transfer.state === TransferState.ending) {
      throw new InvalidStateError('A FileSender sends one file at a time');
    }
  }

  /**
   * Whether `consumer`, although it threw, has this producer. It may have refused this producer
   * because it has another one.
   */
  #isRegistered({ producer }: IConsumer & { producer?: unknown }, transfer: FileTransfer): boolean {
    // Not `in`: a wrapper passes on a member of its transport that it does not have itself.
    return producer === this || (producer === undefined && transfer.wasAsked);
  }

  /**
   * Writes the next piece of the file, now or once it was read; at the end, unregisters. Several
   * calls while a piece is being read count as one.
   *
   * If the data cannot come before the event loop turns, and the consumer asks a million times in
   * this turn, the sender unregisters, and the promise of the transfer rejects with
   * InvalidStateError.
   *
   * @throws InvalidStateError: the consumer asks again after that, or no transfer has begun.
   */
  resumeProducing(): void {
    const transfer = this.#transfer;
    const { consumer } = this;
    // Differs from Twisted, which raises AttributeError.
    if (transfer === null) throw new InvalidStateError('Call beginFileTransfer');
    const error = transfer.ask();
    if (error === undefined) return;
    if (transfer.isSettled || consumer === null) throw error;
    this.#dropFile(transfer);
    transfer.fail(error);
    unregisterFailed(consumer, error, LATE); // At once, because only that can end the loop.
  }

  /** Does nothing: a pull producer is not paused. */
  pauseProducing(): void {}

  /**
   * Ends the transfer; its promise rejects with ProducerStoppedError. Bytes that are being read are
   * discarded; but if the file was given as a path, and there were none left, everything was sent,
   * and the promise resolves.
   */
  stopProducing(): void {
    const transfer = this.#transfer;
    if (transfer === null || transfer.isSettled) return;
    // As in Twisted, the transfer of a file-like goes on if the consumer asks although it has
    // stopped us.
    if (transfer.isAsynchronous) this.#dropFile(transfer);
    transfer.fail(new ProducerStoppedError(), this.lastSent);
  }

  #sendNext(transfer: FileTransfer): void {
    if (this.#transfer !== transfer) return;
    let bytes: FileBytes | PromiseLike<FileBytes>;
    try {
      const { file, transform } = this;
      const consumer: (IConsumer & MayForget) | null = this.consumer;
      // A transform may keep what it gets.
      const isUnused =
        transform === null && transfer.source?.isSpent && consumer?.[hasForgotten]?.();
      if (isUnused) transfer.source?.reuse();
      bytes = file === null ? null : (transfer.source ?? (file as IFile)).read(this.CHUNK_SIZE);
    } catch (error) {
      this.#fail(transfer, error);
      return;
    }
    if (isThenable(bytes)) {
      transfer.wait(
        bytes,
        (read) => this.#send(transfer, read),
        (error) => this.#fail(transfer, error),
      );
    } else {
      this.#send(transfer, bytes);
    }
  }

  #send(transfer: FileTransfer, bytes: FileBytes): void {
    const { consumer, transform } = this;
    // User code has run meanwhile. If it has begun another transfer, these fields belong to that
    // transfer.
    if (this.#transfer !== transfer || consumer === null) return;
    try {
      if (bytes !== null) assertBytes(bytes, 'file.read()');
      if (!bytes?.length) {
        this.#finish(transfer, consumer);
        return;
      }
      const written = transform === null ? bytes : transform(asBuffer(bytes));
      logRejection(written, 'transform rejected');
      assertBytes(written, 'transform()');
      if (this.#transfer !== transfer) return;
      this.lastSent = Buffer.from(written.subarray(-1)); // A view would keep the whole block in memory.
      const returned: unknown = consumer.write(written);
      if (isThenable(returned)) {
        transfer.mayReject = true;
        whenRejected(returned, (reason) => this.#fail(transfer, reason));
      }
    } catch (error) {
      this.#fail(transfer, error);
    }
  }

  /**
   * Closes the file, then unregisters, then settles the promise: code that awaits the promise may
   * still write before a close that waited for us. As in Twisted, a consumer that stops us when we
   * unregister decides how the promise settles.
   */
  #finish(transfer: FileTransfer, consumer: IConsumer): void {
    this.#dropFile(transfer);
    const { lastSent } = this;
    transfer.closeFile(() => {
      try {
        whenRejected(consumer.unregisterProducer(), reportLate);
      } catch (error) {
        if (transfer.isSettled) reportLate(error);
        else transfer.fail(error);
      }
      transfer.settle(lastSent);
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
      if (isRegistered) unregisterFailed(consumer, asError(error), LATE);
      transfer.fail(error);
    };
    transfer.closeFile(end, { error });
  }

  /** Lets the file go: nothing more will be read. */
  #dropFile(transfer: FileTransfer): void {
    this.file = null;
    transfer.owed = 0;
  }
}

const LATE = 'A FileSender failed after its transfer had ended';

/** Reports an error that comes when the end of a transfer is decided and no code waits for it. */
function reportLate(error: unknown): void {
  log.err(error, LATE);
}

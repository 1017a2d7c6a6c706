import type { FileHandle } from 'node:fs/promises';

import {
  assertKnownOptions,
  assertMethod,
  assertOptions,
  assertWholeNumber,
} from '../../base/arguments.js';
import { assertBytes } from '../../base/bytes.js';
import { InvalidStateError } from '../../base/errors.js';
import { fs } from '../../base/built-in.js';
import { log } from '../../base/log.js';
import { isThenable, logRejection, whenRejected } from '../../base/rejection.js';
import {
  cooperate,
  type CooperativeTask,
  TaskFinished,
  TaskStopped,
} from '../cooperation/index.js';
import type { IConsumer } from '../core/index.js';
import { type IBodyProducer, UNKNOWN_LENGTH } from './body-producer.js';
import type { FileSource } from './file-source.js';
import { assertFile, type FileBytes, type IFile, isFileHandle, openSource } from './files.js';

/** A file-like that may know how long it is. */
export interface ISeekableFile extends IFile {
  /**
   * Sets the position to `offset`, from the beginning of the file (`whence` 0) or from its end (2).
   * It may return a promise: nothing is read before that has resolved, and `length` is unknown.
   */
  seek?(offset: number, whence: 0 | 2): unknown;
  /** The position in the file, in bytes. If it is not a number, `length` is unknown. */
  tell?(): unknown;
  /** Called after the last read. */
  close?(): unknown;
}

/** Options of {@link FileBodyProducer}. */
export interface FileBodyProducerOptions {
  /** Schedules the reads; the global `cooperate` unless given. */
  cooperator?: { cooperate(iterator: Iterator<unknown>): CooperativeTask } | undefined;
  /** Bytes to read, and write, at a time: 65536 unless given. */
  readSize?: number | undefined;
}

/** Bytes. */
const READ_SIZE = 65_536;

/**
 * The contents of a file, as the body of a request.
 *
 * @example
 * ```ts
 * const body = new FileBodyProducer('picture.png');
 * const request = http.request(url, { method: 'PUT' });
 * if (body.length !== UNKNOWN_LENGTH) request.setHeader('content-length', body.length);
 * const consumer = new WritableConsumer(request);
 * consumer.registerProducer(body, true);
 * await body.startProducing(consumer);
 * consumer.unregisterProducer();
 * consumer.loseConnection();
 * ```
 *
 * @see Twisted: `twisted.web.client.FileBodyProducer`
 */
export class FileBodyProducer implements IBodyProducer {
  /**
   * How many bytes there were to write when this was made: for a path, the size of the file; for a
   * file-like with `seek` and `tell`, the bytes after its position. A `FileHandle` does not tell
   * its position.
   */
  readonly length: number | typeof UNKNOWN_LENGTH;

  private readonly cooperator: { cooperate(iterator: Iterator<unknown>): CooperativeTask };
  private readonly readSize: number;
  private task: CooperativeTask | null = null;
  private paused = false;
  /** Whether a consumer that fails now fails too late to be told of. */
  private isOver = false;
  private closed: Promise<void> | null = null;
  /** A file of the operating system, once it is read. */
  private opened: FileSource | null = null;
  /** Resolves when the file is at its first byte again; `null` if it is there. */
  private readonly sought: PromiseLike<unknown> | null;

  /**
   * @param file - A path or `file:` URL, an open `FileHandle`, or a file-like. It is closed when it
   *   has been read, or when this is stopped.
   * @param options - See {@link FileBodyProducerOptions}.
   * @throws InvalidArgTypeError, OutOfRangeError: an argument is not valid.
   * @throws Node's error: there is no file at the path; or the error of `seek` or `tell`. If `tell`
   *   rejects, the error is logged.
   */
  constructor(file: ISeekableFile, options?: FileBodyProducerOptions);
  // The first signature alone gives types to the methods of a file that is written in place.
  /** As above, for a file of the operating system. */
  constructor(file: ISeekableFile | FileHandle | string | URL, options?: FileBodyProducerOptions);
  constructor(
    private readonly file: ISeekableFile | FileHandle | string | URL,
    options: FileBodyProducerOptions = {},
  ) {
    assertFile(file);
    assertOptions(options);
    assertKnownOptions(options, ['cooperator', 'readSize']);
    const { cooperator = { cooperate }, readSize = READ_SIZE } = options;
    assertMethod(cooperator, 'options.cooperator', 'cooperate');
    assertWholeNumber(readSize, 'options.readSize', 1);
    this.cooperator = cooperator;
    this.readSize = readSize;
    const { length, sought = null } = restOf(file);
    this.length = length;
    this.sought = sought;
    whenRejected(sought, (reason) => {
      if (this.task === null) log.err(reason, 'The file of a body failed to seek');
    });
  }

  /**
   * Writes the file to `consumer`, a piece at a time, in turn with others.
   *
   * @param consumer - Takes the bytes. Register this with it as a push producer before.
   * @returns a promise that resolves once everything was written and the file is closed. After
   *   `stopProducing` it never settles.
   * @throws InvalidArgTypeError (rejects): `consumer` has no `write`, the file gave a value that is
   *   not bytes, or the cooperator returned a value that is not a task.
   * @throws InvalidStateError (rejects): it was called before.
   * @throws the error of the file, of `consumer.write` or of the cooperator (rejects); the file is
   *   closed.
   * @see Twisted: `IBodyProducer.startProducing`
   */
  startProducing(consumer: Pick<IConsumer, 'write'>): Promise<void> {
    return new Promise((resolve, reject) => {
      assertMethod(consumer, 'consumer', 'write');
      if (this.task !== null || this.closed !== null) {
        throw new InvalidStateError('A FileBodyProducer writes its file once');
      }
      this.opened = openSource(this.file);
      this.opened?.opened.catch(() => {}); // The first read rejects with this error.
      const source = this.opened ?? (this.file as ISeekableFile);
      const onRejection = (reason: unknown): void => {
        if (this.isOver) log.err(reason, 'A consumer failed after all of a body was written');
        else this.stopProducing();
        void this.close().then(() => reject(reason as Error));
      };
      const failed = (reason: Error): void => {
        this.isOver = true;
        if (!(reason instanceof TaskStopped)) void this.close().then(() => reject(reason));
      };
      try {
        const task = this.begin(this.work(consumer, source, onRejection));
        task.whenDone().then(() => {
          this.isOver = true;
          void this.close().then(resolve);
        }, failed);
      } catch (thrown) {
        failed(thrown as Error);
      }
    });
  }

  private begin(work: Generator): CooperativeTask {
    const task = this.cooperator.cooperate(work);
    logRejection(task, 'A cooperator rejected');
    assertMethod(task, 'options.cooperator.cooperate()', 'whenDone');
    this.task = task;
    if (this.paused) task.pause();
    return task;
  }

  private *work(
    consumer: Pick<IConsumer, 'write'>,
    source: IFile,
    onRejection: (reason: unknown) => void,
  ): Generator<unknown, void, unknown> {
    try {
      if (this.sought !== null) yield this.sought;
      for (;;) {
        let bytes = source.read(this.readSize);
        if (isThenable(bytes)) {
          let read: FileBytes = null;
          yield Promise.resolve(bytes).then((value) => (read = value));
          bytes = read;
        }
        if (bytes !== null) assertBytes(bytes, 'file.read()');
        if (bytes === null || bytes.length === 0) return;
        whenRejected(consumer.write(bytes), onRejection);
        yield;
      }
    } finally {
      void this.close(); // At once, as in Twisted; the promise settles later.
    }
  }

  /** Writes no more until `resumeProducing`. Called again, does nothing. */
  pauseProducing(): void {
    if (this.paused) return; // Differs from Twisted, where the task counts its pauses.
    this.paused = this.unlessOver((task) => task.pause());
  }

  /** Goes on after `pauseProducing`. If it is not paused, does nothing. */
  resumeProducing(): void {
    if (!this.paused) return;
    this.paused = false;
    this.task?.resume();
  }

  /** Writes no more, and closes the file. The promise of `startProducing` never settles. */
  stopProducing(): void {
    this.isOver = true;
    void this.close();
    this.unlessOver((task) => task.stop());
  }

  /** @returns whether the task, if there is one yet, is not over. */
  private unlessOver(call: (task: CooperativeTask) => void): boolean {
    try {
      if (this.task !== null) call(this.task);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof TaskFinished)) throw thrown;
      return false;
    }
  }

  /**
   * Closes the file: at once, if it was given open. Never rejects, because the body was written in
   * any case.
   */
  private close(): Promise<void> {
    if (this.closed === null) {
      let closed!: () => void;
      this.closed = new Promise((resolve) => (closed = resolve)); // First: `file.close` may call back.
      void this.closeFile().then(closed);
    }
    return this.closed;
  }

  private async closeFile(): Promise<void> {
    try {
      // Opened here, because it was given as a path. Else nothing is waited for.
      if (this.opened !== null) await this.opened.close();
      if (isCloseable(this.file)) await this.file.close();
    } catch (error) {
      log.err(error, 'The file of a body did not close');
    }
  }
}

function isCloseable(file: unknown): file is { close(): unknown } {
  return typeof (file as { close?: unknown }).close === 'function';
}

/** The bytes of a file that are still to be read. */
interface Rest {
  readonly length: number | typeof UNKNOWN_LENGTH;
  /** Resolves when they can be read; `undefined` if they can be read now. */
  readonly sought?: PromiseLike<unknown>;
}

const UNKNOWN: Rest = { length: UNKNOWN_LENGTH };

function restOf(file: ISeekableFile | FileHandle | string | URL): Rest {
  if (typeof file === 'string' || file instanceof URL) {
    const stat = fs().statSync(file);
    return stat.isFile() ? { length: stat.size } : UNKNOWN;
  }
  return isFileHandle(file) ? UNKNOWN : restBehindPosition(file);
}

/** The bytes after the position of `file`: how many, if `file` tells that at once. */
function restBehindPosition(file: ISeekableFile): Rest {
  if (typeof file.seek !== 'function' || typeof file.tell !== 'function') return UNKNOWN;
  const position = numberFrom(file.tell());
  if (position === undefined) return UNKNOWN;
  const goneToEnd = file.seek(0, 2);
  if (isThenable(goneToEnd)) {
    return { ...UNKNOWN, sought: Promise.resolve(goneToEnd).then(() => file.seek?.(position, 0)) };
  }
  const end = numberFrom(file.tell());
  const goneBack = file.seek(position, 0);
  const length = end === undefined ? UNKNOWN_LENGTH : Math.max(0, end - position);
  return isThenable(goneBack) ? { length, sought: goneBack } : { length };
}

/** `told`, if it is a finite number. If it is a promise that rejects, the error is logged. */
function numberFrom(told: unknown): number | undefined {
  logRejection(told, 'The file of a body did not tell its position');
  return Number.isFinite(told) ? (told as number) : undefined;
}

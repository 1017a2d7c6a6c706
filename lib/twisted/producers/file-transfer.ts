import { DEEPEST } from './deepest.js';
import type { FileSource } from './file-source.js';
import { AskCounter } from '../../base/ask-counter.js';
import { NOTHING } from '../../base/bytes.js';
import { log } from '../../base/log.js';
import { setImmediate } from '../../base/timers.js';
import { ProducerStoppedError } from '../core/index.js';

/** The behaviour of a transfer when the consumer asks. */
export const enum TransferState {
  /** It answers. */
  sending,
  /** The answer to an earlier call waits until the file was read. */
  waiting,
  /**
   * It gives no more answers: it has sent everything or has failed, and closes its file before it
   * reports that.
   */
  ending,
}

/**
 * One transfer of a `FileSender`: which call of the consumer is answered next, and how the transfer
 * ended. It knows neither the consumer nor the bytes.
 */
export class FileTransfer {
  state = TransferState.sending;
  /** Whether its promise is settled, or will be as soon as the file is closed: in any state. */
  isSettled = false;
  /** Whether its file has answered with a promise, or may do so. */
  isAsynchronous: boolean;
  /** Whether the consumer has asked. */
  wasAsked = false;
  /** Whether a write was that of an async function, which may have yet to fail. */
  mayReject = false;
  /** How often the consumer has asked and has yet to be answered. */
  owed = 0;

  readonly #sendNext: (transfer: FileTransfer) => void;
  readonly #onSuccess: (lastSent: Buffer) => void;
  readonly #onFailure: (error: unknown) => void;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #askedAgain = new AskCounter();
  #depth = 0;

  /**
   * @param source - The file, if it is one of the operating system; `null` for a file-like.
   * @param sendNext - Reads and writes once, or calls `wait`. It never throws.
   * @param onSuccess - Called with the last byte.
   * @param onFailure - Called with the error.
   */
  constructor(
    readonly source: FileSource | null,
    sendNext: (transfer: FileTransfer) => void,
    onSuccess: (lastSent: Buffer) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.#sendNext = sendNext;
    this.#onSuccess = onSuccess;
    this.#onFailure = onFailure;
    this.isAsynchronous = source !== null;
  }

  /**
   * The consumer asks: answers now, or after an earlier answer that is still under way.
   *
   * A file-like that answers at once may be asked again from inside `write`, as in Twisted. Any
   * other file may not, so that no consumer gets two writes in the wrong order. Several calls while
   * an answer is being read count as one: otherwise a consumer that asks without end, as
   * `PullToPush` does, would get the whole file although it is slow.
   *
   * @returns an error if the consumer asks in a loop in which no answer can come.
   */
  ask(): Error | undefined {
    this.wasAsked = true;
    if (this.state !== TransferState.sending) return this.#askedAgain.count();
    if (this.#depth < (this.isAsynchronous ? 1 : DEEPEST)) this.#answer(this.#sendNext);
    else this.owed = this.isAsynchronous ? 1 : this.owed + 1;
    return undefined;
  }

  #answer(send: (transfer: FileTransfer) => void): void {
    this.#depth += 1;
    send(this);
    while (this.owed > 0 && this.state === TransferState.sending) {
      this.owed -= 1;
      this.#sendNext(this);
    }
    this.#depth -= 1;
  }

  /**
   * The answer has to wait for `read`. If the transfer ends meanwhile, the answer is discarded.
   *
   * @param use - Takes the bytes that were read. It never throws.
   * @param fail - Takes the error. It never throws.
   */
  wait<T>(read: PromiseLike<T>, use: (value: T) => void, fail: (error: unknown) => void): void {
    this.state = TransferState.waiting;
    this.isAsynchronous = true;
    const answered = (send: () => void): void => {
      if (this.state === TransferState.ending) return;
      this.state = TransferState.sending;
      if (!this.isSettled) this.#answer(send);
    };
    Promise.resolve(read).then(
      (value) => answered(() => use(value)),
      (error: unknown) => answered(() => fail(error)),
    );
  }

  /**
   * There is nothing left to send: closes the file if it was opened for this, or else lets the event
   * loop turn if a write may have yet to fail, and then calls `end`, which tells the consumer. Calls
   * of the consumer that come before that get no answer.
   *
   * @param failure - The error that ended the transfer, if there is one. Later events don't change
   *   it.
   */
  closeFile(end: () => void, failure?: { readonly error: unknown }): void {
    this.#failure ??= failure; // The first end counts, although the consumer asks on.
    const closing = this.#close() ?? (this.mayReject ? new Promise(setImmediate) : undefined);
    if (!closing || this.isSettled) {
      end();
      return;
    }
    this.state = TransferState.ending;
    // If the consumer has stopped us meanwhile, the transfer is settled.
    void closing.then(() => {
      if (!this.isSettled) end();
    });
  }

  /**
   * The transfer has failed, or was stopped. Only the first end counts.
   *
   * @param error - If the consumer has stopped it, a ProducerStoppedError: it has failed unless the
   *   answer that it waits for is the end of the file. Twisted reads while it is asked, and so has
   *   found that end before it is stopped.
   * @param lastSent - The last byte that was sent.
   */
  fail(error: unknown, lastSent: Buffer = NOTHING): void {
    this.#failure ??= { error };
    this.settle(lastSent);
  }

  /**
   * The transfer has ended: with the first failure, or if there was none, everything is sent.
   * Closes the file if it was opened for this, before the end is reported. Only the first end
   * counts.
   */
  settle(lastSent: Buffer): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const failure = this.#failure;
    const tell = (wasAtEnd?: boolean): void => {
      if (failure === undefined || (wasAtEnd && failure.error instanceof ProducerStoppedError)) {
        this.#onSuccess(lastSent);
      } else this.#onFailure(failure.error);
    };
    const closing = this.#close();
    if (closing) void closing.then(tell);
    else tell();
  }

  /**
   * @returns a promise that never rejects, of whether the file was found to be at its end;
   *   `undefined` if there is nothing left to close.
   */
  #close(): Promise<boolean> | undefined {
    const { source } = this;
    if (this.#isClosed || source === null) return undefined;
    return source
      .close()
      ?.catch((error: unknown) => log.err(error, 'A sent file did not close'))
      .then(() => {
        this.#isClosed = true;
        return source.ended && !this.mayReject;
      });
  }
}

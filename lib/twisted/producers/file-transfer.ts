import type { FileSource } from './file-source.js';
import { AskCounter } from '../../base/ask-counter.js';
import { log } from '../../base/log.js';

/**
 * How often a consumer may ask from inside the `write` that answers it, as deep as Python's stack
 * lets Twisted go. Further calls are answered afterwards, so that the stack does not overflow.
 */
const DEEPEST = 200;

/**
 * One transfer of a `FileSender`: which call of the consumer is answered next, and how the transfer
 * ended. It knows neither the consumer nor the bytes.
 */
export class FileTransfer {
  /** Whether it has ended, so far as its promise is concerned. */
  isSettled = false;
  /** Whether its file has answered by a promise, or may. */
  isAsynchronous: boolean;
  /** Whether the consumer has asked. */
  wasAsked = false;
  /**
   * Whether everything is sent or it has failed, and its file is being closed before that is
   * reported.
   */
  isEnding = false;

  readonly #sendNext: (transfer: FileTransfer) => void;
  readonly #onLoop: (transfer: FileTransfer, error: Error) => void;
  readonly #onSuccess: (lastSent: Buffer) => void;
  readonly #onFailure: (error: unknown) => void;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #askedAgain = new AskCounter();
  #waits = false;
  #depth = 0;
  #owed = 0;

  /**
   * @param source - The file, if it is one of the operating system; `null` for a file-like.
   * @param sendNext - Reads and writes once, or calls `wait`. Never throws.
   * @param onLoop - Is told that the consumer asks in a loop that lets no answer come.
   * @param onSuccess - Is told the last byte.
   * @param onFailure - Is told the error.
   */
  constructor(
    readonly source: FileSource | null,
    sendNext: (transfer: FileTransfer) => void,
    onLoop: (transfer: FileTransfer, error: Error) => void,
    onSuccess: (lastSent: Buffer) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.#sendNext = sendNext;
    this.#onLoop = onLoop;
    this.#onSuccess = onSuccess;
    this.#onFailure = onFailure;
    this.isAsynchronous = source !== null;
  }

  /**
   * The consumer asks: answers now, or, where that must wait for another answer, after that one.
   *
   * A file-like that answers at once may be asked again from inside `write`, as in Twisted; any
   * other may not, so that no consumer sees two writes out of order. To ask again while an answer
   * has yet to be read is to ask for the same: else a consumer that asks without end, as `PullToPush` does,
   * would be sent the file however slow it is.
   *
   * @throws what `onLoop` throws.
   */
  ask(): void {
    this.wasAsked = true;
    if (this.#waits) {
      const error = this.#askedAgain.count();
      if (error !== undefined) this.#onLoop(this, error);
    } else if (this.#depth < (this.isAsynchronous ? 1 : DEEPEST)) this.#answer(this.#sendNext);
    else if (this.isAsynchronous) this.#owed = 1;
    else this.#owed += 1;
  }

  #answer(send: (transfer: FileTransfer) => void): void {
    this.#depth += 1;
    send(this);
    while (this.#owed > 0 && !this.#waits) {
      this.#owed -= 1;
      this.#sendNext(this);
    }
    this.#depth -= 1;
  }

  /**
   * The answer has to wait for `read`. Of a transfer that has ended meanwhile it is discarded,
   * whatever it is.
   *
   * @param use - Takes what was read. Never throws.
   * @param fail - Takes the error. Never throws.
   */
  wait<T>(read: PromiseLike<T>, use: (value: T) => void, fail: (error: unknown) => void): void {
    this.#waits = true;
    this.isAsynchronous = true;
    const answered = (send: () => void): void => {
      if (this.isEnding) return;
      this.#waits = false;
      if (!this.isSettled) this.#answer(send);
    };
    Promise.resolve(read).then(
      (value) => answered(() => use(value)),
      (error: unknown) => answered(() => fail(error)),
    );
  }

  /** There is nothing left to answer with. */
  dropQuestions(): void {
    this.#owed = 0;
  }

  /**
   * There is nothing left to send: calls `end`, in which the consumer is told, as soon as the file is
   * closed, where it was opened for this. Questions that come until then are not answered.
   *
   * @param failure - What has failed, if that is why: what happens until then doesn't change it.
   */
  closeFile(end: () => void, failure?: { readonly error: unknown }): void {
    this.#failure = failure;
    const closing = this.#close();
    if (closing === undefined || this.isSettled) {
      end();
      return;
    }
    this.isEnding = true;
    this.#waits = true;
    // Code that has stopped us in the meantime has forgotten us.
    void closing.then(() => {
      if (!this.isSettled) end();
    });
  }

  /** It has sent everything; the first end counts. */
  succeed(lastSent: Buffer): void {
    this.#settle(() => this.#onSuccess(lastSent));
  }

  /** It has failed, or was stopped; the first end counts. */
  fail(error: unknown): void {
    const failure = this.#failure ?? { error };
    this.#settle(() => this.#onFailure(failure.error));
  }

  /** Closes the file if it was opened for this, before the end is reported. */
  #settle(tell: () => void): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const closing = this.#close();
    if (closing === undefined) tell();
    else void closing.then(tell);
  }

  /** @returns a promise that never rejects; `undefined` where there is nothing to close any more. */
  #close(): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    return this.source
      ?.close()
      ?.catch((error: unknown) => log.err(error, 'A file that was sent did not close'))
      .then(() => {
        this.#isClosed = true;
      });
  }
}

/** Joins a readable and a writable stream into one duplex stream. */
import { Duplex } from '#stream';

import { asError } from '../../base/as-error.js';
import { setImmediate } from '../../base/timers.js';
import {
  afterEnd,
  type AnyReadable,
  type AnyWritable,
  assertUnread,
  bytesFrom,
  claimReading,
  hasDelivered,
  hasFinished,
  isGone,
  isReadToTheEnd,
  isSilentlyGone,
  isWriteEnded,
  isYetToEnd,
  lengthOf,
  lossByLateEncoding,
  lossOfLastUnit,
  mayYetTellWhy,
  needsDrain,
  PrematureCloseError,
  refusesWrites,
  releaseReading,
  saysFinish,
  tellLoss,
  watchLastUnit,
  type WriteCallback,
} from '../../streams/any-stream/index.js';

/**
 * Written bytes count as buffered until the operating system has them, whereas `Duplex.from` would
 * add a buffer of its own. When this is destroyed, it destroys both streams, except those of the
 * process itself: these are left as they are, for the code that uses them next.
 */
export class JoinedStreams extends Duplex {
  /**
   * Whether a pause reaches the input at once, even from inside the delivery of a chunk: so the
   * bytes that come after it stay there.
   */
  readonly pausesAtOnce = true;

  /** Whether the writable stream was ended, and emits `'close'` when all bytes have left it. */
  private closeIsFinish = false;
  /** Whether we have ended the writable stream, or it had ended before we came. */
  private mayFinish = false;
  /** Completes the end that is under way. */
  private delivered: (() => void) | undefined;
  private inputEnded = false;

  /** @throws InvalidStateError: another adapter reads `input`; no listener was added. */
  constructor(
    private readonly input: AnyReadable,
    private readonly output: AnyWritable,
  ) {
    assertUnread(input);
    super({ writableHighWaterMark: output.writableHighWaterMark });
    guard(input);
    guard(output);
    input.on('error', this.onError);
    output.on('error', this.onError);
    this.mayFinish = isWriteEnded(output); // First: minipass repeats its `finish` from inside `on`.
    output.on('close', this.onOutputClose);
    output.on('finish', this.onOutputFinish);
    if (hasFailed(output) && !hasFinished(output)) this.fail(output);
    else if (this.mayFinish) this.end();
    this.inputEnded = isReadToTheEnd(input);
    if (this.inputEnded) this.push(null);
    else if (hasFailed(input)) this.fail(input);
    else this.listen();
  }

  /** `stream` is gone, or will be. */
  private fail(stream: AnyReadable | AnyWritable): void {
    tellLoss(stream, (reason) => this.destroy(asError(reason)));
  }

  private listen(): void {
    const { input } = this;
    const loss = lossByLateEncoding(input);
    if (loss !== undefined) {
      setImmediate(() => this.destroy(loss)); // The protocol is connected by then.
      return;
    }
    claimReading(input, this);
    watchLastUnit(input);
    input.on('end', this.onEnd);
    input.on('close', this.onInputClose);
    // The last one: minipass gives data from inside this call, and repeats an `end` that comes of that.
    input.on('data', this.onData);
  }

  private readonly onError = (error: Error): void => void this.destroy(error);

  private readonly onOutputClose = (): void => {
    if (this.writableFinished || this.closeIsFinish) return;
    // It may come before `finish`, or in its place.
    if (this.mayFinish && hasDelivered(this.output)) this.delivered?.();
    else this.fail(this.output);
  };

  private readonly onOutputFinish = (): void => {
    if (!this.mayFinish) this.fail(this.output); // Other code has ended it.
  };

  private readonly onData = (chunk: unknown): void => {
    try {
      if (!this.push(bytesFrom(this.input, chunk))) this.input.pause?.();
    } catch (thrown) {
      this.destroy(asError(thrown));
    }
  };

  private readonly onEnd = (): void => {
    const { input } = this;
    this.inputEnded = true;
    releaseReading(input, this);
    afterEnd(input, (wasCut) => {
      const loss = wasCut ? new PrematureCloseError() : lossOfLastUnit(input);
      if (loss === undefined) this.push(null);
      else this.destroy(loss);
    });
  };

  private readonly onInputClose = (): void => {
    const { input } = this;
    if (!this.inputEnded && !isYetToEnd(input)) this.fail(input);
  };

  override pause(): this {
    super.pause();
    this.input.pause?.();
    return this;
  }

  override resume(): this {
    super.resume();
    this.resumeInput();
    return this;
  }

  override _read(): void {
    // It is also called after a pause, by a `resume` that came before that.
    if (!this.isPaused()) this.resumeInput();
  }

  private resumeInput(): void {
    this.input.resume?.();
    if (isSilentlyGone(this.input)) this.onInputClose();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    const { output } = this;
    if (refusesWrites(output)) {
      tellLoss(output, (reason) => callback(asError(reason)));
      return;
    }
    // A stream that does not tell how much it has buffered, such as streamx's, may not call back
    // either.
    if (lengthOf(output) !== undefined) output.write(chunk, callback);
    else if (needsDrain(output, output.write(chunk))) callOnce(output, ['drain'], callback);
    else callback();
  }

  override _final(callback: WriteCallback): void {
    const { output } = this;
    // Each write to a stream of the process has called back, so everything has left it.
    if (isOfProcess(output) || (this.mayFinish && hasFinished(output))) {
      callback();
      return;
    }
    if (!this.mayFinish && refusesWrites(output)) {
      tellLoss(output, (reason) => callback(asError(reason)));
      return;
    }
    this.closeIsFinish = !saysFinish(output);
    this.delivered = () => {
      this.delivered = undefined;
      // `readable-stream` 3 says `finish` before the error for which its `final` has failed.
      if (mayYetTellWhy(output)) setImmediate(callback);
      else callback();
    };
    const events = this.closeIsFinish ? ['finish', 'end', 'close'] : ['finish'];
    callOnce(output, events, () => this.delivered?.());
    if (this.mayFinish) return;
    this.mayFinish = true;
    output.end();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const { input, output } = this;
    if (isOfProcess(input)) this.leaveInput();
    else input.destroy?.();
    if (isOfProcess(output)) this.leaveOutput();
    else if (!this.writableFinished) output.destroy?.();
    callback(error);
  }

  private leaveInput(): void {
    const { input } = this;
    input.pause?.();
    queueMicrotask(stopStdin);
    releaseReading(input, this);
    input.removeListener('data', this.onData);
    input.removeListener('end', this.onEnd);
    input.removeListener('close', this.onInputClose);
    input.removeListener('error', this.onError);
  }

  private leaveOutput(): void {
    this.output.removeListener('close', this.onOutputClose);
    this.output.removeListener('finish', this.onOutputFinish);
    this.output.removeListener('error', this.onError);
  }
}

/** Whether `stream` belongs to the process, and outlives every connection over it. */
function isOfProcess(stream: object): boolean {
  return stream === process.stdin || stream === process.stdout || stream === process.stderr;
}

/**
 * A stream that is paused while it delivers a chunk reads ahead after that, which would keep the
 * process running. `process.stdin` stops its reading whenever it says `'pause'`.
 */
function stopStdin(): void {
  if (process.stdin.isPaused()) process.stdin.emit('pause');
}

/** Whether `stream` was destroyed, or has failed, before it was given to us. */
function hasFailed(stream: AnyReadable | AnyWritable): boolean {
  return isGone(stream) || Boolean(stream.errored);
}

const guarded = /* @__PURE__ */ new WeakSet<object>();

/** A stream that fails again, as stdout does, would end the process if nothing listened. */
function guard(stream: AnyReadable | AnyWritable): void {
  if (guarded.has(stream)) return;
  guarded.add(stream);
  stream.on('error', ignore);
}

function ignore(): void {}

/** Calls `then` at the first of `events`. */
function callOnce(stream: AnyWritable, events: readonly string[], then: () => void): void {
  let called = false;
  const onEvent = () => {
    for (const event of events) stream.removeListener(event, onEvent);
    called = true;
    then();
  };
  for (const event of events) {
    if (!called) stream.on(event, onEvent); // minipass repeats an event from inside this.
  }
}

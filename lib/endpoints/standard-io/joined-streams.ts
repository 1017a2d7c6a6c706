/** Joins a readable and a writable stream into one duplex stream. */
import { Duplex } from '#stream';

import { asError } from '../../base/as-error.js';
import {
  type AnyReadable,
  type AnyWritable,
  assertUnread,
  bytesFrom,
  claimReading,
  isReadToTheEnd,
  lengthOf,
  losesNothing,
  needsDrain,
  PrematureCloseError,
  releaseReading,
  saysFinish,
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
  private inputEnded = false;
  private lossOfLastUnit: () => Error | undefined = losesNothing;

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
    output.on('close', this.onOutputClose);
    if (isReadToTheEnd(input)) this.push(null);
    else this.listen();
  }

  private listen(): void {
    const { input } = this;
    claimReading(input, this);
    input.on('data', this.onData);
    this.lossOfLastUnit = watchLastUnit(input);
    input.on('end', this.onEnd);
    input.on('close', this.onInputClose);
  }

  private readonly onError = (error: Error): void => void this.destroy(error);

  private readonly onOutputClose = (): void => {
    if (!this.writableFinished && !this.closeIsFinish) this.destroy(new PrematureCloseError());
  };

  private readonly onData = (chunk: unknown): void => {
    try {
      if (!this.push(bytesFrom(this.input, chunk))) this.input.pause?.();
    } catch (thrown) {
      this.destroy(asError(thrown));
    }
  };

  private readonly onEnd = (): void => {
    this.inputEnded = true;
    releaseReading(this.input, this);
    const loss = this.lossOfLastUnit();
    if (loss === undefined) this.push(null);
    else this.destroy(loss);
  };

  private readonly onInputClose = (): void => {
    if (!this.inputEnded) this.destroy(new PrematureCloseError());
  };

  override pause(): this {
    super.pause();
    this.input.pause?.();
    return this;
  }

  override resume(): this {
    super.resume();
    this.input.resume?.();
    return this;
  }

  override _read(): void {
    // It is also called after a pause, by a `resume` that came before that.
    if (!this.isPaused()) this.input.resume?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    const { output } = this;
    // A stream that does not tell how much it has buffered, such as streamx's, may not call back
    // either.
    if (lengthOf(output) !== undefined) output.write(chunk, callback);
    else if (needsDrain(output, output.write(chunk))) callOnce(output, ['drain'], callback);
    else callback();
  }

  override _final(callback: () => void): void {
    const { output } = this;
    if (isOfProcess(output)) {
      callback(); // Each write has called back, so everything has left it.
      return;
    }
    this.closeIsFinish = !saysFinish(output);
    callOnce(output, this.closeIsFinish ? ['finish', 'end', 'close'] : ['finish'], callback);
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
  const onEvent = () => {
    for (const event of events) stream.removeListener(event, onEvent);
    then();
  };
  for (const event of events) stream.on(event, onEvent);
}

/** Joins a readable and a writable stream into one duplex stream. */
import { Duplex } from '#stream';

import { asError } from '../../base/as-error.js';
import {
  type AnyReadable,
  type AnyWritable,
  bytesFrom,
  isReadToTheEnd,
  lengthOf,
  needsDrain,
  PrematureCloseError,
  saysFinish,
  watchLastUnit,
} from '../../streams/any-stream/index.js';

/**
 * Written bytes count as buffered until the operating system has them, whereas `Duplex.from` would
 * add a buffer of its own. When this is destroyed, it destroys both streams.
 */
export class JoinedStreams extends Duplex {
  /** Whether the writable stream was ended, and emits `'close'` when all bytes have left it. */
  private closeIsFinish = false;

  constructor(
    private readonly input: AnyReadable,
    private readonly output: AnyWritable,
  ) {
    super({ writableHighWaterMark: output.writableHighWaterMark });
    // These listeners stay, because a stream that fails again, as stdout does, would end the
    // process.
    input.on('error', (error: Error) => this.destroy(error));
    output.on('error', (error: Error) => this.destroy(error));
    output.on('close', () => {
      if (!this.writableFinished && !this.closeIsFinish) this.destroy(new PrematureCloseError());
    });
    if (isReadToTheEnd(input)) this.push(null);
    else this.listen();
  }

  private listen(): void {
    const { input } = this;
    let ended = false;
    input.on('data', (chunk: unknown) => {
      try {
        if (!this.push(bytesFrom(input, chunk))) input.pause?.();
      } catch (thrown) {
        this.destroy(asError(thrown));
      }
    });
    const lossOfLastUnit = watchLastUnit(input);
    input.on('end', () => {
      ended = true;
      const loss = lossOfLastUnit();
      if (loss === undefined) this.push(null);
      else this.destroy(loss);
    });
    input.on('close', () => {
      if (!ended) this.destroy(new PrematureCloseError());
    });
  }

  override _read(): void {
    this.input.resume?.();
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    const { output } = this;
    // A stream that does not tell how much it has buffered, such as streamx's, may not call back
    // either.
    if (lengthOf(output) !== undefined) output.write(chunk, callback);
    else if (needsDrain(output, output.write(chunk))) callOnce(output, ['drain'], callback);
    else callback();
  }

  override _final(callback: () => void): void {
    const { output } = this;
    this.closeIsFinish = !saysFinish(output);
    callOnce(output, this.closeIsFinish ? ['finish', 'end', 'close'] : ['finish'], callback);
    output.end();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.input.destroy?.();
    if (!this.writableFinished) this.output.destroy?.();
    callback(error);
  }
}

/** Calls `then` at the first of `events`. */
function callOnce(stream: AnyWritable, events: readonly string[], then: () => void): void {
  const onEvent = () => {
    for (const event of events) stream.removeListener(event, onEvent);
    then();
  };
  for (const event of events) stream.on(event, onEvent);
}

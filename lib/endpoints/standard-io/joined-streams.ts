/** A stream that is read and one that is written, as one. */
import { Duplex } from '#stream';

import { asError } from '../../base/as-error.js';
import {
  type AnyReadable,
  bytesFrom,
  isReadToTheEnd,
  PrematureCloseError,
  type WritableLike,
} from '../../streams/any-stream/index.js';

/** A written stream as it is seen here. */
export type JoinedWritable = WritableLike & {
  readonly writableHighWaterMark?: number;
  destroy?(): unknown;
};

/**
 * What is written counts until the operating system has it: the buffer of `Duplex.from` would come
 * on top of the stream's own. Destroyed, it destroys both.
 */
export class JoinedStreams extends Duplex {
  constructor(
    private readonly input: AnyReadable,
    private readonly output: JoinedWritable,
  ) {
    super({ writableHighWaterMark: output.writableHighWaterMark });
    // These stay, because a stream that fails again, as stdout does, would end the process.
    input.on('error', (error: Error) => this.destroy(error));
    output.on('error', (error: Error) => this.destroy(error));
    output.on('close', () => {
      if (!this.writableFinished) this.destroy(new PrematureCloseError());
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
    input.on('end', () => {
      ended = true;
      this.push(null);
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
    this.output.write(chunk, callback);
  }

  override _final(callback: () => void): void {
    const { output } = this;
    const onFinish = () => {
      output.removeListener('finish', onFinish);
      callback();
    };
    output.on('finish', onFinish);
    output.end();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.input.destroy?.();
    if (!this.writableFinished) this.output.destroy?.();
    callback(error);
  }
}

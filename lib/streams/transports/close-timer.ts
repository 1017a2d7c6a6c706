/**
 * How long a close waits for a producer once the other end has hung up. No reader is left then that
 * could miss the producer's data, and a producer that hangs would keep the connection open for
 * ever.
 */
import { LONGEST_TIMER } from '../../base/timers.js';
import { type AnyWritable, lengthOf, untakenBytes } from '../any-stream/index.js';

type Counting = AnyWritable & { readonly bytesWritten?: number };

export class CloseTimer {
  private timer: NodeJS.Timeout | undefined;
  private progress: string | undefined;

  /**
   * @param stream - Says when the other end hangs up.
   * @param hasHungUp - Whether it has done so already.
   * @param timeout - Milliseconds without a byte after which `onTimeout` is called, again and
   *   again.
   */
  constructor(
    private readonly stream: AnyWritable,
    hasHungUp: boolean,
    private readonly timeout: number,
    private readonly onTimeout: () => void,
  ) {
    // The end of an HTTP/2 request is not a hang-up: its sender waits for the answer.
    if (timeout > LONGEST_TIMER || 'rstCode' in stream) return;
    if (hasHungUp) this.begin();
    else stream.on('end', this.begin);
  }

  private readonly begin = (): void => {
    if (this.timer !== undefined) return;
    this.progress = progressOf(this.stream);
    // Not a reason to keep the process alive: without it, everything is closed all the same.
    this.timer = setTimeout(this.look, this.timeout).unref();
  };

  /** A chunk moved. */
  moved(): void {
    this.timer?.refresh();
  }

  /** Bytes that move inside the stream and the operating system cannot be seen. */
  private readonly look = (): void => {
    const progress = progressOf(this.stream);
    if (progress === this.progress) this.onTimeout();
    this.progress = progress;
    this.timer?.refresh();
  };

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.stream.removeListener('end', this.begin);
  }
}

/** Numbers that change as long as bytes leave `stream`. */
function progressOf(stream: Counting): string {
  return [stream.bytesWritten, lengthOf(stream), untakenBytes(stream)].join();
}

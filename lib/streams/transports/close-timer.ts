/**
 * How long a close waits while no byte moves. It waits for a TLS handshake, which the other end may
 * never make; and for a producer, which may hang. The time counts for a producer once the other end
 * has hung up: no reader is left then that could miss the producer's data.
 */
import { LONGEST_TIMER } from '../../base/timers.js';
import { type AnyWritable, bytesBelow, lengthOf, untakenBytes } from '../any-stream/index.js';

type Counting = AnyWritable & { readonly bytesWritten?: number };

export class CloseTimer {
  // Declared only: most closes wait for nothing.
  declare private timer: NodeJS.Timeout | undefined;
  declare private progress: string | undefined;

  /**
   * @param stream - Says when the other end hangs up.
   * @param isDue - Whether the time counts from now on, and not from the hang-up.
   * @param timeout - Milliseconds without a byte after which `onTimeout` is called, again and
   *   again.
   */
  constructor(
    private readonly stream: AnyWritable,
    isDue: boolean,
    private readonly timeout: number,
    private readonly onTimeout: () => void,
  ) {
    // The end of an HTTP/2 request is not a hang-up: its sender waits for the answer.
    if (timeout > LONGEST_TIMER || 'rstCode' in stream) return;
    if (isDue) this.begin();
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

/** Numbers that change as long as bytes leave `stream`, or a TLS handshake goes on. */
function progressOf(stream: Counting): string {
  return [stream.bytesWritten, lengthOf(stream), untakenBytes(stream), bytesBelow(stream)].join();
}

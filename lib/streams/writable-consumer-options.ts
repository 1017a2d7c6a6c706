/** What a `WritableConsumer` can be told, and its check. */
import { OutOfRangeError } from '../twisted/errors.js';

/** Options of `WritableConsumer`. */
export interface WritableConsumerOptions {
  /**
   * Bytes (chunks, for a stream of objects) from which on the buffer is full; the stream's own
   * `writableHighWaterMark` if left out.
   */
  highWaterMark?: number | undefined;
  /**
   * Whether a close waits for a registered producer that isn't paused. `true` unless given.
   *
   * @see `FileDescriptor#waitsForProducer`
   */
  waitsForProducer?: boolean | undefined;
}

/** @throws OutOfRangeError: `highWaterMark` is no whole number of at least 0. */
export function assertWritableConsumerOptions({
  highWaterMark = 0,
}: WritableConsumerOptions): void {
  if (!Number.isSafeInteger(highWaterMark) || highWaterMark < 0) {
    throw new OutOfRangeError('highWaterMark', 'a whole number of at least 0', highWaterMark);
  }
}

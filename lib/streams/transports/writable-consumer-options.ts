/** The options of a `WritableConsumer`, and their check. */
import { InvalidArgTypeError } from '../../base/errors.js';
import { isProtocol } from '../../twisted/core/index.js';
import { assertSignal } from '../../base/abort-signal.js';
import {
  assertBoolean,
  assertKnownOptions,
  assertNumber,
  assertOptions,
} from '../../base/arguments.js';
import { assertHighWaterMark } from '../any-stream/index.js';

/** Options of `WritableConsumer`. */
export interface WritableConsumerOptions {
  /**
   * Bytes (objects, of a stream in object mode) from which on the buffer is full; the stream's own
   * `writableHighWaterMark` unless given.
   */
  highWaterMark?: number | undefined;
  /**
   * Whether a close waits for a registered producer that isn't paused. `true` unless given.
   *
   * @see `FileDescriptor#waitsForProducer`
   */
  waitsForProducer?: boolean | undefined;
  /**
   * Milliseconds that a close waits while no byte moves: for a registered producer once the other
   * end has hung up, and for the handshake of a TLS socket that the program made itself. 30,000
   * unless given, `Infinity` for as long as it takes. Then the producer is stopped, and the reason
   * of the loss is `ConnectionLost`.
   */
  closeTimeout?: number | undefined;
  /** Aborts the connection, as `abortConnection` does, when it aborts. */
  signal?: AbortSignal | undefined;
}

/** The options of `DuplexTransport` are among them. */
const NAMES = ['highWaterMark', 'waitsForProducer', 'closeTimeout', 'signal', 'protocol'];

/**
 * @throws InvalidArgTypeError: `options` is not an object, or has one that is misspelt or of the
 *   wrong kind.
 * @throws OutOfRangeError: `highWaterMark` is not a whole number of at least 0, or `closeTimeout`
 *   is not a number of at least 0.
 */
export function assertWritableConsumerOptions(options: unknown): void {
  assertOptions(options);
  if (isProtocol(options)) {
    throw new InvalidArgTypeError(
      'options',
      'an object; a protocol goes in as { protocol }',
      options,
    );
  }
  assertKnownOptions(options, NAMES);
  const { highWaterMark, waitsForProducer, closeTimeout, signal } = options as Partial<
    Record<string, unknown>
  >;
  assertHighWaterMark(highWaterMark, 'options.highWaterMark');
  assertBoolean(waitsForProducer, 'options.waitsForProducer');
  if (closeTimeout !== undefined) {
    const expected = 'a number of milliseconds, at least 0';
    assertNumber(closeTimeout, 'options.closeTimeout', expected, (given) => given >= 0);
  }
  assertSignal(signal);
}

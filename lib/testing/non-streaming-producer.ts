import { Buffer } from 'node:buffer';

import { InvalidStateError } from '../base/errors.js';
import { logRejection } from '../base/rejection.js';
import { assertConsumer, heed, type IConsumer, type IPullProducer } from '../twisted/core/index.js';

/** How often it writes before it unregisters. */
const WRITES = 10;

/**
 * A pull producer that writes the digits from 0 to 9, one each time it is asked, and unregisters
 * with the last. It does not register itself.
 *
 * @see Twisted: `twisted.internet.testing.NonStreamingProducer`
 */
export class NonStreamingProducer implements IPullProducer {
  /** How often it was asked to write. */
  counter = 0;
  /** Whether it was stopped. */
  stopped = false;
  /** The consumer that it writes to; `null` once it is done. */
  consumer: IConsumer | null;
  /** Resolves once it has written everything, or was stopped. */
  readonly result: Promise<void>;

  readonly #finish: () => void;

  /**
   * @param consumer - The consumer to write to.
   * @throws InvalidArgTypeError: `consumer` is not a consumer.
   */
  constructor(consumer: IConsumer) {
    assertConsumer(consumer);
    this.consumer = consumer;
    let finish = () => {};
    this.result = new Promise((resolve) => (finish = resolve));
    this.#finish = finish;
  }

  /**
   * Writes the counter.
   *
   * @throws InvalidStateError: it has unregistered or was stopped.
   * @throws the error that the consumer throws.
   */
  resumeProducing(): void {
    const { consumer } = this;
    if (consumer === null || this.counter >= WRITES) {
      throw new InvalidStateError('BUG: resume after unregister/stop.');
    }
    const count = this.counter++;
    heed(consumer.write(Buffer.from(String(count))), consumer, 'write');
    const wasStopped = this.consumer === null;
    if (count < WRITES - 1 || wasStopped) return;
    this.consumer = null;
    try {
      logRejection(consumer.unregisterProducer(), 'unregisterProducer rejected');
    } finally {
      this.#finish();
    }
  }

  /**
   * Not to be called.
   *
   * @throws InvalidStateError: a pull producer is never paused.
   */
  pauseProducing(): void {
    throw new InvalidStateError('BUG: pause should never be called.');
  }

  /** @throws InvalidStateError: it has unregistered or was stopped; nothing has changed. */
  stopProducing(): void {
    if (this.consumer === null) throw new InvalidStateError('BUG: stop after unregister/stop.');
    this.stopped = true;
    this.consumer = null;
    this.#finish();
  }
}

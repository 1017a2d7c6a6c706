/**
 * The push producer of Twisted's howto: random integers, a line each, as fast as they are taken.
 */
import { randomInt } from 'node:crypto';

import type { IConsumer, IPushProducer } from 'twisted-streams';

export class RandomIntegers implements IPushProducer {
  /** How many have been made. */
  produced = 0;
  private paused = false;

  /**
   * @param consumer - Where to write them. Register this producer with it, then call
   *   `resumeProducing` once.
   * @param goal - How many to make.
   */
  constructor(
    private readonly consumer: IConsumer,
    private readonly goal: number,
  ) {}

  /** Usually comes from inside the `write` below. */
  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    while (!this.paused && this.produced < this.goal) {
      this.produced += 1;
      this.consumer.write(Buffer.from(`${randomInt(10_000)}\r\n`));
    }
    if (!this.paused) this.consumer.unregisterProducer();
  }

  stopProducing(): void {
    this.produced = this.goal;
  }
}

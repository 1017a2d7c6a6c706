/** Twisted's kind of push producer: writes until it is paused. */
import type { IConsumer, IPushProducer } from '../library/index.js';
import type { Supply } from '../support/supply.js';

export class SupplyProducer implements IPushProducer {
  private paused = false;

  /** @param ended - Called after the last write, once this producer has unregistered. */
  constructor(
    private readonly consumer: IConsumer,
    private readonly supply: Supply,
    private readonly ended: () => void = () => {},
  ) {}

  pauseProducing(): void {
    this.paused = true;
  }

  resumeProducing(): void {
    this.paused = false;
    while (!this.paused) {
      const message = this.supply.next();
      if (message === null) {
        this.paused = true;
        this.consumer.unregisterProducer();
        this.ended();
        return;
      }
      this.consumer.write(message);
    }
  }

  stopProducing(): void {
    this.paused = true;
  }
}

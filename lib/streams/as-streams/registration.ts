/**
 * Where a stream of ours is registered as producer: it must unregister once, unless it was stopped.
 */
import type { IConsumer, IPushProducer } from '../../twisted/core/index.js';

export class Registration {
  private consumer: IConsumer | null = null;

  /** @param heed - Called with what a method of the consumer returned, which may be a promise. */
  constructor(private readonly heed: (returned: unknown) => void) {}

  /** Whether a consumer counts on us to unregister. */
  get stands(): boolean {
    return this.consumer !== null;
  }

  /**
   * Registers `producer` as a push producer.
   *
   * @throws the error that the consumer throws: then it does not stand.
   */
  begin(consumer: IConsumer, producer: IPushProducer): void {
    this.consumer = consumer; // First: the consumer may pause or stop us at once.
    try {
      this.heed(consumer.registerProducer(producer, true));
    } catch (thrown) {
      this.consumer = null;
      throw thrown;
    }
  }

  /**
   * The consumer has forgotten us by itself.
   *
   * @returns whether it stood until now.
   */
  forget(): boolean {
    const stood = this.stands;
    this.consumer = null;
    return stood;
  }

  /** Unregisters, if it still stands. */
  end(): void {
    const { consumer } = this;
    this.consumer = null;
    this.heed(consumer?.unregisterProducer());
  }
}

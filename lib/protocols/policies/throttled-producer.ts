import { type IPullProducer, type IPushProducer, standInFor } from '../../twisted/core/index.js';

/**
 * Registers with a transport in place of a producer, which is paused while the transport is full or
 * the bandwidth is used up, and goes on once neither is so.
 */
export class ThrottledProducer implements IPushProducer {
  private consumerPaused = false;
  /** A pull producer was asked while it was throttled. */
  private asked = false;
  private throttled = false;
  private stopped = false;

  /**
   * @param producer - Any object; methods that it lacks are not called.
   * @param streaming - Whether it pushes.
   */
  constructor(
    readonly producer: IPushProducer | IPullProducer,
    private readonly streaming: boolean,
  ) {
    standInFor(this, producer);
  }

  /** The bandwidth is used up. */
  throttle(): void {
    if (this.stopped) return;
    this.throttled = true;
    if (this.streaming && !this.consumerPaused) this.pushing.pauseProducing?.();
  }

  /** There is bandwidth again. */
  unthrottle(): void {
    if (this.stopped || !this.throttled) return;
    this.throttled = false;
    const { asked } = this;
    this.asked = false;
    if (this.streaming ? !this.consumerPaused : asked) this.pushing.resumeProducing?.();
  }

  pauseProducing(): void {
    this.consumerPaused = true;
    if (!this.throttled) return this.pushing.pauseProducing?.();
  }

  resumeProducing(): void {
    this.consumerPaused = false;
    if (!this.throttled) return this.producer.resumeProducing();
    this.asked = true;
  }

  stopProducing(): void {
    this.stopped = true;
    return this.producer.stopProducing();
  }

  private get pushing(): Partial<IPushProducer> {
    return this.producer;
  }
}

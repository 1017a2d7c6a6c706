import { currentContext } from '../../base/context.js';
import { nameOf } from '../../base/name-of.js';
import {
  type IPullProducer,
  type IPushProducer,
  logPrefixOf,
  standInFor,
} from '../../twisted/core/index.js';

/**
 * Registers with a transport in place of a producer. The producer is paused while the transport is
 * full or the bandwidth is used up.
 */
export class ThrottledProducer implements IPushProducer {
  private consumerPaused = false;
  /** Whether the transport asked the pull producer while it was throttled. */
  private asked = false;
  private throttled = false;
  private stopped = false;
  /** One call of the clock throttles all connections; each producer is called in its own context. */
  private readonly context = currentContext();

  /**
   * @param producer - Any object. Methods that it lacks are not called.
   * @param streaming - Whether it pushes.
   */
  constructor(
    readonly producer: IPushProducer | IPullProducer,
    private readonly streaming: boolean,
  ) {
    standInFor(this, producer);
  }

  /** That of the producer, because people know no other: in errors, in logs and in `explain`. */
  get [Symbol.toStringTag](): string {
    return nameOf(this.producer);
  }

  logPrefix(): string {
    return logPrefixOf(this.producer);
  }

  /** Pauses the producer, because the bandwidth is used up. */
  throttle(): void {
    // Twice would be too often: one `unthrottle` ends both, and a producer may count its pauses.
    if (this.stopped || this.throttled) return;
    this.throttled = true;
    if (this.streaming && !this.consumerPaused) return this.callProducer('pauseProducing');
  }

  /** Resumes the producer, because there is bandwidth again. */
  unthrottle(): void {
    if (this.stopped || !this.throttled) return;
    this.throttled = false;
    const { asked } = this;
    this.asked = false;
    if (this.streaming ? !this.consumerPaused : asked) return this.callProducer('resumeProducing');
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

  private callProducer(method: 'pauseProducing' | 'resumeProducing'): void {
    return this.context.runInAsyncScope(() => this.pushing[method]?.());
  }

  private get pushing(): Partial<IPushProducer> {
    return this.producer;
  }
}

/** A producer under test, with the consumer that it writes to. */
import { InvalidArgTypeError } from '../../base/errors.js';
import type { IProducer, IPullProducer, IPushProducer } from '../../twisted/core/index.js';
import { ProbeConsumer } from './probes.js';
import type { Maker } from './rule.js';

/** A producer, and what it writes to. */
export class ProducerSubject<Producer extends IProducer> {
  readonly consumer = new ProbeConsumer();
  private made: Producer | void = undefined;

  /** @param make - Makes the producer, given its consumer. */
  constructor(private readonly make: Maker<Producer | void, [consumer: ProbeConsumer]>) {}

  /** The producer; only once it was started. */
  get producer(): Producer {
    return (this.consumer.producer ?? this.made) as Producer;
  }

  /**
   * Makes the producer, and registers it unless it has done that itself: Twisted's own do either.
   *
   * @param streaming - Whether it is a push producer.
   * @throws InvalidArgTypeError: there is none.
   */
  async start(streaming: boolean): Promise<void> {
    this.made = await this.make(this.consumer);
    if (this.consumer.registered > 0) return;
    if (typeof this.made !== 'object') {
      throw new InvalidArgTypeError(
        'make',
        'a function that returns or registers a producer',
        this.made,
      );
    }
    const producer = this.made as unknown as IPushProducer & IPullProducer;
    this.consumer.registerProducer(producer, streaming);
  }

  /** Whether it was stopped. */
  isStopped = false;

  /** Stops the producer, as a consumer does when its connection is lost. */
  stop(): void {
    this.isStopped = true;
    this.producer.stopProducing();
  }

  /** Stops what may still run. */
  dispose(): void {
    const { producer } = this.consumer;
    if (typeof producer?.stopProducing === 'function' && !this.isStopped) this.stop();
  }

  /** Whether the producer has said that it is done. */
  get isDone(): boolean {
    return this.consumer.unregistered > 0;
  }

  /** How many pieces it has written. */
  get written(): number {
    return this.consumer.pieces.length;
  }
}

/** For consumers to which the end of their producer means more than that another may follow. */
import type { IConsumer } from './interfaces.js';

/**
 * A consumer that takes `unregisterProducer` for the end of the data, and so must be told when the
 * data is cut short. Twisted has none: its consumers outlive their producers.
 */
export interface IFailableConsumer extends IConsumer {
  /**
   * The registered producer has failed, and will unregister now: what it wrote is not all.
   *
   * @param reason - Why.
   */
  producerFailed(reason: Error): void;
}

/**
 * Tells a consumer that must hear of a failure by its method. Twisted has none.
 *
 * @returns whether `consumer` has the one that {@link IFailableConsumer} adds.
 */
export function isFailableConsumer(consumer: IConsumer): consumer is IFailableConsumer {
  return typeof (consumer as Partial<IFailableConsumer>).producerFailed === 'function';
}

import { log } from '../../base/log.js';
import { logRejection } from '../../base/rejection.js';
import { type IConsumer, isFailableConsumer } from './interfaces.js';

/**
 * Unregisters a producer that has failed. A consumer with `producerFailed` is told of that first:
 * it would take the end of the producer for the end of the data. An error that `consumer` throws is
 * only logged, because the producer's own is on its way to the caller.
 *
 * @param consumer - The consumer with which the producer is registered.
 * @param reason - Why the producer has failed.
 * @param why - A short text for the log, in front of an error of `consumer`.
 */
export function unregisterFailed(consumer: IConsumer, reason: Error, why: string): void {
  const attempt = (call: () => unknown): void => {
    try {
      logRejection(call(), why);
    } catch (thrown) {
      log.err(thrown, why);
    }
  };
  if (isFailableConsumer(consumer)) attempt(() => consumer.producerFailed(reason));
  attempt(() => consumer.unregisterProducer());
}

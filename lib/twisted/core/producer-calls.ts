/**
 * The calls that a consumer makes of its producer. Each is published to the diagnostics channels
 * before it is made, so that the events that it causes come after it. The consumer does not wait
 * for a promise that the producer returns, but handles its rejection.
 */
import { tellOfProducer } from '../../base/diagnostics.js';
import { logRejection } from '../../base/rejection.js';
import { heed } from './heed.js';
import type { IPullProducer, IPushProducer } from './interfaces.js';

/** Asks `producer` to write no more. */
export function tellToPause(
  consumer: object,
  producer: Pick<IPushProducer, 'pauseProducing'>,
): void {
  tellOfProducer('paused', consumer, producer);
  heed(producer.pauseProducing(), producer, 'pauseProducing', consumer);
}

/** Tells a push producer to write on, and asks a pull producer to write once. */
export function tellToResume(
  consumer: object,
  producer: Pick<IPullProducer, 'resumeProducing'>,
): void {
  tellOfProducer('resumed', consumer, producer);
  heed(producer.resumeProducing(), producer, 'resumeProducing', consumer);
}

/** Tells `producer` that its consumer takes no more data. */
export function tellToStop(consumer: object, producer: Pick<IPullProducer, 'stopProducing'>): void {
  tellOfProducer('stopped', consumer, producer);
  logRejection(producer.stopProducing(), 'stopProducing rejected');
}

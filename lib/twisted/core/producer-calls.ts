/**
 * The calls that a consumer makes of its producer. The channels hear of each before it is made, so that
 * what it causes comes after it; a promise that it returns is not waited for, but may reject.
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
  heed(producer.pauseProducing(), consumer, 'pauseProducing');
}

/** Asks `producer` to write on, or once if it is pulled. */
export function tellToResume(
  consumer: object,
  producer: Pick<IPullProducer, 'resumeProducing'>,
): void {
  tellOfProducer('resumed', consumer, producer);
  heed(producer.resumeProducing(), consumer, 'resumeProducing');
}

/** Tells `producer` that nobody takes its data any more. */
export function tellToStop(consumer: object, producer: Pick<IPullProducer, 'stopProducing'>): void {
  tellOfProducer('stopped', consumer, producer);
  logRejection(producer.stopProducing(), 'stopProducing rejected');
}

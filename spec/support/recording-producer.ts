import { type IPullProducer, type IPushProducer } from '../../lib/index.js';

/** A producer that only records what it is told. */
export function recorder(): IPushProducer & { told: string[] } {
  const told: string[] = [];
  return {
    told,
    pauseProducing: () => void told.push('pause'),
    resumeProducing: () => void told.push('resume'),
    stopProducing: () => void told.push('stop'),
  };
}

/** A pull producer that calls `answer` each time it is asked. */
export function pulled(answer: () => void): IPullProducer & { told: string[] } {
  const producer = recorder();
  producer.resumeProducing = () => {
    producer.told.push('resume');
    answer();
  };
  return producer;
}

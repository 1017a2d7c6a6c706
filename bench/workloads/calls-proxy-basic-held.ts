import type { Workload } from '../harness/workload.js';
import { caller, callers, callRate } from '../support/rates.js';

export default {
  title: 'BasicProducerConsumerProxy: 16 writes, half of them held by a pause',
  metrics: [callRate],
  contestants: [
    ...callers('proxy', { basic: true, held: true }),
    // The same number of joins of buffered bytes, and nothing else: it cannot be faster than this.
    caller('Buffer.concat alone', 'concat'),
  ],
  goals: [{ metric: callRate.name, peer: 'Twisted', atLeast: 10 }],
} satisfies Workload;

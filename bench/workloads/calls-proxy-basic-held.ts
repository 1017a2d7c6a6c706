import type { Workload } from '../harness/workload.js';
import { caller, callers, callRate } from '../support/rates.js';

export default {
  title: 'BasicProducerConsumerProxy: 16 writes, half of them held by a pause',
  metrics: [callRate],
  contestants: [
    ...callers('proxy', { basic: true, held: true }),
    // As many joins of what is held, and nothing else: no faster than this can it be.
    caller('Buffer.concat alone', 'concat'),
  ],
  goals: [{ metric: callRate.name, peer: 'Twisted', atLeast: 10 }],
} satisfies Workload;
